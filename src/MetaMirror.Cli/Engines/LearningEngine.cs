using System.Globalization;
using System.Numerics;
using MetaMirror.Cli.Errors;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Numerics;
using MetaMirror.Storage;
using MetaMirror.Tasks;

namespace MetaMirror.Cli.Engines;

/// <summary>Wires <c>learn</c> and <c>train</c> to the experiments.</summary>
internal static class LearningEngine
{
    /// <summary>Networks in single precision, convex models and quadratics in double.</summary>
    public static LearnOutcome Learn(LearnRequest request, EngineContext context) =>
        request.Plan.IsDoublePrecision ? Learn<double>(request, context) : Learn<float>(request, context);

    /// <summary>As <see cref="Learn(LearnRequest, EngineContext)"/>.</summary>
    public static TrainOutcome Train(TrainRequest request, EngineContext context) =>
        request.Plan.IsDoublePrecision ? Train<double>(request, context) : Train<float>(request, context);

    private static LearnOutcome Learn<T>(LearnRequest request, EngineContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var learning = new PlanLearning<T>(request.Plan, new DatasetCatalogue(context.Data), context.Settings, context.Clock)
        {
            Progress = context.Learning,
            Warn = context.Warn,
            StatisticsFile = request.StatisticsFile,
        };
        if (request.HeldOut is { } heldOut && request.Plan.Family is not MetaQuadraticsPlan)
            TaskNames.Checked("--held-out", heldOut, Names<T>(request.Plan, context));
        foreach (string task in request.Plan.HeldOut)
            TaskNames.Checked($"{request.Plan.Name}, $.heldOut", task, Names<T>(request.Plan, context));
        PlanLearningResult<T> result;
        try
        {
            result = learning.Run(request.File, request.HeldOut, request.Resume, request.Statistics, context.Canceled);
        }
        catch (StorageException damage) when (request.Statistics.Count > 0)
        {
            throw new StorageException($"--from-statistics {string.Join(", ", request.Statistics.Select(Found.Text))}: {damage.Message}", damage);
        }

        List<NamedText> facts =
        [
            new("learned from", result.Optimizer.LearnedFrom),
            new("license", result.Optimizer.License),
            .. PlanData.Used(request.Plan, new DatasetCatalogue(context.Data)).Select(use => new NamedText($"data set {use.Dataset}", use.Contents)),
            new("parameters", result.Learned.Layout.ToString()),
            new("meta-parameters", result.Learned.Natural.Length.ToString(CultureInfo.InvariantCulture)),
            new("file fingerprint", result.Optimizer.Fingerprint),
        ];
        return new LearnOutcome(result.Learned.Name, result.Files, result.Learned.Cost, facts, result.IsComplete);
    }

    private static TrainOutcome Train<T>(TrainRequest request, EngineContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (request.Plan.Family is MetaQuadraticsPlan)
            throw new UsageException("PLAN", $"expected a plan with examples to train on, found the meta-quadratics of '{request.Plan.Name}'");
        TaskNames.Checked("--task", request.Task, Names<T>(request.Plan, context));
        var training = new PlanTraining<T>(request.Plan, new DatasetCatalogue(context.Data), context.Seed)
        {
            Warn = context.Warn,
            Team = context.Threads > 1 ? new WorkerTeam(context.Threads) : null,
            AdaptRate = request.AdaptRate,
            Resize = request.Resize,
        };
        PlanTrainingResult result;
        try
        {
            result = training.Run(request.Task, request.Optimizer, request.LearningRate, request.Steps, request.FallBack, request.Folder, context.Canceled);
        }
        catch (StorageException damage) when (!damage.Message.Contains(request.Optimizer, StringComparison.Ordinal))
        {
            throw new StorageException($"--optimizer {Found.Text(request.Optimizer)}: {damage.Message}", damage);
        }

        RunRecord record = result.Record;
        double? target = request.Plan.Target.Value.Number;
        double steps = target is { } value ? record.StepsTo(value) : double.PositiveInfinity;
        TestMeasure? test = record.Test;
        var curve = new RunCurve(
            result.Optimizer, request.Task, [.. Enumerable.Range(0, record.Losses.Length).Select(k => k * record.EverySteps)], record.Losses.ToArray(), [], []);
        return new TrainOutcome(
            result.Optimizer, curve, target, double.IsFinite(steps) ? (int)steps : null, record.Diverged ? null : record.FinalLoss,
            test?.Loss, test?.Accuracy, record.Diverged, result.FellBack, result.Files, IsComplete: true)
        {
            Rates = result.Rates,
        };
    }

    private static string[] Names<T>(Plan plan, EngineContext context)
        where T : unmanaged, IFloatingPointIeee754<T> => [.. PlanTasks.Of<T>(plan, new DatasetCatalogue(context.Data), context.Seed).Select(t => t.Name)];
}
