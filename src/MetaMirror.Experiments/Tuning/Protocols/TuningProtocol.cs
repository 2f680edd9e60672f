namespace MetaMirror.Experiments.Tuning.Protocols;

/// <summary>What is tuned and how: every optimizer by every sampler, with the same budget.</summary>
public sealed record TuningProtocol
{
    /// <summary>Names of samplers.</summary>
    public static IReadOnlyList<string> SamplerNames { get; } = ["grid", "random", "bayesian"];

    /// <summary>Name of the task; null: the first that the plan holds out, or its first.</summary>
    public string? Task { get; init; }

    /// <summary>Names of optimizers; empty: the plan's baselines.</summary>
    public IReadOnlyList<string> Optimizers { get; init; } = [];

    /// <summary>Names of samplers. Default: bayesian.</summary>
    public IReadOnlyList<string> Samplers { get; init; } = ["bayesian"];

    /// <summary>Settings that each study tries; at most <see cref="Studies.BayesianSampler.MaxTrials"/> where one is Bayesian. Default 25.</summary>
    public int Budget { get; init; } = 25;

    /// <summary>Settings proposed at a time. Default 1.</summary>
    public int Together { get; init; } = 1;

    /// <summary>Whether the plan's schedules are varied too; else there is none.</summary>
    public bool Schedules { get; init; }

    /// <summary>Share of the training data that is drawn to tune on. Default 0.2.</summary>
    public double Validation { get; init; } = 0.2;

    /// <summary>Whether logs that are there are gone on with.</summary>
    public bool Resume { get; init; }
}
