using System.Runtime.CompilerServices;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tuning.Surrogates;

/// <summary>
/// log p(z | X, u) = -1/2 z' K^-1 z - 1/2 log det K - n/2 log 2 pi with K = s R + sigma I, and its gradient in the logarithms u of
/// <see cref="KernelParameters"/>: 1/2 tr((a a' - K^-1) dK/du), a = K^-1 z (Rasmussen and Williams 2006, equations 2.30 and 5.9).
/// </summary>
public sealed class MarginalLikelihood
{
    private readonly int _n;
    private readonly int _d;
    private readonly double[] _z;
    private readonly double[] _squares;
    private readonly double[] _k;
    private readonly double[] _l;
    private readonly double[] _inverse;
    private readonly double[] _a;
    private readonly double[] _weights;

    /// <summary>Takes the data.</summary>
    /// <param name="data">Points and standardized values.</param>
    public MarginalLikelihood(Observations data)
    {
        ArgumentNullException.ThrowIfNull(data);
        _n = data.Count;
        _d = data.Dimensions;
        _z = data.Standardized.ToArray();
        _k = new double[_n * _n];
        _l = new double[_n * _n];
        _inverse = new double[_n * _n];
        _a = new double[_n];
        _weights = new double[_d];
        _squares = new double[_n * (_n - 1) / 2 * _d];
        int at = 0;
        for (int i = 0; i < _n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                for (int c = 0; c < _d; c++)
                {
                    double difference = data.Points[(i * _d) + c] - data.Points[(j * _d) + c];
                    _squares[at++] = difference * difference;
                }
            }
        }
    }

    /// <summary>d + 2.</summary>
    public int Length => _d + 2;

    /// <summary>The logarithm of the marginal likelihood, and its gradient.</summary>
    /// <param name="logs">u, shape [d + 2].</param>
    /// <param name="gradient">Shape [d + 2]; overwritten, unless the result is minus infinity.</param>
    /// <returns>The value; minus infinity where K is not positive definite in double.</returns>
    /// <exception cref="ArgumentException">A shape is wrong.</exception>
    public double Evaluate(ReadOnlySpan<double> logs, Span<double> gradient)
    {
        if (logs.Length != Length || gradient.Length != Length)
            throw new ArgumentException($"Expected {Length} logarithms and as long a gradient, found {logs.Length} and {gradient.Length}.", nameof(logs));
        for (int c = 0; c < _d; c++)
            _weights[c] = Math.Exp(-2 * logs[c]);
        double signal = Math.Exp(logs[_d]), noise = Math.Exp(logs[_d + 1]);
        FillLower(_weights, signal, noise);
        if (!Cholesky.TryFactor<double>(_k, _n, _l))
            return double.NegativeInfinity;
        Cholesky.Solve(_l, _n, _z, _a);
        double value = -0.5 * _n * Math.Log(2 * Math.PI);
        for (int i = 0; i < _n; i++)
            value -= (0.5 * _z[i] * _a[i]) + Math.Log(_l[(i * _n) + i]);
        Invert();
        Differentiate(_weights, noise, gradient);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillLower(ReadOnlySpan<double> weights, double signal, double noise)
    {
        int at = 0;
        for (int i = 0; i < _n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double distance = 0;
                for (int c = 0; c < weights.Length; c++)
                    distance += weights[c] * _squares[at++];
                _k[(i * _n) + j] = signal * Math.Exp(-0.5 * distance);
            }

            _k[(i * _n) + i] = signal + noise;
        }
    }

    // L^-1; then column sums of its products are K^-1 = L^-T L^-1.
    private void Invert()
    {
        Array.Clear(_inverse);
        for (int i = 0; i < _n; i++)
            _inverse[(i * _n) + i] = 1;
        Triangular.Solve<double>(false, _n, _n, _l, _inverse);
        Triangular.Solve<double>(true, _n, _n, _l, _inverse);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Differentiate(ReadOnlySpan<double> weights, double noise, Span<double> gradient)
    {
        gradient.Clear();
        int at = 0;
        double trace = 0;
        for (int i = 0; i < _n; i++)
        {
            // Off the diagonal each pair stands twice in the trace: the half goes.
            for (int j = 0; j < i; j++)
            {
                double pair = ((_a[i] * _a[j]) - _inverse[(i * _n) + j]) * _k[(i * _n) + j];
                for (int c = 0; c < weights.Length; c++)
                    gradient[c] += pair * weights[c] * _squares[at++];
                gradient[_d] += pair;
            }

            double self = (_a[i] * _a[i]) - _inverse[(i * _n) + i];
            gradient[_d] += 0.5 * self * (_k[(i * _n) + i] - noise);
            trace += self;
        }

        gradient[_d + 1] = 0.5 * trace * noise;
    }
}
