using System.Collections.Immutable;
using MetaMirror.Numerics;

namespace MetaMirror.Certificates;

/// <summary>
/// A trust region for every tensor by itself in a diagonal metric P: Q_t = P / c_t,b on tensor b, c_t,b = min(eta_t, rho_b / G_t,b), G_t,b = ||g_t,b||_{P^-1}. One gradient's blocks are
/// weighted differently, so that there is no weighted regret: PAPERS 6.8 (l) or the universal certificate is what there is.
/// </summary>
public sealed class BlockTrustRegions : MetricSequence
{
    private readonly DiagonalGeometry _geometry;
    private readonly double[] _metric;
    private readonly ParameterLayout _layout;
    private readonly ImmutableArray<double> _rates;
    private readonly ImmutableArray<double> _radii;
    private readonly double[] _inverse;

    /// <summary>Takes metric, rates and radii.</summary>
    /// <param name="layout">The tensors.</param>
    /// <param name="metric">The diagonal of P, positive, shape [n].</param>
    /// <param name="rates">eta_1 .. eta_T, positive.</param>
    /// <param name="radii">rho_b, positive, one a tensor; infinite where there is no trust region.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a value is not positive.</exception>
    public BlockTrustRegions(ParameterLayout layout, ReadOnlySpan<double> metric, ImmutableArray<double> rates, ImmutableArray<double> radii)
    {
        ArgumentNullException.ThrowIfNull(layout);
        layout.RequireLength(metric.Length, nameof(metric));
        RequireRates(rates);
        if (radii.IsDefault || radii.Length != layout.Blocks.Length || !radii.All(r => r > 0))
            throw new ArgumentException($"Expected {layout.Blocks.Length} positive radii, one a tensor, found [{(radii.IsDefault ? "" : string.Join(", ", radii))}].", nameof(radii));
        (_layout, _rates, _radii, _metric) = (layout, rates, radii, metric.ToArray());
        _geometry = new DiagonalGeometry(_metric);
        _inverse = new double[_metric.Length];
    }

    /// <inheritdoc/>
    public override string Name => "trust region per tensor";

    /// <inheritdoc/>
    public override int Length => _metric.Length;

    /// <inheritdoc/>
    public override int Steps => _rates.Length;

    /// <inheritdoc/>
    public override void Clear()
    {
        // Nothing is remembered.
    }

    /// <inheritdoc/>
    public override void Next(int step, ReadOnlySpan<double> gradient, Span<double> metric)
    {
        _geometry.ApplyInverse(gradient, _inverse);
        for (int b = 0; b < _radii.Length; b++)
        {
            ParameterBlock block = _layout.Blocks[b];
            double norm = Math.Sqrt(Vectors.Dot<double>(gradient.Slice(block.Offset, block.Length), _inverse.AsSpan(block.Offset, block.Length)));
            double c = norm * _rates[step] > _radii[b] ? _radii[b] / norm : _rates[step];
            for (int i = block.Offset; i < block.Offset + block.Length; i++)
                metric[i] = _metric[i] / c;
        }
    }
}
