using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning.Studies;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Tuning.Protocols;

/// <summary>
/// Tunes learning rate and weight decay of classic optimizers (and rivals) on one task of a plan: validation accuracy after the plan's steps,
/// or validation loss where there are no classes, mean over the plan's seeds. Test data are never read.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="plan">The plan.</param>
/// <param name="datasets">Where data is found.</param>
/// <param name="seed">Master seed.</param>
/// <param name="team">The threads.</param>
/// <param name="clock">The clock.</param>
public sealed class PlanTuning<T>(Plan plan, DatasetCatalogue datasets, ulong seed, WorkerTeam team, TimeProvider clock)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Ranges that are searched: rates from this one to a multiple of the largest of the catalogue's grid, decays around appendix E's.</summary>
    private const double LeastRate = 1e-4;
    private const double AboveGrid = 4;
    private const double LeastDecay = 1e-5;
    private const double LargestDecay = 1e-2;

    /// <summary>Told of every trial.</summary>
    public IProgress<RunProgress>? Progress { get; init; }

    /// <summary>Runs all studies, or what is left of them.</summary>
    /// <param name="protocol">What is tuned and how.</param>
    /// <param name="folder">Where the logs go; must exist.</param>
    /// <param name="cancellationToken">Ends it early; what is done is in the logs and in the result.</param>
    /// <exception cref="ArgumentException">A name is unknown, the plan has no examples, or the budget is more than a sampler can serve.</exception>
    /// <exception cref="DataFormatException">A log is damaged, or of another study: other data, another plan, another sampler.</exception>
    /// <exception cref="IOException">A log cannot be read or written, or another process has it open.</exception>
    public TuningOutcome Run(TuningProtocol protocol, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (plan.Family is MetaQuadraticsPlan)
            throw new ArgumentException($"Expected a plan with examples to tune on, found the meta-quadratics of '{plan.Name}'.", nameof(protocol));
        IReadOnlyList<SupervisedTask<T>> tasks = PlanTasks.Of<T>(plan, datasets, seed);
        string name = protocol.Task ?? (plan.HeldOut.Count > 0 ? plan.HeldOut[0] : tasks[0].Name);
        int number = NumberOf(tasks, name);
        OptimizerEntry<T>[] entries = [.. (protocol.Optimizers.Count > 0 ? protocol.Optimizers : plan.Baselines).Distinct(StringComparer.Ordinal).Select(Catalogue.Optimizer<T>)];
        SupervisedTask<T> task = ValidationSplit.Of(tasks[number], number, protocol.Validation, seed);
        bool hasClasses = task.Data.Train.Examples.IsClassification;
        var measured = new MeasuredTask<T>(task, number, () => (_, _) => 0);
        var outcome = new TuningOutcome(
            plan.Name, name, hasClasses ? "validationAccuracy" : "validationLoss", plan.Seeds, plan.Training.Steps,
            task.Data.Train.Examples.Count, task.Data.Test!.Examples.Count, [], [], IsComplete: true)
        {
            // Of image sets each is a task of its own: the others were not trained on.
            Data = [.. PlanData.Used(plan, datasets, tasks).Where(use => plan.Family is not ImageSetsPlan || use.Dataset == name)],
        };
        foreach (OptimizerEntry<T> entry in entries)
        {
            foreach (string sampler in protocol.Samplers.Distinct(StringComparer.Ordinal))
            {
                string file = Path.Combine(folder, $"trials-{entry.Name}-{sampler}.jsonl");
                StudyResult study = Run(measured, entry, sampler, protocol, outcome, file, cancellationToken);
                outcome = outcome with { Studies = [.. outcome.Studies, study], Files = [.. outcome.Files, file], IsComplete = study.IsComplete };
                if (!study.IsComplete)
                    return outcome;
            }
        }

        return outcome;
    }

    private StudyResult Run(
        MeasuredTask<T> task, OptimizerEntry<T> entry, string sampler, TuningProtocol protocol, TuningOutcome outcome, string file, CancellationToken cancellationToken)
    {
        SearchSpace space = SpaceOf(entry, protocol);
        StudyGoal goal = outcome.Quantity == "validationAccuracy" ? StudyGoal.Maximize : StudyGoal.Minimize;
        StudySampler choice = SamplerOf(sampler, entry.Name, protocol);
        using StudyLog log = StudyLog.Open(file, space, choice, Title(entry.Name, sampler, protocol, outcome), protocol.Resume);
        var runs = new TrainingRun<T>?[team.Threads];
        // The training loss is not asked for: one look at it at the first step costs nothing.
        var measurement = new Measurement(plan.Training.Steps, plan.Training.BatchSize is null, plan.Training.Steps);
        int total = choice is GridSampler grid ? Math.Min(grid.Size, protocol.Budget) : protocol.Budget;
        var study = new Study(entry.Name, space, goal, choice, Value, new StudyOptions { Budget = protocol.Budget, Together = protocol.Together, Repetitions = plan.Seeds })
        {
            Clock = clock,
            Progress = Progress is null ? null : new TrialProgress(Progress, $"tuning {entry.Name}, {sampler}", log.Trials.Count, total),
        };
        return study.Run(team, log, cancellationToken);

        double Value(StudyPoint point, int run, int worker, CancellationToken token)
        {
            ScheduleName schedule = protocol.Schedules ? plan.Tuning.Schedules[(int)point[TuningOutcome.Schedule]] : ScheduleName.Constant;
            var rule = entry.CreateDecayed(new RuleSetting(point[TuningOutcome.LearningRate], schedule), point[TuningOutcome.WeightDecay]);
            RunRecord record = (runs[worker] ??= new TrainingRun<T>(task, measurement)).Run(new Contender<T>(entry.Name, entry.Role, rule), seed, run, token);
            return record.Test is not { } validation ? double.NaN : validation.Accuracy ?? validation.Loss;
        }
    }

    private SearchSpace SpaceOf(OptimizerEntry<T> entry, TuningProtocol protocol)
    {
        SearchDimension[] both =
        [
            new RangeDimension(TuningOutcome.LearningRate, LeastRate, AboveGrid * entry.Grid[^1], IsLogarithmic: true),
            new RangeDimension(TuningOutcome.WeightDecay, LeastDecay, LargestDecay, IsLogarithmic: true),
        ];
        return new SearchSpace(protocol.Schedules
            ? [.. both, new ChoiceDimension(TuningOutcome.Schedule, [.. plan.Tuning.Schedules.Select(s => Scheduling.Word(s))])]
            : [.. both]);
    }

    private StudySampler SamplerOf(string name, string optimizer, TuningProtocol protocol) => name switch
    {
        "grid" => new GridSampler(seed, Grid(optimizer, protocol)),
        "random" => new RandomSampler(seed),
        "bayesian" => new BayesianSampler(seed),
        _ => throw Catalogue.Unknown("a sampler", name, TuningProtocol.SamplerNames, nameof(name)),
    };

    // A grid of the plan's own comes before the paper's.
    private ImmutableArray<ImmutableArray<double>> Grid(string optimizer, TuningProtocol protocol)
    {
        ImmutableArray<double> rates = plan.Tuning.LearningRates.TryGetValue(optimizer, out IReadOnlyList<double>? own) ? [.. own] : AppendixE.LearningRates(optimizer);
        return protocol.Schedules
            ? [rates, AppendixE.WeightDecays, [.. Enumerable.Range(0, plan.Tuning.Schedules.Count).Select(i => (double)i)]]
            : [rates, AppendixE.WeightDecays];
    }

    // Everything that values depend on; the budget may grow.
    private KeyValuePair<string, string>[] Title(string optimizer, string sampler, TuningProtocol protocol, TuningOutcome outcome) =>
    [
        new("plan", plan.Name),
        new("task", outcome.Task),
        new("optimizer", optimizer),
        new("data", string.Join("; ", outcome.Data.Select(use => $"{use.Dataset}: {use.Contents}{(use.TrainExamples is { } count ? $", {count} taken" : "")}"))),
        new("quantity", outcome.Quantity),
        new("seed", seed.ToString(CultureInfo.InvariantCulture)),
        new("runs", plan.Seeds.ToString(CultureInfo.InvariantCulture)),
        new("together", sampler == "bayesian" ? protocol.Together.ToString(CultureInfo.InvariantCulture) : "any"),
        new("fingerprint", PlanFingerprint.Of(plan, protocol.Validation)),
    ];

    private static int NumberOf(IReadOnlyList<SupervisedTask<T>> tasks, string name)
    {
        for (int i = 0; i < tasks.Count; i++)
        {
            if (string.Equals(tasks[i].Name, name, StringComparison.Ordinal))
                return i;
        }

        throw Catalogue.Unknown("a task", name, tasks.Select(t => t.Name), nameof(name));
    }

    private sealed class TrialProgress(IProgress<RunProgress> inner, string stage, int before, int total) : IProgress<StudyTrial>
    {
        private int _done = before;

        public void Report(StudyTrial value)
        {
            string found = value.Value is { } v ? NumberText.Significant(v) : value.Status == TrialStatus.Failed ? "failed" : "diverged";
            inner.Report(new RunProgress(stage, ++_done, total, $"{value.Point}: {found}", double.NaN));
        }
    }
}
