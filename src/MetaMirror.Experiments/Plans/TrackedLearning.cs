using System.Text.Json.Serialization;

namespace MetaMirror.Experiments.Plans;

/// <summary>What learners from statistics of source runs have in common: where statistics come from, how the step is chosen and refined.</summary>
public interface IStatisticsLearning
{
    /// <summary>Name of the learned optimizer.</summary>
    string Optimizer { get; }

    /// <summary>Numbers r of columns of the input-side basis tried with every step.</summary>
    IReadOnlyList<int> Ranks { get; }

    /// <summary>Steps tried on the training tasks; the best one is kept.</summary>
    IReadOnlyList<double> LearningRates { get; }

    /// <summary>Powers of the second moment tried with every step.</summary>
    IReadOnlyList<double> Exponents { get; }

    /// <summary>All that are tried on the training tasks; the best one is kept.</summary>
    IEnumerable<StepCandidate> Candidates =>
        from rank in Ranks from exponent in Exponents from schedule in Schedules from rate in LearningRates select new StepCandidate(rate, schedule, exponent, rank);

    /// <summary>Classic optimizer of the runs that statistics are taken from.</summary>
    string SourceOptimizer { get; }

    /// <summary>Its learning rate, with linear schedule.</summary>
    double SourceLearningRate { get; }

    /// <summary>Runs per training task.</summary>
    int SourceRuns { get; }

    /// <summary>Outer steps of the refinement by hypergradient.</summary>
    int OuterSteps { get; }

    /// <summary>Schedules tried on the training tasks with every step; the best pair is kept.</summary>
    IReadOnlyList<ScheduleName> Schedules { get; }

    /// <summary>What the refinement moves.</summary>
    IReadOnlyList<string> Learn { get; }

    /// <summary>Adam's step in the refinement.</summary>
    double OuterLearningRate { get; }

    /// <summary>Steps over which the step size rises.</summary>
    int Warmup { get; }

    /// <summary>Learned rule and control are deployed with so many times their step: to see how sensitive they are.</summary>
    double StepFactor { get; }

    /// <summary>Power of the average of iterates that is deployed; null for the last iterate.</summary>
    double? AveragePower { get; }
}

/// <summary>What the training tasks choose of a rule learned from statistics.</summary>
/// <param name="LearningRate">Its step.</param>
/// <param name="Schedule">How the step changes along the run.</param>
/// <param name="Exponent">Power of the second moment that a step is divided by.</param>
/// <param name="Rank">Columns r of the input-side basis.</param>
public readonly record struct StepCandidate(double LearningRate, ScheduleName Schedule, double Exponent, int Rank);

/// <summary>Where bases come from: what an ablation changes.</summary>
public enum BasisStart
{
    /// <summary>Eigenbases of the source tasks' statistics.</summary>
    [JsonStringEnumMemberName("statistics")]
    Statistics,

    /// <summary>Random orthonormal columns; tracked bases alone.</summary>
    [JsonStringEnumMemberName("random")]
    Random,

    /// <summary>Every entry by itself, with its own mean squared gradient as prior; fixed bases alone.</summary>
    [JsonStringEnumMemberName("identity")]
    Identity,
}

/// <summary>Tracked basis: bases that follow the run, started at an eigenbasis from runs on the training tasks.</summary>
/// <param name="Optimizer"><c>metamirror-tracked</c>.</param>
/// <param name="Ranks">Numbers r of columns of a tracked input-side basis, tried on the training tasks with every step; clamped to what a tensor has. Default 32 alone.</param>
/// <param name="LearningRates">Steps tried on the training tasks; the best one is kept. Default 0.016 alone.</param>
/// <param name="Prior">Weight c of the prior second moments: their share at step t is c b2^t / (1 - b2^t + c b2^t). Default 0: none.</param>
/// <param name="LargestColumns">A factor with more columns is tracked in rank r, a smaller one kept whole. Default 200.</param>
/// <param name="LargestRows">Tensors with more rows are not rotated on the output side, nor is their residual; 0: none are. Default 1024.</param>
/// <param name="RotateTracked">Whether tensors with a tracked input-side basis are rotated on the output side; if not, nor is their residual. Default true.</param>
/// <param name="LargestAspect">Flat tensors, of more than so many times as many columns as rows, are not rotated on the input side, unless in low rank; 0: all are. Default 0.</param>
/// <param name="RefreshEvery">Steps between refreshes of the bases. Default 10.</param>
/// <param name="FactorEvery">One gradient in so many enters the small factors. Default 1.</param>
/// <param name="TrackEvery">One gradient in so many enters the average of a tracked basis. Default 1.</param>
/// <param name="RotateResidual">Whether what a tracked basis leaves out is rotated on the output side. Default true.</param>
/// <param name="ResidualEvery">It moves at one step in so many, by the mean gradient since. Default 1.</param>
/// <param name="SourceOptimizer">Classic optimizer of the runs that statistics are taken from. Default Adam.</param>
/// <param name="SourceLearningRate">Its learning rate, with linear schedule. Default 0.004.</param>
/// <param name="SourceRuns">Runs per training task. Default 1.</param>
/// <param name="OuterSteps">Outer steps of the refinement by hypergradient of the mean training loss along the run. Default 0: none.</param>
/// <param name="Schedules">Schedules tried on the training tasks with every step; the best pair is kept. Default linear alone.</param>
/// <param name="Learn">What the refinement moves: learning_rate, scales, momentum, averaging, exponent, prior_weight, schedule (its end or decay). Default: learning_rate, scales, momentum, averaging.</param>
/// <param name="OuterLearningRate">Adam's step in the refinement, on the logarithm (logit) of what is learned. Default 0.05.</param>
/// <param name="Warmup">Steps over which the step size rises. Default 0 for none.</param>
/// <param name="Start">Where tracked bases start: at the statistics' eigenvectors, or at random columns without a prior. Default statistics.</param>
/// <param name="Momentum">b1. Default 0.9.</param>
/// <param name="Averaging">b2. Default 0.99.</param>
/// <param name="Exponents">Powers of the second moment that a step is divided by, tried on the training tasks with every step and schedule. Default 0.5 alone.</param>
/// <param name="TrustRegion">Bound on each entry of a direction; 0 for none. Default 3.</param>
/// <param name="StepFactor">Learned rule and control are deployed with so many times their step. Default 1.</param>
/// <param name="AveragePower">p: deployed is the average of the run's iterates, z_t weighed by about t^p; null for the last iterate. Default null.</param>
public sealed record TrackedLearning(
    string Optimizer,
    IReadOnlyList<int>? Ranks = null,
    IReadOnlyList<double>? LearningRates = null,
    double Prior = 0,
    int LargestColumns = 200,
    int LargestRows = 1024,
    bool RotateTracked = true,
    double LargestAspect = 0,
    int RefreshEvery = 10,
    int FactorEvery = 1,
    int TrackEvery = 1,
    bool RotateResidual = true,
    int ResidualEvery = 1,
    string SourceOptimizer = "adam",
    double SourceLearningRate = 0.004,
    int SourceRuns = 1,
    int OuterSteps = 0,
    IReadOnlyList<ScheduleName>? Schedules = null,
    IReadOnlyList<string>? Learn = null,
    double OuterLearningRate = 0.05,
    int Warmup = 0,
    BasisStart Start = BasisStart.Statistics,
    double Momentum = 0.9,
    double Averaging = 0.99,
    IReadOnlyList<double>? Exponents = null,
    double TrustRegion = 3,
    double StepFactor = 1,
    double? AveragePower = null) : LearningPlan(Optimizer), IStatisticsLearning
{
    /// <summary>Ranks tried on the training tasks.</summary>
    public IReadOnlyList<int> Ranks { get; init; } = Ranks ?? [32];

    /// <summary>What the refinement moves.</summary>
    public IReadOnlyList<string> Learn { get; init; } = Learn ?? ["learning_rate", "scales", "momentum", "averaging"];

    /// <summary>Schedules tried on the training tasks.</summary>
    public IReadOnlyList<ScheduleName> Schedules { get; init; } = Schedules ?? [ScheduleName.Linear];

    /// <summary>Powers of the second moment tried on the training tasks.</summary>
    public IReadOnlyList<double> Exponents { get; init; } = Exponents ?? [0.5];

    /// <summary>Steps tried on the training tasks.</summary>
    public IReadOnlyList<double> LearningRates { get; init; } = LearningRates ?? [0.016];
}
