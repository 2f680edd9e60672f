using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Divergences.Factors;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

/// <summary>
/// phi(W) = 1/2 tr(W^T L W R) for every weight tensor, seen as a matrix out x rest (a convolution as out x (in kh kw)); tensors that are no matrices (biases,
/// norm parameters) have a diagonal metric. Step W - eta L^-1 G R^-1 (PAPERS 2.4).
/// </summary>
/// <remarks>
/// <para>Meta-parameters: for a matrix <c>tensor.left</c> and <c>tensor.right</c>, each by its form: dense <c>.diagonal</c> and <c>.lower</c> of the Cholesky factor,
/// diagonal itself, low rank <c>.identity</c> and <c>.low_rank</c>; for the others <c>tensor</c>.</para>
/// <para>(c L, R / c) is the same metric. Where both sides are learned, R is divided by tr(R) / columns inside the map, with its derivative:
/// so tr(R) = columns always, no projection is needed, and the gradient along the gauge is exactly zero.</para>
/// <para>Differs from the paper: MetaMD v2 is known by its abstract alone; this is a reconstruction.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class KroneckerDivergence<T> : FactoredDivergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly LowRankFactor<T> _lowRank;
    private readonly ParameterLayout? _layout;
    private readonly ImmutableArray<(T[] Left, T[] Right)> _starts;

    /// <summary>Starts at the metric p I.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public KroneckerDivergence(KroneckerOptions? options = null)
    {
        Options = (options ?? new KroneckerOptions()).Checked();
        _lowRank = new LowRankFactor<T>(Options.Rank, Options.Spread, Options.Seed);
    }

    private KroneckerDivergence(KroneckerOptions? options, ParameterLayout layout, IEnumerable<KroneckerFactors> factors)
        : this(options)
    {
        Dictionary<string, KroneckerFactors> byName = [];
        foreach (KroneckerFactors f in factors)
        {
            if (!byName.TryAdd(layout[f.Tensor].Name, f))
                throw new ArgumentException($"The factors of tensor '{f.Tensor}' are given twice.", nameof(factors));
        }

        _layout = layout;
        var starts = ImmutableArray.CreateBuilder<(T[] Left, T[] Right)>();
        for (int i = 0; i < layout.Blocks.Length; i++)
        {
            FactorBlock<T> block = BlockAt(layout, i);
            starts.Add(byName.TryGetValue(block.Name, out KroneckerFactors? given)
                ? Starts(block, given)
                : throw new ArgumentException($"Tensor '{block.Name}' has no factors; expected some for each of {layout}.", nameof(factors)));
        }

        _starts = starts.ToImmutable();
    }

    /// <summary>Forms and start.</summary>
    public KroneckerOptions Options { get; }

    /// <inheritdoc/>
    public override string Name => "kronecker";

    /// <summary>Starts at given factors, one entry for every tensor; a low-rank form takes the nearest of its kind. The scale of R moves to L.</summary>
    /// <param name="layout">The only layout that the divergence then fits.</param>
    /// <param name="factors">L and R of every tensor.</param>
    /// <param name="options">Forms.</param>
    /// <exception cref="ArgumentException">A factor is missing, has the wrong length, or is not finite, symmetric and positive definite; the message names tensor and side.</exception>
    public static KroneckerDivergence<T> FromFactors(ParameterLayout layout, IEnumerable<KroneckerFactors> factors, KroneckerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(factors);
        return new KroneckerDivergence<T>(options, layout, factors);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A dense factor would be larger than 1,024 x 1,024, or the start was given for another layout.</exception>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (_layout is not null && !_layout.Matches(layout))
            throw new ArgumentException($"{Name} starts at factors for {_layout}, found the layout {layout}.", nameof(layout));
        List<MetaParameterSpec<T>> specs = [];
        for (int i = 0; i < layout.Blocks.Length; i++)
        {
            FactorBlock<T> block = BlockAt(layout, i);
            if (block.Length == 0)
                continue;
            if (!layout.Blocks[i].IsMatrix)
            {
                specs.AddRange(block.Left.Specs(block.Name, block.Rows, _layout is null ? block.Left.Scaled(block.Rows, Options.Initial) : _starts[i].Left));
                continue;
            }

            RequireFits(block, FactorSide.Left);
            RequireFits(block, FactorSide.Right);
            bool scaleIsRight = block.Left.Kind == FactorKind.Identity;
            (T[] left, T[] right) = _layout is null
                ? (block.Left.Scaled(block.Rows, Options.Initial), block.Right.Scaled(block.Columns, scaleIsRight ? Options.Initial : 1))
                : _starts[i];
            specs.AddRange(block.Left.Specs(block.Name + ".left", block.Rows, left));
            specs.AddRange(block.Right.Specs(block.Name + ".right", block.Columns, right));
        }

        return specs;
    }

    /// <summary>destination = L or R of a tensor, with the gauge fixed, in double.</summary>
    /// <param name="context">Layout, meta-parameters, scratch.</param>
    /// <param name="tensor">Name; a tensor that is no matrix has its diagonal on the left.</param>
    /// <param name="side">Which factor.</param>
    /// <param name="destination">Shape [n, n], n the rows or columns of the tensor's matrix; overwritten.</param>
    /// <exception cref="ArgumentException">There is no such tensor, or the destination has another length.</exception>
    public void Factor(in DivergenceContext<T> context, string tensor, FactorSide side, Span<double> destination)
    {
        ParameterBlock wanted = context.Layout[tensor];
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out _);
            if (context.Layout.Blocks[i] != wanted)
                continue;
            int n = side == FactorSide.Left ? block.Rows : block.Columns;
            if (destination.Length != n * n)
                throw new ArgumentException($"destination has length {destination.Length}, expected {n} x {n} for the {Side(side)} factor of tensor '{tensor}'.", nameof(destination));
            (side == FactorSide.Left ? pair.Left : pair.Right).Write(destination);
        }
    }

    /// <summary>Number of meta-parameters, without making them.</summary>
    internal long MetaLength(ParameterLayout layout)
    {
        long length = 0;
        for (int i = 0; i < BlockCount(layout); i++)
        {
            FactorBlock<T> block = BlockAt(layout, i);
            RequireFits(block, FactorSide.Left);
            RequireFits(block, FactorSide.Right);
            length += block.MetaLength;
        }

        return length;
    }

    private protected override int BlockCount(ParameterLayout layout) => layout.Blocks.Length;

    private protected override FactorBlock<T> BlockAt(ParameterLayout layout, int index)
    {
        ParameterBlock block = layout.Blocks[index];
        return block.Length == 0 || !block.IsMatrix
            ? new(block.Name, block.Offset, block.Length, 1, DiagonalFactor<T>.Instance, IdentityFactor<T>.Instance)
            : new(block.Name, block.Offset, block.Rows, block.Columns, Of(Options.Left, block.Rows), Of(Options.Right, block.Columns));
    }

    private static string Side(FactorSide side) => side == FactorSide.Left ? "left" : "right";

    private static void RequireFits(in FactorBlock<T> block, FactorSide side)
    {
        int n = side == FactorSide.Left ? block.Rows : block.Columns;
        if ((side == FactorSide.Left ? block.Left : block.Right).Kind == FactorKind.Dense && n > DenseFactor<T>.Limit)
        {
            throw new ArgumentException(
                $"Tensor '{block.Name}', {Side(side)} factor: expected at most {DenseFactor<T>.Limit} x {DenseFactor<T>.Limit} for a dense one, found {n} x {n}; choose LowRank, Diagonal or Automatic.");
        }
    }

    private static (T[] Left, T[] Right) Starts(in FactorBlock<T> block, KroneckerFactors given)
    {
        RequireFits(block, FactorSide.Left);
        RequireFits(block, FactorSide.Right);
        double[] left = given.Left.IsDefault ? [] : [.. given.Left], right = given.Right.IsDefault ? [] : [.. given.Right];
        double trace = 0;
        for (int i = 0; i < right.Length; i += right.Length == block.Columns ? 1 : block.Columns + 1)
            trace += right[i];

        // A trace that is not positive belongs to no metric: the factor is refused as it was given.
        if (block.FixesGauge && trace > 0 && double.IsFinite(trace))
        {
            Vectors.Scale(block.Columns / trace, right.AsSpan());
            Vectors.Scale(trace / block.Columns, left.AsSpan());
        }

        T[] r = Start(block.Right, right, block.Columns, block.Name, FactorSide.Right);
        return (Start(block.Left, left, block.Rows, block.Name, FactorSide.Left), r);
    }

    private static T[] Start(Factor<T> factor, double[] values, int n, string tensor, FactorSide side)
    {
        string? problem = factor.TryStart(values, n, out T[] start);
        if (problem is null)
            return Array.TrueForAll(start, T.IsFinite) ? start : throw new ArgumentException($"Tensor '{tensor}', {Side(side)} factor: its values overflow {typeof(T).Name}.");
        throw new ArgumentException($"Tensor '{tensor}', {Side(side)} factor: {problem}.");
    }

    private Factor<T> Of(FactorKind kind, int n) => kind switch
    {
        FactorKind.Dense => DenseFactor<T>.Instance,
        FactorKind.Diagonal => DiagonalFactor<T>.Instance,
        FactorKind.LowRank => _lowRank,
        FactorKind.Identity => IdentityFactor<T>.Instance,
        _ => n <= Options.LargestDense ? DenseFactor<T>.Instance : _lowRank,
    };
}
