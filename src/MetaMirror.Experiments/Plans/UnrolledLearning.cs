namespace MetaMirror.Experiments.Plans;

/// <summary>
/// Learned optimizers of others that are trained by hypergradient through whole runs, as rivals. In this order: the rate and schedule that learning starts from, among candidates; what is learned,
/// by Adam along hypergradients; kept only where that is better on new initial weights and batches of the source tasks.
/// </summary>
/// <param name="Optimizer"><c>meta-sgd</c>: element-wise rates; <c>meta-curvature</c>: a matrix for each mode of a tensor; <c>warp-grad</c>: a linear warp behind each layer, for one step from each point of the runs.</param>
/// <param name="OuterSteps">Outer steps. Default 20. Not used with <paramref name="InnerGradients"/>.</param>
/// <param name="InnerGradients">Steps of all inner runs together, those of candidates and checks included: as many outer steps are taken as this pays. Default: null, <paramref name="OuterSteps"/> decides.</param>
/// <param name="InnerSteps">Steps of an inner run; null: as in training.</param>
/// <param name="MetaObjective">What is minimized: trajectory-loss, final-loss or final-gradient-norm. Default trajectory-loss.</param>
/// <param name="LearningRates">Rates tried on the training tasks; learning starts at the best one. Default 0.05 to 0.8.</param>
/// <param name="Schedules">Schedules tried on the training tasks with every rate; the best pair is kept. Default constant and linear.</param>
/// <param name="OuterLearningRate">Adam's step, on the logarithms of rates and on the entries of matrices. Default: null, which is 0.05 for rates, 0.001 for matrices of modes and 0.01 for warps.</param>
public sealed record UnrolledLearning(
    string Optimizer,
    int OuterSteps = 20,
    int? InnerGradients = null,
    int? InnerSteps = null,
    MetaObjectiveName MetaObjective = MetaObjectiveName.TrajectoryLoss,
    IReadOnlyList<double>? LearningRates = null,
    IReadOnlyList<ScheduleName>? Schedules = null,
    double? OuterLearningRate = null) : LearningPlan(Optimizer), IRivalLearning
{
    /// <summary>The name of Meta-Curvature.</summary>
    internal const string Curvature = "meta-curvature";

    /// <summary>The name of WarpGrad.</summary>
    internal const string Warp = "warp-grad";

    /// <summary>Rates tried on the training tasks.</summary>
    public IReadOnlyList<double> LearningRates { get; init; } = LearningRates ?? [0.05, 0.1, 0.2, 0.4, 0.8];

    /// <summary>Schedules tried on the training tasks.</summary>
    public IReadOnlyList<ScheduleName> Schedules { get; init; } = Schedules ?? [ScheduleName.Constant, ScheduleName.Linear];
}
