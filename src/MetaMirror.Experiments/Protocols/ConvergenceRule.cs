using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Protocols;

/// <summary>
/// When runs count as converged, where a paper says "until convergence" and not when that is: an optimizer at a constant rate trains the first task; T is the first epoch in which its
/// training loss is not lower than <paramref name="Epochs"/> epochs before by at least <paramref name="Change"/> of its first value. All runs of the comparison then take T steps.
/// </summary>
/// <param name="Change">Share of the first loss.</param>
/// <param name="Epochs">Epochs to look back.</param>
/// <param name="Optimizer">The optimizer.</param>
/// <param name="LearningRate">Its rate.</param>
public sealed record ConvergenceRule(double Change = 0.005, int Epochs = 5, string Optimizer = "sgd-momentum", double LearningRate = 0.1)
{
    /// <summary>The rule in words.</summary>
    public string Words => FormattableString.Invariant(
        $"all runs take T steps, T being the first epoch in which {Optimizer} at the constant rate {LearningRate} on the first task has lowered its training loss by less than {100 * Change:0.##} % of its first value in {Epochs} epochs");

    /// <summary>The plan with that number of steps; its own number is the most.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="datasets">Where data are found.</param>
    /// <param name="seed">Master seed.</param>
    /// <param name="progress">Told of the run; may be null.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public Plan Applied(Plan plan, DatasetCatalogue datasets, ulong seed, IProgress<RunProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        MeasuredTask<float> task = PlanTasks.Measured(plan, PlanTasks.Of<float>(plan, datasets, seed), seed)[0];
        int examples = PlanTasks.Of<float>(plan, datasets, seed)[0].Data.Train.Examples.Count;
        int epoch = plan.Training.BatchSize is { } batch ? (examples + batch - 1) / batch : 1;
        OptimizerEntry<float> entry = Catalogue.Optimizer<float>(Optimizer);
        var contender = new Contender<float>(entry.Name, OptimizerRole.Baseline, entry.Create(new RuleSetting(LearningRate, ScheduleName.Constant)));
        var pool = new RunPool<float>(new WorkerTeam(1), seed, progress);
        RunRecord record = pool.Run(task, new Measurement(plan.Training.Steps, plan.Training.BatchSize is null, epoch), "until converged", [new RunJob<float>(contender, 0)], cancellationToken)[0];
        int steps = Math.Min(plan.Training.Steps, EpochOf(record.Losses) * epoch);
        return plan with { Training = plan.Training with { Steps = steps }, Evaluation = plan.Evaluation with { EverySteps = Math.Min(plan.Evaluation.EverySteps, steps) } };
    }

    /// <summary>The epoch in which losses measured at the start of every epoch count as converged: at least 1; the number of losses if they never do.</summary>
    /// <param name="losses">Losses, that before the first step first.</param>
    public int EpochOf(ReadOnlySpan<double> losses)
    {
        for (int k = Epochs; k < losses.Length; k++)
        {
            if (!(losses[k - Epochs] - losses[k] >= Change * losses[0]))
                return k;
        }

        return Math.Max(1, losses.Length);
    }
}
