namespace MetaMirror.Experiments.Plans;

/// <summary>What learned optimizers of others have in common: a single rate and schedule to start from, chosen on the training tasks, and a budget.</summary>
public interface IRivalLearning
{
    /// <summary>Name of the optimizer.</summary>
    string Optimizer { get; }

    /// <summary>Outer steps, unless a budget decides.</summary>
    int OuterSteps { get; }

    /// <summary>Steps of all inner runs together, those of candidates and checks included; null: none.</summary>
    int? InnerGradients { get; }

    /// <summary>Steps of an inner run; null: as in training.</summary>
    int? InnerSteps { get; }

    /// <summary>What is minimized, and what chooses.</summary>
    MetaObjectiveName MetaObjective { get; }

    /// <summary>Rates tried on the training tasks.</summary>
    IReadOnlyList<double> LearningRates { get; }

    /// <summary>Schedules tried on the training tasks with every rate.</summary>
    IReadOnlyList<ScheduleName> Schedules { get; }
}
