namespace MetaMirror.Experiments.Plans;

/// <summary>
/// ARUBA: element-wise rates from sums of squared displacements and gradients over tasks, as a rival. In this order: the rate and schedule before the first task, among candidates; the sums, for each
/// zeta; the best zeta (and coefficient) on the training tasks; kept only where that is better on new initial weights and batches.
/// </summary>
/// <param name="Optimizer"><c>aruba</c>, or <c>aruba-plus</c> (ARUBA++), whose rates go on adapting in the run.</param>
/// <param name="OuterSteps">Passes over the tasks. Default 5. Not used with <paramref name="InnerGradients"/>.</param>
/// <param name="InnerGradients">Steps of all inner runs together, those of candidates and checks included: as many passes are made as this pays. Default: null, <paramref name="OuterSteps"/> decides.</param>
/// <param name="InnerSteps">Steps of an inner run; null: as in training.</param>
/// <param name="MetaObjective">What chooses: trajectory-loss, final-loss or final-gradient-norm. Default trajectory-loss.</param>
/// <param name="LearningRates">Rates eps / zeta tried on the training tasks; the best one is that before the first task. Default 0.05 to 0.8.</param>
/// <param name="Schedules">Schedules tried on the training tasks with every rate; the best pair is kept. Default constant and linear.</param>
/// <param name="Zetas">zeta, tried on the training tasks: smaller ones trust the tasks sooner. Default 0.01, 0.1, 1.</param>
/// <param name="Coefficients">c of ARUBA++, tried on the training tasks with every zeta. Default 0, 0.01, 0.1, 1, 10, 100, 1000 as the authors do; for <c>aruba</c> 0 alone.</param>
/// <param name="Exponent">p, how fast eps and zeta fade. Default 1.</param>
/// <param name="Decay">Share of the sums that each task makes forgotten. Default 0.</param>
/// <param name="Isotropic">One rate for all parameters. Default false.</param>
public sealed record ArubaLearning(
    string Optimizer,
    int OuterSteps = 5,
    int? InnerGradients = null,
    int? InnerSteps = null,
    MetaObjectiveName MetaObjective = MetaObjectiveName.TrajectoryLoss,
    IReadOnlyList<double>? LearningRates = null,
    IReadOnlyList<ScheduleName>? Schedules = null,
    IReadOnlyList<double>? Zetas = null,
    IReadOnlyList<double>? Coefficients = null,
    double Exponent = 1,
    double Decay = 0,
    bool Isotropic = false) : LearningPlan(Optimizer), IRivalLearning
{
    /// <summary>The name of ARUBA++.</summary>
    internal const string Plus = "aruba-plus";

    /// <summary>Rates tried on the training tasks.</summary>
    public IReadOnlyList<double> LearningRates { get; init; } = LearningRates ?? [0.05, 0.1, 0.2, 0.4, 0.8];

    /// <summary>Schedules tried on the training tasks.</summary>
    public IReadOnlyList<ScheduleName> Schedules { get; init; } = Schedules ?? [ScheduleName.Constant, ScheduleName.Linear];

    /// <summary>zeta, tried on the training tasks.</summary>
    public IReadOnlyList<double> Zetas { get; init; } = Zetas ?? [0.01, 0.1, 1];

    /// <summary>c of ARUBA++, tried on the training tasks.</summary>
    public IReadOnlyList<double> Coefficients { get; init; } = Coefficients ?? (Optimizer == Plus ? [0, 0.01, 0.1, 1, 10, 100, 1000] : [0]);
}
