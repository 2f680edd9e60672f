using System.Runtime.CompilerServices;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tuning.Surrogates;

/// <summary>
/// The posterior of a Gaussian process with the mean of the observations as its prior mean: at x, with k = k(X, x) and K = k(X, X) + sigma I,
/// mean offset + scale k' K^-1 z and variance scale^2 (s - k' K^-1 k), of the function without noise (Rasmussen and Williams 2006, Algorithm 2.1).
/// </summary>
public sealed class GaussianProcess
{
    /// <summary>Added to the diagonal, times s, until K factors: rounding alone makes K indefinite where points nearly meet.</summary>
    private const double FirstJitter = 1e-12;
    private const double JitterGrowth = 100;
    private const double LastJitter = 1e-4;

    private readonly double[] _weights;
    private readonly double[] _l;
    private readonly double[] _a;

    /// <summary>Conditions on observations.</summary>
    /// <param name="data">The observations.</param>
    /// <param name="parameters">Of the covariance, in standardized units.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or there is not one length scale per dimension.</exception>
    public GaussianProcess(Observations data, KernelParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(parameters);
        parameters.Check();
        if (parameters.Dimensions != data.Dimensions)
            throw new ArgumentException($"Expected {data.Dimensions} length scales, found {parameters.Dimensions}.", nameof(parameters));
        Data = data;
        Parameters = parameters;
        _weights = [.. parameters.LengthScales.Select(l => 1 / (l * l))];
        int n = data.Count;
        _l = new double[n * n];
        _a = new double[n];
        Factor(n);
        Cholesky.Solve(_l, n, data.Standardized, _a);
    }

    /// <summary>What was observed.</summary>
    public Observations Data { get; }

    /// <summary>Of the covariance, in standardized units.</summary>
    public KernelParameters Parameters { get; }

    /// <summary>What had to be added to the diagonal for K to factor; mostly 0.</summary>
    public double Jitter { get; private set; }

    /// <summary>Posterior means and variances of the function, noise left out, in the units of the observations.</summary>
    /// <param name="points">Shape [m, d].</param>
    /// <param name="means">Shape [m]; overwritten.</param>
    /// <param name="variances">Shape [m]; overwritten, not negative.</param>
    /// <exception cref="ArgumentException">A shape is wrong.</exception>
    public void Predict(ReadOnlySpan<double> points, Span<double> means, Span<double> variances)
    {
        int n = Data.Count, d = Data.Dimensions, m = means.Length;
        if (points.Length != (long)m * d || variances.Length != m)
            throw new ArgumentException($"Expected points [m, {d}] and m means and variances, found {points.Length} numbers, {m} means, {variances.Length} variances.", nameof(points));
        double[] cross = new double[n * m];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < m; j++)
                cross[(i * m) + j] = Covariance(Data.Points.Slice(i * d, d), points.Slice(j * d, d));
        }

        means.Clear();
        for (int i = 0; i < n; i++)
            Vectors.AddScaled<double>(_a[i], cross.AsSpan(i * m, m), means);
        Triangular.Solve<double>(false, n, m, _l, cross);
        variances.Fill(Parameters.SignalVariance);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < m; j++)
                variances[j] -= cross[(i * m) + j] * cross[(i * m) + j];
        }

        for (int j = 0; j < m; j++)
        {
            means[j] = Data.Offset + (Data.Scale * means[j]);
            variances[j] = Math.Max(0, variances[j]) * Data.Scale * Data.Scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Covariance(ReadOnlySpan<double> x, ReadOnlySpan<double> z)
    {
        double distance = 0;
        for (int c = 0; c < _weights.Length; c++)
            distance += _weights[c] * (x[c] - z[c]) * (x[c] - z[c]);
        return Parameters.SignalVariance * Math.Exp(-0.5 * distance);
    }

    private void Factor(int n)
    {
        int d = Data.Dimensions;
        double[] k = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                k[(i * n) + j] = Covariance(Data.Points.Slice(i * d, d), Data.Points.Slice(j * d, d));
            k[(i * n) + i] += Parameters.NoiseVariance;
        }

        double added = 0;
        for (double jitter = FirstJitter; !Cholesky.TryFactor<double>(k, n, _l); jitter *= JitterGrowth)
        {
            if (jitter > LastJitter)
                throw new ArithmeticException($"The covariance of {n} observations is not positive definite, even with {LastJitter} of the signal variance on its diagonal.");
            double target = jitter * Parameters.SignalVariance;
            for (int i = 0; i < n; i++)
                k[(i * n) + i] += target - added;
            added = target;
        }

        Jitter = added;
    }
}
