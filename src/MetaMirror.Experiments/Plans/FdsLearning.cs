namespace MetaMirror.Experiments.Plans;

/// <summary>
/// FDS: schedules of learning rate, momentum and weight decay of SGD with momentum, learned by forward mode with one column a shared value, as a rival. In this order: the learning rate that all values
/// start from, among candidates; the schedules, by sign descent; kept only where that is better on new initial weights and batches.
/// </summary>
/// <param name="Optimizer"><c>fds</c>.</param>
/// <param name="OuterSteps">Most outer steps. Default 10. Not used with <paramref name="InnerGradients"/>.</param>
/// <param name="InnerGradients">Steps of all inner runs together, those of candidates and checks included: at most as many outer steps are taken as this pays. Default: null, <paramref name="OuterSteps"/> decides.</param>
/// <param name="InnerSteps">Steps of an inner run; null: as in training.</param>
/// <param name="MetaObjective">What is minimized: trajectory-loss, final-loss or final-gradient-norm. Default trajectory-loss.</param>
/// <param name="LearningRates">Learning rates tried on the training tasks; learning starts at the best one. Default 0 alone, as the authors do: nothing moves at first.</param>
/// <param name="LearningRateValues">K of the learning rate, each value shared by 1/K of the steps. Default 5.</param>
/// <param name="MomentumValues">K of the momentum. Default 1.</param>
/// <param name="WeightDecayValues">K of the weight decay. Default 1.</param>
/// <param name="LearningRateStep">First step of learning rates. Default 0.1.</param>
/// <param name="MomentumStep">First step of momenta. Default 0.3.</param>
/// <param name="WeightDecayStep">First step of weight decays. Default 0.0004.</param>
public sealed record FdsLearning(
    string Optimizer,
    int OuterSteps = 10,
    int? InnerGradients = null,
    int? InnerSteps = null,
    MetaObjectiveName MetaObjective = MetaObjectiveName.TrajectoryLoss,
    IReadOnlyList<double>? LearningRates = null,
    int LearningRateValues = 5,
    int MomentumValues = 1,
    int WeightDecayValues = 1,
    double LearningRateStep = 0.1,
    double MomentumStep = 0.3,
    double WeightDecayStep = 4e-4) : LearningPlan(Optimizer), IRivalLearning
{
    /// <summary>The name of the optimizer.</summary>
    internal const string Name = "fds";

    /// <summary>Learning rates tried on the training tasks.</summary>
    public IReadOnlyList<double> LearningRates { get; init; } = LearningRates ?? [0];

    /// <summary>The schedule is what is learned.</summary>
    IReadOnlyList<ScheduleName> IRivalLearning.Schedules => [ScheduleName.Constant];
}
