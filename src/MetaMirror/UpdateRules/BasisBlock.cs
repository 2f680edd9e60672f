using System.Numerics;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// The learned Kronecker basis and prior of one tensor G (out x rest, m x n): V_L (m x m), U (n x r), the prior second moments
/// S0 = l_L l_R^T / tr S_L of the rotated entries and, per row, of what U leaves out.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class BasisBlock<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _left;
    private readonly T[] _right;
    private readonly T[] _prior;
    private readonly T[] _rest;

    /// <summary>Takes ready arrays, e.g. from a file.</summary>
    /// <param name="block">Name and shape of the tensor.</param>
    /// <param name="left">V_L, shape [m x m], columns are basis vectors; empty for the identity.</param>
    /// <param name="right">U, shape [n x r].</param>
    /// <param name="prior">S0, shape [m x r].</param>
    /// <param name="rest">Prior of the left-out part, shape [m]; ignored when r = n.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public BasisBlock(ParameterBlock block, T[] left, T[] right, T[] prior, T[] rest)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(prior);
        ArgumentNullException.ThrowIfNull(rest);
        Block = block;
        int m = block.Rows;
        int n = block.Columns;
        Rank = n == 0 ? 0 : right.Length / n;
        if ((left.Length != 0 && left.Length != m * m) || right.Length != n * Rank || Rank > n || prior.Length != m * Rank || rest.Length != m)
        {
            throw new ArgumentException(
                $"The basis of {block} has lengths left {left.Length}, right {right.Length}, prior {prior.Length}, rest {rest.Length}; expected {m * m} (or 0), {n} x r, {m} x r, {m}.", nameof(block));
        }

        _left = left;
        _right = right;
        _prior = prior;
        _rest = rest;
    }

    /// <summary>The tensor.</summary>
    public ParameterBlock Block { get; }

    /// <summary>r.</summary>
    public int Rank { get; }

    /// <summary>True if U spans all columns, so that nothing is left out.</summary>
    public bool IsFull => Rank == Block.Columns;

    /// <summary>V_L, [m x m]; empty for the identity.</summary>
    public ReadOnlySpan<T> Left => _left;

    /// <summary>U, [n x r].</summary>
    public ReadOnlySpan<T> Right => _right;

    /// <summary>S0, [m x r].</summary>
    public ReadOnlySpan<T> Prior => _prior;

    /// <summary>Prior of the left-out part per row, [m].</summary>
    public ReadOnlySpan<T> Rest => _rest;

    /// <summary>Length of the moments m and v of this tensor.</summary>
    internal int MomentLength => (Block.Rows * Rank) + (IsFull ? 0 : Block.Length);

    /// <summary>
    /// Eigenbases of the mean factors S_L and S_R: V_L all of S_L's eigenvectors, U the <paramref name="rank"/> leading ones of S_R. A factor that
    /// the statistics don't keep becomes the identity (left) or rank 0 (right).
    /// </summary>
    public static BasisBlock<T> FromStatistics(BoundStatistics statistics, int index, int rank)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        if (!statistics.WithFactors || statistics.Steps == 0)
            throw new ArgumentException($"A basis needs factor sums of at least one gradient; the statistics have {(statistics.WithFactors ? "no gradients" : "diagonal sums only")}.", nameof(statistics));
        ParameterBlock block = statistics.Layout.Blocks[index];
        int m = block.Rows;
        int n = block.Columns;
        double scale = 1.0 / statistics.Steps;
        double[] leftValues = new double[m];
        double[] left = [];
        if (statistics.LeftFactor(index) is { Length: > 0 } leftFactor)
        {
            left = new double[m * m];
            SymmetricEigen.Decompose(leftFactor, m, leftValues, left);
        }
        else
        {
            for (int i = 0; i < block.Length; i++)
                leftValues[i / n] += statistics.SquaredGradients[block.Offset + i];
        }

        // Columns r and values of the leading right eigenvectors, in ascending order; total: the trace of the factor.
        double[] rightValues = [1];
        double[] right = [1];
        double total = 0;
        int r = n == 1 ? 1 : 0;
        if (statistics.RightFactor(index) is { Length: > 0 } rightFactor)
        {
            r = Math.Min(rank, n);
            (rightValues, right) = LeadingBasis.Of(rightFactor, n, r);
            for (int j = 0; j < n; j++)
                total += rightFactor[(j * n) + j] * scale;
        }

        for (int i = 0; i < m; i++)
            leftValues[i] = Math.Max(0, leftValues[i]) * scale;
        double trace = Math.Max(leftValues.Sum(), 1e-12);
        double kept = 0;
        for (int j = 0; j < r; j++)
        {
            rightValues[j] = Math.Max(0, n == 1 ? trace : rightValues[j] * scale);
            kept += rightValues[j];
        }

        // Without a right factor there is no basis to leave anything out of: the whole trace is left over.
        bool hasRight = n == 1 || statistics.RightFactor(index).Length > 0;
        double leftOut = hasRight ? Math.Max(0, total - kept) : trace;
        var u = new T[n * r];
        var prior = new T[m * r];
        var rest = new T[m];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < r; j++)
                u[(i * r) + j] = T.CreateChecked(right[(i * r) + j]);
        }

        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < r; j++)
                prior[(i * r) + j] = T.CreateChecked(leftValues[i] * rightValues[j] / trace);
            rest[i] = T.CreateChecked(leftValues[i] * leftOut / trace / n);
        }

        return new BasisBlock<T>(block, [.. left.Select(T.CreateChecked)], u, prior, rest);
    }

    /// <summary>Nothing learned: identity basis, zero prior, every entry by itself.</summary>
    public static BasisBlock<T> Identity(ParameterBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return new BasisBlock<T>(block, [], [], [], new T[block.Rows]);
    }
}
