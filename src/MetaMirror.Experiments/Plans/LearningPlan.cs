using System.Text.Json.Serialization;

namespace MetaMirror.Experiments.Plans;

/// <summary>What is learned: a name, and the options of its own algorithm. The name decides which record is read (<see cref="LearningPlanConverter"/>).</summary>
/// <param name="Optimizer">Name of the learned optimizer.</param>
[JsonConverter(typeof(LearningPlanConverter))]
public abstract record LearningPlan(string Optimizer);

/// <summary>What meta-training minimizes.</summary>
public enum MetaObjectiveName
{
    /// <summary>Theorem 3.1, un-relaxed, in the local dual norm.</summary>
    [JsonStringEnumMemberName("regret-bound")]
    RegretBound,

    /// <summary>MetaMD v1, Eq. 10.</summary>
    [JsonStringEnumMemberName("relaxed-regret-bound")]
    RelaxedRegretBound,

    /// <summary>Mean training loss along the run.</summary>
    [JsonStringEnumMemberName("trajectory-loss")]
    TrajectoryLoss,

    /// <summary>Training loss at the end.</summary>
    [JsonStringEnumMemberName("final-loss")]
    FinalLoss,

    /// <summary>Logarithm of the gradient's norm after the last step.</summary>
    [JsonStringEnumMemberName("final-gradient-norm")]
    FinalGradientNorm,

    /// <summary>Validation loss at the end (a control: MetaMD never reads validation data).</summary>
    [JsonStringEnumMemberName("validation-loss")]
    ValidationLoss,
}

/// <summary>How the derivative of the meta-objective is had.</summary>
public enum HypergradientName
{
    /// <summary>No derivative: the damped closed-form update of the un-relaxed bound.</summary>
    [JsonStringEnumMemberName("closed-form")]
    ClosedForm,

    /// <summary>Forward mode.</summary>
    [JsonStringEnumMemberName("forward")]
    Forward,

    /// <summary>Reverse mode with checkpoints.</summary>
    [JsonStringEnumMemberName("reverse")]
    Reverse,

    /// <summary>Reverse mode over the last steps only.</summary>
    [JsonStringEnumMemberName("truncated-reverse")]
    TruncatedReverse,

    /// <summary>Implicit mode at convergence.</summary>
    [JsonStringEnumMemberName("implicit")]
    Implicit,
}

/// <summary>Meta Mirror Descent: a diagonal metric, or the maximum of three (MetaMD v1, Algorithm 1); as corrected, or as printed.</summary>
/// <param name="Optimizer"><c>metamd-diagonal</c>, <c>metamd-max3</c>, <c>metamd-diagonal-printed</c> or <c>metamd-max3-printed</c>.</param>
/// <param name="OuterSteps">Outer steps at most. Default 10.</param>
/// <param name="InnerSteps">Steps of an inner run; null: as in training.</param>
/// <param name="MetaObjective">What is minimized. Default the un-relaxed bound.</param>
/// <param name="Hypergradient">How its derivative is had. Default closed form.</param>
/// <param name="Window">Steps of truncated reverse mode, or extra terms of the implicit Neumann series; null: 10.</param>
/// <param name="LearningRate">eta of the first inner runs. Default 0.1.</param>
/// <param name="Damping">gamma of the closed-form update, log P = (1 - gamma) log P + gamma log P'. Default 0.5.</param>
/// <param name="OuterLearningRate">Step size of the outer optimizer (Adam). Default 0.05.</param>
/// <param name="TasksPerStep">Tasks sampled at an outer step; null: all.</param>
/// <param name="Schedule">Schedule of the inner runs. Default constant.</param>
/// <param name="StoppingChange">Learning stops when the meta-objective changed by less than this, relatively, over 10 outer steps. Default 1e-4; 0 never stops early.</param>
/// <param name="WarmStartSteps">Outer steps of the closed form before the hypergradient takes over, for diagonals. Default 0.</param>
/// <param name="WarmStartInnerSteps">Inner steps of the warm start. Default: <paramref name="InnerSteps"/>.</param>
/// <param name="RelativeFloor">Added to the closed form's squared displacements and gradients, relative to their means: where source tasks say nothing of a parameter, new ones may. Default 0; from statistics alone 1e-6.</param>
public sealed record MetaMdLearning(
    string Optimizer,
    int OuterSteps = 10,
    int? InnerSteps = null,
    MetaObjectiveName MetaObjective = MetaObjectiveName.RegretBound,
    HypergradientName Hypergradient = HypergradientName.ClosedForm,
    int? Window = null,
    double LearningRate = 0.1,
    double Damping = 0.5,
    double OuterLearningRate = 0.05,
    int? TasksPerStep = null,
    ScheduleName Schedule = ScheduleName.Constant,
    double StoppingChange = 1e-4,
    int WarmStartSteps = 0,
    int? WarmStartInnerSteps = null,
    double RelativeFloor = 0) : LearningPlan(Optimizer);

/// <summary>Basis and prior: an eigenbasis and prior second moments from runs on the training tasks, an adaptive diagonal in it.</summary>
/// <param name="Optimizer"><c>metamirror-basis</c>.</param>
/// <param name="Rank">Columns r kept of the input-side basis; clamped to what a tensor has. Default 32.</param>
/// <param name="LearningRates">Steps tried on the training tasks; the best one is kept. Default 0.008 alone.</param>
/// <param name="Prior">Weight c of the prior second moments beside the running average: their share is c / (1 - b2^t + c). Default 1.</param>
/// <param name="SourceOptimizer">Classic optimizer of the runs that statistics are taken from. Default Adam.</param>
/// <param name="SourceLearningRate">Its learning rate, with linear schedule. Default 0.004.</param>
/// <param name="SourceRuns">Runs per training task. Default 1.</param>
/// <param name="OuterSteps">Outer steps of the refinement by hypergradient of the mean training loss along the run. Default 20; 0 skips it.</param>
/// <param name="Schedules">Schedules tried on the training tasks with every step; the best pair is kept. Default linear alone.</param>
/// <param name="Learn">What the refinement moves: learning_rate, scales, momentum, averaging, prior_weight, schedule (its end or decay). Default: all but the schedule.</param>
/// <param name="OuterLearningRate">Adam's step in the refinement, on the logarithm (logit) of what is learned. Default 0.05.</param>
/// <param name="Warmup">Steps over which the step size rises. Default 5; 0 for none.</param>
/// <param name="Basis">Where the basis comes from: the statistics' eigenvectors, or none (identity). Default statistics.</param>
/// <param name="Momentum">b1. Default 0.9.</param>
/// <param name="Averaging">b2. Default 0.99.</param>
/// <param name="StepFactor">Learned rule and control are deployed with so many times their step. Default 1.</param>
public sealed record BasisLearning(
    string Optimizer,
    int Rank = 32,
    IReadOnlyList<double>? LearningRates = null,
    double Prior = 1,
    string SourceOptimizer = "adam",
    double SourceLearningRate = 0.004,
    int SourceRuns = 1,
    int OuterSteps = 20,
    IReadOnlyList<ScheduleName>? Schedules = null,
    IReadOnlyList<string>? Learn = null,
    double OuterLearningRate = 0.05,
    int Warmup = 5,
    BasisStart Basis = BasisStart.Statistics,
    double Momentum = 0.9,
    double Averaging = 0.99,
    double StepFactor = 1) : LearningPlan(Optimizer), IStatisticsLearning
{
    /// <summary>What the refinement moves.</summary>
    public IReadOnlyList<string> Learn { get; init; } = Learn ?? ["learning_rate", "scales", "momentum", "averaging", "prior_weight"];

    /// <summary>Schedules tried on the training tasks.</summary>
    public IReadOnlyList<ScheduleName> Schedules { get; init; } = Schedules ?? [ScheduleName.Linear];

    /// <summary>The one rank.</summary>
    IReadOnlyList<int> IStatisticsLearning.Ranks => [Rank];

    /// <summary>The root alone.</summary>
    IReadOnlyList<double> IStatisticsLearning.Exponents => [0.5];

    /// <summary>None: the last iterate is deployed.</summary>
    double? IStatisticsLearning.AveragePower => null;

    /// <summary>Steps tried on the training tasks.</summary>
    public IReadOnlyList<double> LearningRates { get; init; } = LearningRates ?? [0.008];
}
