using System.Collections.Immutable;
using System.Numerics;

namespace MetaMirror.Divergences;

/// <summary>phi(theta) = sum over tensors b of p_b/2 ||theta_b||^2: one learned rate eta / p_b per tensor. Meta-parameters are named like the tensors.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class BlockScaled<T> : DiagonalDivergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ImmutableArray<T> _initial;

    /// <summary>Every p_b starts at <paramref name="initial"/>, positive.</summary>
    public BlockScaled(double initial = 1, StrongConvexityEstimate? lambda = null)
        : this([T.CreateChecked(initial)], lambda)
    {
    }

    /// <summary>p_b starts at <paramref name="initial"/>[b]; one value is broadcast.</summary>
    public BlockScaled(ImmutableArray<T> initial, StrongConvexityEstimate? lambda = null)
        : base(lambda) => _initial = initial;

    /// <inheritdoc/>
    public override string Name => "block-scaled";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The number of start values is neither 1 nor that of the tensors.</exception>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (_initial.Length != 1 && _initial.Length != layout.Blocks.Length)
            throw new ArgumentException($"{Name} has {_initial.Length} start values, expected 1 or {layout.Blocks.Length}, one per tensor ({layout}).", nameof(layout));
        return [.. layout.Blocks.Select((b, k) => new MetaParameterSpec<T>(b.Name, [], MetaTransform.Log, [_initial[_initial.Length == 1 ? 0 : k]]))];
    }

    private protected override int MetaLength(ParameterLayout layout) => layout.Blocks.Length;

    private protected override int SegmentCount(ParameterLayout layout) => layout.Blocks.Length;

    private protected override MetricSegment SegmentAt(ParameterLayout layout, int index)
    {
        ParameterBlock block = layout.Blocks[index];
        return new(block.Offset, block.Length, index, Stride: 0);
    }
}
