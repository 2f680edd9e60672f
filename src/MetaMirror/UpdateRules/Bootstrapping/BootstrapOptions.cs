using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Bootstrapping;

/// <summary>Options of <see cref="BootstrappedMetaGradient{T}"/>.</summary>
public sealed record BootstrapOptions
{
    /// <summary>w_1, the rate to start from, between the bounds. Default: 1, the rule's own steps.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>beta, the meta rate, at least 0. What it means depends on form and normalization.</summary>
    public required double MetaRate { get; init; }

    /// <summary>K, learned steps that are differentiated, at least 1. Beyond 1 each costs a Hessian-vector product and the memory of a step. Default: 1.</summary>
    public int LearnedSteps { get; init; } = 1;

    /// <summary>L, steps from the K-th state to the target, at least 1: L - 1 further learned ones, then one of the target's rule. Default: 1.</summary>
    public int TargetSteps { get; init; } = 1;

    /// <summary>mu. Default: Euclidean.</summary>
    public TargetMatching Matching { get; init; } = TargetMatching.Euclidean;

    /// <summary>
    /// In (0, 1]: outputs are matched on so much of a mini-batch, drawn as the batch is; in the mean over batches the meta-gradient is the same. At a half a one-step variant costs one and a
    /// half gradients. All of the batch where it is the whole set, or rows depend on each other (BatchNorm). Default: 1.
    /// </summary>
    public double MatchedShare { get; init; } = 1;

    /// <summary>How many rates. Default: one.</summary>
    public RateGranularity Granularity { get; init; } = RateGranularity.Scalar;

    /// <summary>How a rate moves: additive or multiplicative. Default: multiplicative, the slope taken in s = log w, so that w stays positive.</summary>
    public RateForm Form { get; init; } = RateForm.Multiplicative;

    /// <summary>What meta-gradients are divided by. Default: nothing.</summary>
    public RateNormalization Normalization { get; init; } = RateNormalization.None;

    /// <summary>rho of <see cref="RateNormalization.RunningRms"/>, in [0, 1). Default: 0.99.</summary>
    public double NormAveraging { get; init; } = 0.99;

    /// <summary>Least rate, positive. Default: 1e-10.</summary>
    public double Lowest { get; init; } = 1e-10;

    /// <summary>Largest rate. Default: 1e6.</summary>
    public double Highest { get; init; } = 1e6;
}
