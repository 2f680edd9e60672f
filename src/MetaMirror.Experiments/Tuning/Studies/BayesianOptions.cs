using MetaMirror.Experiments.Tuning.Surrogates;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>How Bayesian optimization chooses.</summary>
public sealed record BayesianOptions
{
    /// <summary>Points of a scrambled Sobol sequence that it starts with. Default 5.</summary>
    public int Starts { get; init; } = 5;

    /// <summary>What is maximized to choose a point. Default: beta = 1.</summary>
    public UpperConfidenceBound Acquisition { get; init; } = new(1);

    /// <summary>Prior on the covariance. Default: the weak one.</summary>
    public KernelPrior Prior { get; init; } = new();

    /// <summary>
    /// Values that are worse than the median by more than so many times what the best is better than it count as that bad: how bad the bad is
    /// matters to nobody, and a diverging loss must not flatten all the rest. Infinite: all count as they are. Default 1.
    /// </summary>
    public double WorstMultiple { get; init; } = 1;

    /// <summary>Points of a Sobol sequence at which the acquisition is compared. Default 1024.</summary>
    public int Candidates { get; init; } = 1024;

    /// <summary>The best of them that are improved by local search. Default 3.</summary>
    public int Refined { get; init; } = 3;
}
