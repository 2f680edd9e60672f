namespace MetaMirror.Experiments.Tuning.Surrogates;

/// <summary>
/// A weak prior on the covariance: logarithms of its parameters are normal around those of the medians. Few observations leave the marginal
/// likelihood flat, and its maximum then lies at infinite length scales or at pure noise; the prior keeps it from there.
/// </summary>
public sealed record KernelPrior
{
    /// <summary>Median of length scales, in a unit cube. Default 0.2.</summary>
    public double LengthScale { get; init; } = 0.2;

    /// <summary>Standard deviation of their logarithms. Default 1.</summary>
    public double LengthScaleSpread { get; init; } = 1;

    /// <summary>Median of the signal variance of standardized values. Default 1.</summary>
    public double SignalVariance { get; init; } = 1;

    /// <summary>Standard deviation of its logarithm. Default 1.</summary>
    public double SignalSpread { get; init; } = 1;

    /// <summary>Median of the noise variance of standardized values. Default 1e-4.</summary>
    public double NoiseVariance { get; init; } = 1e-4;

    /// <summary>Standard deviation of its logarithm. Default 3.</summary>
    public double NoiseSpread { get; init; } = 3;

    /// <summary>The medians as logarithms.</summary>
    /// <param name="logs">Shape [d + 2]; overwritten.</param>
    internal void Medians(Span<double> logs)
    {
        logs[..^2].Fill(Math.Log(LengthScale));
        logs[^2] = Math.Log(SignalVariance);
        logs[^1] = Math.Log(NoiseVariance);
    }

    /// <summary>The logarithm of the density, up to a constant; its gradient is added.</summary>
    /// <param name="logs">Shape [d + 2].</param>
    /// <param name="gradient">Shape [d + 2]; added to.</param>
    internal double Add(ReadOnlySpan<double> logs, Span<double> gradient)
    {
        double density = 0;
        for (int i = 0; i < logs.Length; i++)
        {
            bool isScale = i < logs.Length - 2, isSignal = i == logs.Length - 2;
            double spread = isScale ? LengthScaleSpread : isSignal ? SignalSpread : NoiseSpread;
            double z = (logs[i] - Math.Log(isScale ? LengthScale : isSignal ? SignalVariance : NoiseVariance)) / spread;
            density -= 0.5 * z * z;
            gradient[i] -= z / spread;
        }

        return density;
    }
}
