using System.Collections.Immutable;
using System.Numerics;

namespace MetaMirror.Divergences;

/// <summary>
/// phi(theta) = 1/2 theta^T P theta, P diagonal with one learned entry per parameter (MetaMD v1 section 4.2 with N = 1; Meta-SGD's rates are
/// eta / P). Meta-parameters are shaped and named like the tensors.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class DiagonalQuadratic<T> : DiagonalDivergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ImmutableArray<T> _initial;

    /// <summary>P starts at <paramref name="initial"/> times the identity, positive.</summary>
    public DiagonalQuadratic(double initial = 1, StrongConvexityEstimate? lambda = null)
        : this([T.CreateChecked(initial)], lambda)
    {
    }

    /// <summary>P starts at diag(<paramref name="initial"/>); one value is broadcast.</summary>
    public DiagonalQuadratic(ImmutableArray<T> initial, StrongConvexityEstimate? lambda = null)
        : base(lambda) => _initial = initial;

    /// <inheritdoc/>
    public override string Name => "diagonal";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The number of start values is neither 1 nor that of the parameters.</exception>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (_initial.Length != 1)
            layout.RequireLength(_initial.Length, "initial metric");
        return [.. layout.Blocks.Select(b => new MetaParameterSpec<T>(
            b.Name, b.Shape, MetaTransform.Log, _initial.Length == 1 ? _initial : _initial[b.Offset..(b.Offset + b.Length)]))];
    }

    private protected override int MetaLength(ParameterLayout layout) => layout.Length;

    private protected override int SegmentCount(ParameterLayout layout) => 1;

    private protected override MetricSegment SegmentAt(ParameterLayout layout, int index) => new(0, layout.Length, 0, Stride: 1);
}
