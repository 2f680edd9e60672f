namespace MetaMirror.Experiments.Tuning.Surrogates;

/// <summary>Chooses the covariance that maximizes log marginal likelihood plus log prior, by BFGS on the logarithms from several fixed starts; it depends on the observations alone.</summary>
public sealed class KernelFit
{
    private const int Iterations = 60;
    private const double Tolerance = 1e-3;

    /// <summary>Logarithms beyond these are refused: covariances there are flat or singular in double.</summary>
    private const double Furthest = 12;
    private static readonly double LeastNoise = Math.Log(1e-8);

    /// <summary>Starts: factor of the prior's length scale, noise variance.</summary>
    private static readonly (double Scale, double Noise)[] Starts = [(1, 1e-4), (0.3, 1e-5), (3, 1e-2)];

    /// <summary>The prior. Default: the weak one.</summary>
    public KernelPrior Prior { get; init; } = new();

    /// <summary>The posterior under the most likely covariance.</summary>
    /// <param name="data">The observations.</param>
    public GaussianProcess Fit(Observations data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var likelihood = new MarginalLikelihood(data);
        double[] best = new double[likelihood.Length], u = new double[likelihood.Length];
        double least = double.PositiveInfinity;
        foreach ((double scale, double noise) in Starts)
        {
            Prior.Medians(u);
            for (int c = 0; c < data.Dimensions; c++)
                u[c] += Math.Log(scale);
            u[^1] = Math.Log(noise);
            double value = QuasiNewton.Minimize(Negative, u, Iterations, Tolerance);
            if (value < least)
            {
                least = value;
                u.CopyTo(best, 0);
            }
        }

        // Where no start can be factored, nothing is known: the prior speaks.
        if (!double.IsFinite(least))
            Prior.Medians(best);
        return new GaussianProcess(data, KernelParameters.OfLogarithms(best));

        double Negative(ReadOnlySpan<double> logs, Span<double> gradient)
        {
            if (logs[^1] < LeastNoise)
                return double.PositiveInfinity;
            foreach (double log in logs[..^1])
            {
                if (Math.Abs(log) > Furthest)
                    return double.PositiveInfinity;
            }

            double value = likelihood.Evaluate(logs, gradient);
            value += Prior.Add(logs, gradient);
            for (int i = 0; i < gradient.Length; i++)
                gradient[i] = -gradient[i];
            return -value;
        }
    }
}
