using System.Text.Json.Serialization;

namespace MetaMirror.Experiments.Plans;

/// <summary>Where the learning of a metric starts.</summary>
public enum MetricStart
{
    /// <summary>At the identity.</summary>
    [JsonStringEnumMemberName("unit")]
    Unit,

    /// <summary>At the fourth roots of the mean gradient factors of source runs, in their own size.</summary>
    [JsonStringEnumMemberName("fourth-roots")]
    FourthRoots,
}

/// <summary>
/// Mirror descent in a learned matrix: one Kronecker product per weight tensor, or one full matrix. In this order: the closed form of the un-relaxed bound, damped and
/// iterated; the step among candidates; the metric by hypergradient. Each of them may be left out.
/// </summary>
/// <param name="Optimizer"><c>metamirror-kronecker</c> or <c>metamirror-full</c>.</param>
/// <param name="OuterSteps">Outer steps of the closed form at most. Default 10; 0 skips it.</param>
/// <param name="InnerSteps">Steps of an inner run; null: as in training.</param>
/// <param name="LearningRate">eta of the inner runs. Default 0.1.</param>
/// <param name="Damping">gamma of the closed form, a step along the geodesic. Default 0.5.</param>
/// <param name="RelativeFloor">Added to the moments of displacements and gradients, relative to their mean diagonal entries: larger for few tasks in many dimensions. Default 1e-6.</param>
/// <param name="Tails">Steps at which a run of the closed form counts as begun anew, each tail weighted by its size: late phases then count too. Default: whole runs.</param>
/// <param name="Start">Where the metric starts. Default the identity.</param>
/// <param name="SourceOptimizer">Classic optimizer of the runs that fourth roots are taken from. Default Adam.</param>
/// <param name="SourceLearningRate">Its learning rate, with linear schedule. Default 0.004.</param>
/// <param name="SourceRuns">Runs per training task. Default 1.</param>
/// <param name="LearningRates">Steps tried on the training tasks, in place of eta; the best one is kept. Default none: eta stays.</param>
/// <param name="Momentum">Nesterov's momentum of the deployed rule, in front of the metric; the closed form is learned without. Default 0.</param>
/// <param name="TrustRegion">Radius of the trust region in the learned metric; null: none.</param>
/// <param name="Schedule">Schedule of the learned rule. Default constant.</param>
/// <param name="Rank">Columns of a low-rank factor, for sides of more than 1,024. Default 64.</param>
/// <param name="RefinementSteps">Outer steps of the refinement by hypergradient. Default 0.</param>
/// <param name="RefinementInnerSteps">Steps of its inner runs, and of those that choose the step; null: as in training.</param>
/// <param name="RefinementObjective">What refinement and choice minimize. Default trajectory-loss.</param>
/// <param name="OuterLearningRate">Step size of the refinement (Adam). Default 0.01.</param>
/// <param name="StoppingChange">The closed form stops when the bound changed by less than this, relatively, over 10 outer steps. Default 1e-4; 0 never stops early.</param>
public sealed record MatrixLearning(
    string Optimizer,
    int OuterSteps = 10,
    int? InnerSteps = null,
    double LearningRate = 0.1,
    double Damping = 0.5,
    double RelativeFloor = 1e-6,
    IReadOnlyList<int>? Tails = null,
    MetricStart Start = MetricStart.Unit,
    string SourceOptimizer = "adam",
    double SourceLearningRate = 0.004,
    int SourceRuns = 1,
    IReadOnlyList<double>? LearningRates = null,
    double Momentum = 0,
    double? TrustRegion = null,
    ScheduleName Schedule = ScheduleName.Constant,
    int Rank = 64,
    int RefinementSteps = 0,
    int? RefinementInnerSteps = null,
    MetaObjectiveName RefinementObjective = MetaObjectiveName.TrajectoryLoss,
    double OuterLearningRate = 0.01,
    double StoppingChange = 1e-4) : LearningPlan(Optimizer)
{
    /// <summary>Steps at which a run counts as begun anew.</summary>
    public IReadOnlyList<int> Tails { get; init; } = Tails ?? [];

    /// <summary>Steps tried on the training tasks.</summary>
    public IReadOnlyList<double> LearningRates { get; init; } = LearningRates ?? [];
}
