using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.MetaLearners;

/// <summary>
/// The sums over runs that the un-relaxed bound needs (PAPERS 6.6): per coordinate, of squared displacements and squared gradients; per tensor
/// viewed as out x rest, of G G^T and G^T G ("one half-step" factors at L = R = I). Sums are double; merging adds, so runs can be
/// collected anywhere and merged in task order.
/// </summary>
public sealed class BoundStatistics
{
    private readonly double[][] _left;
    private readonly double[][] _right;
    private readonly double[] _displacement;
    private readonly double[] _gradient;
    private readonly double[] _block;

    /// <summary>Empty sums.</summary>
    /// <param name="layout">Names and shapes.</param>
    /// <param name="withFactors">False keeps the diagonal sums only.</param>
    /// <param name="largestFactor">Factors with more rows than this are not kept. Default 1,024.</param>
    public BoundStatistics(ParameterLayout layout, bool withFactors = true, int largestFactor = 1024)
    {
        ArgumentNullException.ThrowIfNull(layout);
        Layout = layout;
        WithFactors = withFactors;
        LargestFactor = largestFactor;
        _displacement = new double[layout.Length];
        _gradient = new double[layout.Length];
        _left = [.. layout.Blocks.Select(b => Factor(b.Rows))];
        _right = [.. layout.Blocks.Select(b => b.IsMatrix ? Factor(b.Columns) : [])];
        _block = new double[withFactors ? layout.Blocks.Max(b => (int?)b.Length) ?? 0 : 0];

        double[] Factor(int size) => withFactors && size <= largestFactor ? new double[size * size] : [];
    }

    /// <summary>Names and shapes.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>True if factor sums are kept.</summary>
    public bool WithFactors { get; }

    /// <summary>Largest factor kept.</summary>
    public int LargestFactor { get; }

    /// <summary>Completed runs.</summary>
    public long Runs { get; internal set; }

    /// <summary>Gradients added.</summary>
    public long Steps { get; internal set; }

    /// <summary>Sum over runs of (theta_T - theta_1)^2, shape [n]: A_ii times the runs.</summary>
    public ReadOnlySpan<double> SquaredDisplacements => _displacement;

    /// <summary>Sum over runs and steps of g^2, shape [n]: G_ii times the runs.</summary>
    public ReadOnlySpan<double> SquaredGradients => _gradient;

    /// <summary>Sum of G G^T of one tensor, shape [rows x rows]; empty if not kept.</summary>
    public ReadOnlySpan<double> LeftFactor(int block) => _left[block];

    /// <summary>Sum of G^T G of one tensor, shape [columns x columns]; empty if not kept, or for vectors.</summary>
    public ReadOnlySpan<double> RightFactor(int block) => _right[block];

    /// <summary>Every sum in a fixed order, with its name, for storage; writable so that a reader can fill them.</summary>
    internal IEnumerable<(string Name, long[] Shape, double[] Values)> Sums()
    {
        yield return ("squared_displacements", [Layout.Length], _displacement);
        yield return ("squared_gradients", [Layout.Length], _gradient);
        for (int i = 0; i < Layout.Blocks.Length; i++)
        {
            ParameterBlock block = Layout.Blocks[i];
            if (_left[i].Length > 0)
                yield return ($"{block.Name}.left", [block.Rows, block.Rows], _left[i]);
            if (_right[i].Length > 0)
                yield return ($"{block.Name}.right", [block.Columns, block.Columns], _right[i]);
        }
    }

    /// <summary>Adds one gradient.</summary>
    /// <param name="gradient">Shape [n].</param>
    /// <exception cref="ArgumentException">Wrong length.</exception>
    public void AddGradient<T>(ReadOnlySpan<T> gradient)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Layout.RequireLength(gradient.Length, nameof(gradient));
        Steps++;
        for (int i = 0; i < gradient.Length; i++)
        {
            double g = double.CreateTruncating(gradient[i]);
            _gradient[i] += g * g;
        }

        if (!WithFactors)
            return;
        for (int k = 0; k < Layout.Blocks.Length; k++)
        {
            ParameterBlock block = Layout.Blocks[k];
            Span<double> g = _block.AsSpan(0, block.Length);
            for (int i = 0; i < g.Length; i++)
                g[i] = double.CreateTruncating(gradient[block.Offset + i]);
            if (_left[k].Length > 0)
                Gemm.Multiply<double>(false, true, block.Rows, block.Rows, block.Columns, 1, g, g, 1, _left[k]);
            if (_right[k].Length > 0)
                Gemm.Multiply<double>(true, false, block.Columns, block.Columns, block.Rows, 1, g, g, 1, _right[k]);
        }
    }

    /// <summary>Adds one completed run's displacement theta_T - theta_1.</summary>
    /// <exception cref="ArgumentException">Wrong length.</exception>
    public void AddRun<T>(ReadOnlySpan<T> initial, ReadOnlySpan<T> final)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Layout.RequireLength(initial.Length, nameof(initial));
        Layout.RequireLength(final.Length, nameof(final));
        Runs++;
        for (int i = 0; i < initial.Length; i++)
        {
            double d = double.CreateTruncating(final[i]) - double.CreateTruncating(initial[i]);
            _displacement[i] += d * d;
        }
    }

    /// <summary>Adds another object's sums. Merge in task order for bits that don't depend on who finished first.</summary>
    /// <exception cref="ArgumentException">Layouts or kept factors differ.</exception>
    public void Merge(BoundStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Fits(other))
            throw new ArgumentException($"The statistics are of {other.Layout}, expected {Layout}, with the same factors kept.", nameof(other));
        Runs += other.Runs;
        Steps += other.Steps;
        foreach (((_, _, double[] mine), (_, _, double[] theirs)) in Sums().Zip(other.Sums()))
            Vectors.AddScaled<double>(1, theirs, mine);
    }

    /// <summary>True if the other's sums are of the same tensors and factors.</summary>
    internal bool Fits(BoundStatistics other) =>
        Layout.Matches(other.Layout) && WithFactors == other.WithFactors && LargestFactor == other.LargestFactor;

    /// <summary>Sets every sum to zero.</summary>
    public void Clear()
    {
        Runs = 0;
        Steps = 0;
        foreach ((_, _, double[] values) in Sums())
            Array.Clear(values);
    }
}
