using System.Collections.Immutable;

namespace MetaMirror.UpdateRules.Online;

/// <summary>Options of <see cref="OnlineRate{T}"/>.</summary>
public sealed record OnlineRateOptions
{
    /// <summary>
    /// Rates that start at 1 and stay in [1/range, range], anchored, scale-free and optimistic: for a rule whose steps are good already, such as a learned map. Never worse than the
    /// rule's own steps, linearized, by more than the regret that <see cref="OnlineRegret{T}"/> states (docs/online.md). Shared rates have a memory of a hundred steps and a guard.
    /// </summary>
    /// <param name="granularity">How many rates.</param>
    /// <param name="range">Largest rate, above 1. Default: 4.</param>
    /// <param name="metaRate">beta. Default: 0.15.</param>
    public static OnlineRateOptions Safeguarded(RateGranularity granularity, double range = 4, double metaRate = 0.15) => new()
    {
        MetaRate = metaRate,
        Granularity = granularity,
        Form = RateForm.Anchored,
        Normalization = RateNormalization.AdaGrad,
        Hint = RateHint.AverageHypergradient,
        Memory = granularity == RateGranularity.Element ? 0 : 0.99,
        DeadZone = 2,
        Lowest = 1 / range,
        Highest = range,
    };

    /// <summary>w_1, the rate to start from, between the bounds. Default: 1, the rule's own steps.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>beta, the meta rate, at least 0. What it means depends on form and normalization.</summary>
    public required double MetaRate { get; init; }

    /// <summary>How many rates. Default: one.</summary>
    public RateGranularity Granularity { get; init; } = RateGranularity.Scalar;

    /// <summary>How a rate moves. Default: additive.</summary>
    public RateForm Form { get; init; } = RateForm.Additive;

    /// <summary>What hypergradients are divided by. Default: nothing.</summary>
    public RateNormalization Normalization { get; init; } = RateNormalization.None;

    /// <summary>rho of <see cref="RateNormalization.RunningRms"/>, in [0, 1). Default: 0.99.</summary>
    public double NormAveraging { get; init; } = 0.99;

    /// <summary>The guess that makes it optimistic. Default: none.</summary>
    public RateHint Hint { get; init; } = RateHint.None;

    /// <summary>a of the averaging hints, in [0, 1). Default: 0.9.</summary>
    public double HintAveraging { get; init; } = 0.9;

    /// <summary>
    /// Which displacement turns a guessed gradient y into a guessed hypergradient. False, as printed (PAPERS 3.5): that of the step before, d_{t-1} y. True: that of the step to
    /// come, d_t y, as in the rate of PAPERS 3.3; on mini-batches it squares the noise that d_t and g_t share. Default: false.
    /// </summary>
    public bool HintAtPresentStep { get; init; }

    /// <summary>
    /// gamma, in [0, 1): slopes are taken along E_t = gamma E_{t-1} + d_t, the displacements of about 1/(1 - gamma) steps together, instead of the last alone: on mini-batches a single step
    /// always says "shorter". A guard then keeps the regret against the rule's own steps: a rate is w_1 while what it has cost beside w_1, by the slopes of single steps s, is above
    /// <see cref="Budget"/> times the root of the sum of s^2. For shared rates, <see cref="RateForm.Anchored"/>, without guessed gradients; no derivatives. Default: 0.
    /// </summary>
    public double Memory { get; init; }

    /// <summary>kappa, at least 0: what a guarded rate may cost (<see cref="Memory"/>). Default: 0.5.</summary>
    public double Budget { get; init; } = 0.5;

    /// <summary>
    /// tau, at least 0: an anchored rate stays at w_1 until the sum of its slopes is more than tau times the root of the sum of their squares, so chance alone hardly moves it.
    /// For <see cref="RateForm.Anchored"/> with <see cref="RateNormalization.AdaGrad"/>. Default: 0.
    /// </summary>
    public double DeadZone { get; init; }

    /// <summary>Least rate, positive. Default: 1e-10.</summary>
    public double Lowest { get; init; } = 1e-10;

    /// <summary>Largest rate. Default: 1e6.</summary>
    public double Highest { get; init; } = 1e6;

    /// <summary>Names of learned meta-parameters: online_rate, meta_rate. Default: neither.</summary>
    public ImmutableArray<string> Learn { get; init; } = [];
}
