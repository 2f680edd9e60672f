using MetaMirror.MetaLearners;

namespace MetaMirror.Experiments.Learning;

/// <summary>Runs of a classic optimizer on source tasks, one per task: those of equal plans on the same task are the same.</summary>
/// <param name="Optimizer">Name.</param>
/// <param name="LearningRate">With linear decay.</param>
/// <param name="Steps">Of a run.</param>
/// <param name="Keeps">What statistics keep; null for the default.</param>
internal sealed record SourceRunPlan(string Optimizer, double LearningRate, int Steps, BoundStatisticsOptions? Keeps);

/// <summary>What a source run left.</summary>
/// <param name="Statistics">Its sums; null if it diverged.</param>
/// <param name="Gradients">Gradients evaluated.</param>
/// <param name="Seconds">Its share of the time.</param>
internal sealed record SourceRun(BoundStatistics? Statistics, long Gradients, double Seconds);

/// <summary>Source runs of one plan with one seed, so that tasks held out in turn and several learners share them.</summary>
internal sealed class SourceRunStore
{
    private readonly Dictionary<(SourceRunPlan Plan, int Task), SourceRun> _runs = [];

    /// <summary>The run on a task, named by the number of its random streams; null if there is none.</summary>
    public SourceRun? Find(SourceRunPlan plan, int task) => _runs.GetValueOrDefault((plan, task));

    /// <summary>Keeps a run.</summary>
    public void Add(SourceRunPlan plan, int task, SourceRun run) => _runs.Add((plan, task), run);
}
