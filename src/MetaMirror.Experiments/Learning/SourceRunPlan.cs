using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Learning;

/// <summary>Runs of a classic optimizer on the source tasks: learners with equal ones learn from the same statistics.</summary>
/// <param name="Optimizer">Name.</param>
/// <param name="LearningRate">With linear decay.</param>
/// <param name="Runs">Per task.</param>
internal sealed record SourceRunPlan(string Optimizer, double LearningRate, int Runs)
{
    /// <summary>The runs that a learner starts with; null: it makes runs of its own rule.</summary>
    public static SourceRunPlan? Of(LearningPlan learning) => learning switch
    {
        IStatisticsLearning basis => new(basis.SourceOptimizer, basis.SourceLearningRate, Math.Max(1, basis.SourceRuns)),
        MatrixLearning { Start: MetricStart.FourthRoots, OuterSteps: 0 } matrix => new(matrix.SourceOptimizer, matrix.SourceLearningRate, matrix.SourceRuns),
        _ => null,
    };
}
