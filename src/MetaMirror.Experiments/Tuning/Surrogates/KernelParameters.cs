using System.Collections.Immutable;

namespace MetaMirror.Experiments.Tuning.Surrogates;

/// <summary>
/// The covariance of a Gaussian process: k(x, z) = s exp(-1/2 sum_i ((x_i - z_i) / l_i)^2), and sigma where an observation meets itself.
/// As a vector of logarithms (log l_1, ..., log l_d, log s, log sigma), shape [d + 2].
/// </summary>
/// <param name="LengthScales">l, positive, one per dimension.</param>
/// <param name="SignalVariance">s, positive.</param>
/// <param name="NoiseVariance">sigma, the variance of the noise, at least 0.</param>
public sealed record KernelParameters(ImmutableArray<double> LengthScales, double SignalVariance, double NoiseVariance)
{
    /// <summary>d.</summary>
    public int Dimensions => LengthScales.Length;

    /// <summary>The parameters of a vector of logarithms.</summary>
    /// <param name="logs">Shape [d + 2].</param>
    /// <exception cref="ArgumentException">There are fewer than three.</exception>
    public static KernelParameters OfLogarithms(ReadOnlySpan<double> logs)
    {
        if (logs.Length < 3)
            throw new ArgumentException($"Expected d + 2 logarithms with d of at least 1, found {logs.Length}.", nameof(logs));
        int d = logs.Length - 2;
        var scales = ImmutableArray.CreateBuilder<double>(d);
        foreach (double log in logs[..d])
            scales.Add(Math.Exp(log));
        return new KernelParameters(scales.MoveToImmutable(), Math.Exp(logs[d]), Math.Exp(logs[d + 1]));
    }

    internal void Check()
    {
        if (LengthScales.IsDefaultOrEmpty || LengthScales.Any(l => !(l > 0) || !double.IsFinite(l)))
            throw new ArgumentException($"Expected positive finite length scales, found {(LengthScales.IsDefaultOrEmpty ? "none" : string.Join(", ", LengthScales))}.", nameof(LengthScales));
        if (!(SignalVariance > 0) || !double.IsFinite(SignalVariance))
            throw new ArgumentOutOfRangeException(nameof(SignalVariance), SignalVariance, "The signal variance must be positive and finite.");
        if (!(NoiseVariance >= 0) || !double.IsFinite(NoiseVariance))
            throw new ArgumentOutOfRangeException(nameof(NoiseVariance), NoiseVariance, "The noise variance must be finite and not negative.");
    }
}
