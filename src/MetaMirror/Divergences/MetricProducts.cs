using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

/// <summary>Products with P and their derivatives in its meta-parameters, of any quadratic divergence phi = 1/2 theta^T P theta, out of its B and step alone.</summary>
internal sealed class MetricProducts<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ParameterLayout _layout;
    private readonly T[] _scratch;
    private readonly T[] _zero;
    private readonly T[] _sum;
    private readonly T[] _difference;
    private readonly T[] _state;

    /// <exception cref="ArgumentException">The divergence is no quadratic.</exception>
    public MetricProducts(Divergence<T> divergence, ParameterLayout layout)
    {
        if (!divergence.IsQuadratic)
            throw new ArgumentException($"A proximal problem needs a quadratic divergence, 1/2 theta^T P theta; '{divergence.Name}' is none.", nameof(divergence));
        Divergence = divergence;
        _layout = layout;
        _scratch = new T[divergence.ScratchLength(layout)];
        _zero = new T[layout.Length];
        _sum = new T[layout.Length];
        _difference = new T[layout.Length];
        _state = new T[divergence.StateLength(layout)];
    }

    public Divergence<T> Divergence { get; }

    public DivergenceContext<T> Context(ReadOnlySpan<T> metric) => new() { Layout = _layout, Meta = metric, Scratch = _scratch };

    /// <summary>y += weight P x: the gradient of B(x||0).</summary>
    public void AddProduct(ReadOnlySpan<T> metric, ReadOnlySpan<T> x, T weight, Span<T> y) =>
        Divergence.AddBregmanGradient(Context(metric), x, _zero, weight, y, [], []);

    /// <summary>
    /// aMetric += weight d(x^T P y)/dmu by polarization, x^T P (s y) = 1/2 (B(x + s y||0) - B(x - s y||0)), exact for quadratics; s makes both of one length.
    /// </summary>
    public void AddBilinearGradient(ReadOnlySpan<T> metric, ReadOnlySpan<T> x, ReadOnlySpan<T> y, T weight, Span<T> aMetric)
    {
        double xx = Vectors.SquaredNorm(x), yy = Vectors.SquaredNorm(y);
        if (xx == 0 || yy == 0)
            return;
        T s = T.CreateChecked(Math.Sqrt(xx / yy)), half = weight / (s + s);
        Vectors.LinearCombination(T.One, x, s, y, _sum);
        Vectors.LinearCombination(T.One, x, -s, y, _difference);
        Divergence.AddBregmanGradient(Context(metric), _sum, _zero, half, [], [], aMetric);
        Divergence.AddBregmanGradient(Context(metric), _difference, _zero, -half, [], [], aMetric);
    }

    /// <summary>y += weight (dP) x for a tangent of the meta-parameters: the step from 0 along -P x at eta = 1 is x, and its tangent P^-1 (dP) x.</summary>
    public void AddTangentProduct(ReadOnlySpan<T> metric, ReadOnlySpan<T> metricTangent, ReadOnlySpan<T> x, T weight, Span<T> y)
    {
        Array.Clear(_sum);
        Array.Clear(_difference);
        AddProduct(metric, x, T.One, _sum);
        Divergence.StepJvp(Context(metric), T.One, _sum, _zero, _state, metricTangent, T.Zero, _zero, _difference, []);
        AddProduct(metric, _difference, weight, y);
    }
}
