namespace MetaMirror.Experiments.Plans;

/// <summary>
/// Learned optimizers that are small networks with shared weights on each coordinate, as rivals. In this order: the rate and schedule that learning starts from, among candidates; the weights, by Adam along
/// hypergradients by truncated backpropagation through time; kept only where that is better on new initial weights and batches of the source tasks.
/// </summary>
/// <param name="Optimizer"><c>lstm-rule</c>: an LSTM on the gradient; <c>mlp-rule</c>: a network on gradient and momenta.</param>
/// <param name="OuterSteps">Outer steps. Default 100. Not used with <paramref name="InnerGradients"/>.</param>
/// <param name="InnerGradients">Steps of all inner runs together, those of candidates and checks included: as many outer steps are taken as this pays. Default: null, <paramref name="OuterSteps"/> decides.</param>
/// <param name="InnerSteps">Steps of an inner run; null: as in training.</param>
/// <param name="MetaObjective">What is minimized: trajectory-loss, final-loss or final-gradient-norm. Default trajectory-loss.</param>
/// <param name="LearningRates">Rates tried on the training tasks; learning starts at the best one. Default 0.001 to 0.02.</param>
/// <param name="Schedules">Schedules tried on the training tasks with every rate; the best pair is kept. Default constant and linear.</param>
/// <param name="Units">Units of a layer; null: 20 of lstm-rule, 8 of mlp-rule.</param>
/// <param name="Layers">Layers; null: 1 of lstm-rule, 2 of mlp-rule.</param>
/// <param name="Window">Steps that derivatives flow back through. Default 100; Andrychowicz et al. have 20.</param>
/// <param name="SecondOrder">Whether they flow through the gradients that the rule is given, too, by Hessian-vector products; null: false of lstm-rule, as in its paper, true of mlp-rule, whose inputs forget how long a gradient is.</param>
/// <param name="OuterLearningRate">Adam's step on the weights. Default 0.01.</param>
public sealed record NeuralLearning(
    string Optimizer,
    int OuterSteps = 100,
    int? InnerGradients = null,
    int? InnerSteps = null,
    MetaObjectiveName MetaObjective = MetaObjectiveName.TrajectoryLoss,
    IReadOnlyList<double>? LearningRates = null,
    IReadOnlyList<ScheduleName>? Schedules = null,
    int? Units = null,
    int? Layers = null,
    int Window = 100,
    bool? SecondOrder = null,
    double OuterLearningRate = 0.01) : LearningPlan(Optimizer), IRivalLearning
{
    /// <summary>The name of the LSTM.</summary>
    internal const string Lstm = "lstm-rule";

    /// <summary>The name of the network of momenta.</summary>
    internal const string Mlp = "mlp-rule";

    /// <summary>Rates tried on the training tasks.</summary>
    public IReadOnlyList<double> LearningRates { get; init; } = LearningRates ?? [0.001, 0.002, 0.005, 0.01, 0.02];

    /// <summary>Schedules tried on the training tasks.</summary>
    public IReadOnlyList<ScheduleName> Schedules { get; init; } = Schedules ?? [ScheduleName.Constant, ScheduleName.Linear];
}
