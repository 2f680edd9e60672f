namespace MetaMirror.Experiments.Tuning.Surrogates;

/// <summary>
/// The acquisition mean + sqrt(beta) sd of a quantity that is to be large; of one that is to be small, -mean + sqrt(beta) sd
/// (Srinivas et al., "Gaussian process optimization in the bandit setting", 2010; the root of beta as in BoTorch, with which appendix E tunes).
/// </summary>
/// <param name="Beta">beta, at least 0. Default 1.</param>
public readonly record struct UpperConfidenceBound(double Beta = 1)
{
    /// <summary>The acquisition.</summary>
    /// <param name="mean">Posterior mean.</param>
    /// <param name="variance">Posterior variance.</param>
    /// <param name="sign">1 to maximize, -1 to minimize.</param>
    public double Of(double mean, double variance, int sign) => (sign * mean) + Math.Sqrt(Beta * variance);
}
