using System.Numerics;
using MetaMirror.Divergences;

namespace MetaMirror.Certificates;

/// <summary>The geometry of any divergence with its learned values. P^-1 g of a quadratic one is its own step from 0.</summary>
/// <remarks>Computed in the divergence's element type: certify in double.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class DivergenceGeometry<T> : Geometry
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Metrics of so many parameters at most have their eigenvalues bounded: it takes n steps.</summary>
    private const int MostBounded = 4096;

    /// <summary>How far the sum of a simplex's entries may be from 1, in roundings per coordinate, as for the first point of a run.</summary>
    private const int RoundingsPerCoordinate = 4;

    private readonly Divergence<T> _divergence;
    private readonly ParameterLayout _layout;
    private readonly T[] _meta;
    private readonly T[] _scratch;
    private readonly T[] _x;
    private readonly T[] _y;
    private readonly T[] _state;
    private readonly Lazy<(double Least, double Largest)> _range;

    /// <summary>Binds a divergence to its values.</summary>
    /// <param name="divergence">phi.</param>
    /// <param name="layout">Names and shapes.</param>
    /// <param name="meta">Natural values of the divergence's meta-parameters.</param>
    public DivergenceGeometry(Divergence<T> divergence, ParameterLayout layout, ReadOnlySpan<T> meta)
    {
        ArgumentNullException.ThrowIfNull(divergence);
        ArgumentNullException.ThrowIfNull(layout);
        _divergence = divergence;
        _layout = layout;
        _meta = meta.ToArray();
        _scratch = new T[divergence.ScratchLength(layout)];
        _x = new T[layout.Length];
        _y = new T[layout.Length];
        _state = new T[divergence.StateLength(layout)];
        _range = new(Range);
    }

    /// <inheritdoc/>
    public override string Name => _divergence.Name;

    /// <inheritdoc/>
    public override int Length => _layout.Length;

    /// <inheritdoc/>
    public override bool IsQuadratic => _divergence.IsQuadratic;

    /// <inheritdoc/>
    public override bool IsExactStep => _divergence.IsExactMirrorStep;

    /// <inheritdoc/>
    public override bool IsOnSimplices => _divergence.Domain == DivergenceDomain.Simplex;

    /// <inheritdoc/>
    public override double Least => _range.Value.Least;

    /// <inheritdoc/>
    public override double Largest => _range.Value.Largest;

    private DivergenceContext<T> Context => new() { Layout = _layout, Meta = _meta, Scratch = _scratch };

    /// <summary>A diagonal divergence's metric in double, or the divergence as it is.</summary>
    public static Geometry Of(Divergence<T> divergence, ParameterLayout layout, ReadOnlySpan<T> meta)
    {
        var general = new DivergenceGeometry<T>(divergence, layout, meta);
        if (divergence is not DiagonalDivergence<T> diagonal)
            return general;
        T[] p = new T[layout.Length];
        diagonal.Metric(general.Context, p);
        return new DiagonalGeometry([.. p.Select(double.CreateChecked)]);
    }

    /// <inheritdoc/>
    public override bool Contains(ReadOnlySpan<double> point)
    {
        RequireLength(point.Length, nameof(point));
        if (_divergence.Domain != DivergenceDomain.Simplex)
            return true;
        double unit = double.CreateChecked(T.BitIncrement(T.One) - T.One);
        foreach (ParameterBlock block in _layout.Blocks)
        {
            double sum = 0;
            foreach (double entry in point.Slice(block.Offset, block.Length))
            {
                if (!(entry >= 0))
                    return false;
                sum += entry;
            }

            if (block.Length > 0 && !(Math.Abs(sum - 1) <= RoundingsPerCoordinate * unit * block.Length))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override double Bregman(ReadOnlySpan<double> point, ReadOnlySpan<double> start)
    {
        Load(point, _x);
        Load(start, _y);
        return _divergence.Bregman(Context, _x, _y);
    }

    /// <inheritdoc/>
    public override double SquaredDualNorm(ReadOnlySpan<double> g)
    {
        Load(g, _x);
        return _divergence.DualNormSquared(Context, _x);
    }

    /// <inheritdoc/>
    public override void ApplyInverse(ReadOnlySpan<double> g, Span<double> result)
    {
        if (!IsQuadratic)
            throw new NotSupportedException($"The divergence '{Name}' is not quadratic: it has no metric to invert.");
        Load(g, _x);
        Array.Clear(_y);
        _divergence.Step(Context, T.One, _x, _y, []);
        for (int i = 0; i < _y.Length; i++)
            result[i] = -double.CreateTruncating(_y[i]);
    }

    /// <inheritdoc/>
    public override int StateLength => _state.Length;

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<double> direction, Span<double> theta, Span<double> state, int step)
    {
        RequireLength(theta.Length, nameof(theta));
        Load(direction, _x);
        if (IsQuadratic)
        {
            // The step of a quadratic does not depend on theta, which keeps its digits.
            Array.Clear(_y);
            _divergence.Step(Context, T.One, _x, _y, []);
            for (int i = 0; i < _y.Length; i++)
                theta[i] += double.CreateTruncating(_y[i]);
            return;
        }

        Load(theta, _y);
        for (int i = 0; i < _state.Length; i++)
            _state[i] = T.CreateTruncating(state[i]);
        var context = new DivergenceContext<T> { Layout = _layout, Meta = _meta, Scratch = _scratch, Age = step };
        _divergence.Step(context, T.One, _x, _y, _state);
        for (int i = 0; i < _state.Length; i++)
            state[i] = double.CreateTruncating(_state[i]);
        for (int i = 0; i < _y.Length; i++)
            theta[i] = double.CreateTruncating(_y[i]);
    }

    private void Load(ReadOnlySpan<double> from, T[] to)
    {
        RequireLength(from.Length, nameof(from));
        for (int i = 0; i < to.Length; i++)
            to[i] = T.CreateTruncating(from[i]);
    }

    /// <summary>1 / tr P^-1 and tr P, between which all eigenvalues lie.</summary>
    private (double Least, double Largest) Range()
    {
        if (!IsQuadratic || Length > MostBounded)
            return (0, double.PositiveInfinity);
        double[] unit = new double[Length], zero = new double[Length];
        double trace = 0, inverse = 0;
        for (int i = 0; i < unit.Length; i++)
        {
            unit[i] = 1;
            trace += 2 * Bregman(unit, zero);
            inverse += SquaredDualNorm(unit);
            unit[i] = 0;
        }

        return (1 / inverse, trace);
    }
}
