using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Averaging;

/// <summary>Options of <see cref="AveragedRate{T}"/>. None was tuned on a task that results are reported on (docs/experiments/0008).</summary>
public sealed record AveragedRateOptions
{
    /// <summary>w_1, the rate to start from, positive. Default: 0.01.</summary>
    public double Rate { get; init; } = 0.01;

    /// <summary>beta, at least 0: the logarithm of the scale moves by at most so much in a step, and by as much again by its hint; it stays within 27 of its start. Default: 0.2.</summary>
    public double MetaRate { get; init; } = 0.2;

    /// <summary>One scale for all (<see cref="RateGranularity.Scalar"/>), or that times a share for each parameter (<see cref="RateGranularity.Element"/>). Default: element.</summary>
    public RateGranularity Granularity { get; init; } = RateGranularity.Element;

    /// <summary>beta_e, in [0, 1]: by about this part a share moves in a step. Default: 0.01.</summary>
    public double ShareRate { get; init; } = 0.01;

    /// <summary>Shares stay in [1/range, range]; above 1, at most 1e6. Default: 10.</summary>
    public double ShareRange { get; init; } = 10;

    /// <summary>p, at least 0: the average weighs iterate t by about t^p. 1 are the weights alpha_t = t of the accelerated rate (PAPERS 3.3). Default: 1.</summary>
    public double Power { get; init; } = 1;

    /// <summary>b, in [0, 1): gradients are taken at (1 - b) z + b xbar. Default: 0.9.</summary>
    public double Interpolation { get; init; } = 0.9;

    /// <summary>gamma, in [0, 1]: the meta-gradient goes back over about 1/(1 - gamma) steps. Default: 0.999.</summary>
    public double Memory { get; init; } = 0.999;

    /// <summary>True: scale and shares of a step count their own next meta-gradients, guessed from the last gradient. Default: true.</summary>
    public bool IsOptimistic { get; init; } = true;
}
