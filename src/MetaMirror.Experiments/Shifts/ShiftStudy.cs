using System.Globalization;
using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning;
using MetaMirror.Numerics;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Experiments.Shifts;

/// <summary>
/// A learned optimizer on tasks unlike those it was learned on (other rotations, batch sizes, contrasts): as it was learned, with rates that go on adapting (docs/online.md), and with its
/// steps a constant multiple, the best of which is what adapting one rate could reach. Same initial weights and mini-batches for all.
/// </summary>
/// <param name="settings">Seed and threads; results do not depend on the threads.</param>
/// <param name="datasets">Where images are looked for.</param>
/// <param name="time">Clock, for the cost of learning.</param>
public sealed class ShiftStudy(LearningSettings settings, DatasetCatalogue datasets, TimeProvider time)
{
    private static readonly double[] Multiples = [0.5, 0.7, 1.4, 2];
    private static readonly RateGranularity[] Granularities = [RateGranularity.Scalar, RateGranularity.Block, RateGranularity.Element];

    /// <summary>Told of learning.</summary>
    public IProgress<LearningProgress>? LearningProgress { get; init; }

    /// <summary>Told of every finished run.</summary>
    public IProgress<RunProgress>? RunProgress { get; init; }

    /// <summary>Learns on the plan's tasks, then trains on the shifted ones.</summary>
    /// <param name="sizes">How much.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public ShiftResult Run(ShiftSizes sizes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        Plan plan = PlanData.ReadOr(sizes.Plan, ShiftSizes.Digits, datasets, out bool isStandIn);
        var home = (RotatedImagesPlan)plan.Family;
        TrackedLearning? own = isStandIn ? null : sizes.Learning;
        LearnedRule<float> learned = Learn(own is null ? plan : plan with { Learn = own }, cancellationToken);
        Contender<float>[] contenders = [learned.ToContender(), .. Multiples.Select(c => Scaled(learned.ToContender(), c)), .. Granularities.Select(g => Adapting(learned.ToContender(), g))];
        var pool = new RunPool<float>(new WorkerTeam(settings.Threads), settings.Seed, RunProgress);
        var figures = new List<ShiftFigure>();
        var rows = new List<ComparisonRow>();
        TaskShift[] shifts =
        [
            .. from factor in sizes.BatchFactors
               from contrast in sizes.Contrasts
               from angle in sizes.Angles
               select new TaskShift(angle, (int)Math.Round(plan.Training.BatchSize!.Value * factor), contrast),
        ];
        foreach (TaskShift shift in shifts)
        {
            Plan shifted = plan with
            {
                Family = home with { Angles = [shift.Rotation], Contrast = shift.Contrast },
                Training = plan.Training with { BatchSize = shift.BatchSize, Steps = sizes.Steps ?? plan.Training.Steps },
            };
            MeasuredTask<float> task = PlanTasks.Measured(shifted, PlanTasks.Of<float>(shifted, datasets, settings.Seed), settings.Seed)[0];
            var measurement = Measurement.Of(shifted);
            RunRecord[] records = pool.Run(
                task, measurement, $"shift {figures.Count + 1} of {shifts.Length}", [.. contenders.SelectMany(c => Enumerable.Range(0, sizes.Seeds).Select(run => new RunJob<float>(c, run)))], cancellationToken);
            RunRecord[][] runs = [.. contenders.Select((_, k) => records[(k * sizes.Seeds)..((k + 1) * sizes.Seeds)])];
            figures.Add(Figure(shift, contenders, runs));
            rows.AddRange(contenders.Select((c, k) => ComparisonRows.Of(c, new Trial(default, [.. runs[k]]), task, measurement, double.NaN) with { HeldOutTask = shift.ToString() }));
        }

        return new ShiftResult
        {
            Scale = sizes.Name,
            Seed = settings.Seed,
            Plan = plan.Name,
            Learning = own is null ? null : Words(own),
            IsStandIn = isStandIn,
            WhereItDegrades = Summaries([.. figures.Where(f => f.Degrades)]),
            Everywhere = Summaries(figures),
            Shifts = figures,
            Comparison = rows,
            Data = PlanData.Used(plan, datasets),
            MetaTraining = learned.Cost,
        };
    }

    private LearnedRule<float> Learn(Plan plan, CancellationToken cancellationToken)
    {
        IReadOnlyList<SupervisedTask<float>> tasks = PlanTasks.Of<float>(plan, datasets, settings.Seed);
        var family = new TaskFamily<float>(tasks.Select(t => t.TrainingOnly()), [.. Enumerable.Range(0, tasks.Count)]);
        return RuleLearners.LearnAll(plan with { Controls = [], Also = [] }, family, settings, time, LearningProgress, cancellationToken)[0];
    }

    private static string Words(TrackedLearning own) => string.Create(
        CultureInfo.InvariantCulture,
        $"{own.Optimizer}, the last iterate of a run, ranks {string.Join(", ", own.Ranks)}, momentum {own.Momentum}, exponents {string.Join(", ", own.Exponents)}, steps {string.Join(", ", own.LearningRates)}");

    private static Contender<float> Adapting(Contender<float> learned, RateGranularity granularity)
    {
        (Contender<float> adapting, _) = learned.WithRates(OnlineRateOptions.Safeguarded(granularity));
        return adapting with { Name = $"{learned.Name}, {Name(granularity)} adapting" };
    }

    private static Contender<float> Scaled(Contender<float> learned, double multiple)
    {
        (Contender<float> scaled, _) = learned.WithRates(new OnlineRateOptions { Rate = multiple, MetaRate = 0 });
        return scaled with { Name = FormattableString.Invariant($"{learned.Name}, steps x {multiple}") };
    }

    internal static string Name(RateGranularity granularity) => granularity switch
    {
        RateGranularity.Scalar => "one rate",
        RateGranularity.Block => "a rate per tensor",
        _ => "a rate per parameter",
    };

    private static ShiftFigure Figure(TaskShift shift, Contender<float>[] contenders, RunRecord[][] runs)
    {
        ShiftRow[] rows = [.. contenders.Skip(1).Select((c, k) => Row(c.Name, runs[k + 1], runs[0]))];
        (double multiple, double best) = (1, 1);
        for (int k = 0; k < Multiples.Length; k++)
        {
            if (rows[k].MeanLoss is { } ratio && ratio < best)
                (multiple, best) = (Multiples[k], ratio);
        }

        return new ShiftFigure(shift, Geometric(runs[0].Select(r => r.MeanLoss)), Geometric(runs[0].Select(r => r.FinalLoss)), multiple, best, rows);
    }

    private static ShiftRow Row(string name, RunRecord[] runs, RunRecord[] other)
    {
        if (runs.Any(r => r.Diverged))
            return new ShiftRow(name, null, null, null, null, null);

        // Where only the fixed optimizer diverged, there is no ratio to be had of that seed, and nothing to hold against the other.
        bool[] counts = [.. other.Select(r => !r.Diverged)];
        if (!counts.Any(c => c))
            return new ShiftRow(name, 0, null, 0, null, null);
        runs = [.. runs.Where((_, i) => counts[i])];
        other = [.. other.Where((_, i) => counts[i])];
        (double mean, double? meanError) = Ratio(runs, other, r => r.MeanLoss);
        (double final, double? finalError) = Ratio(runs, other, r => r.FinalLoss);
        return new ShiftRow(name, mean, meanError, final, finalError, runs.Zip(other, (a, b) => a.Test?.Accuracy - b.Test?.Accuracy).Average());
    }

    private static (double Ratio, double? Error) Ratio(RunRecord[] runs, RunRecord[] other, Func<RunRecord, double> loss)
    {
        double[] logs = [.. runs.Zip(other, (a, b) => Math.Log(loss(a) / loss(b)))];
        double mean = logs.Average();
        double? error = logs.Length < 2 ? null : Math.Sqrt(logs.Sum(x => (x - mean) * (x - mean)) / (logs.Length - 1) / logs.Length);
        return (Math.Exp(mean), error);
    }

    private static double Geometric(IEnumerable<double> values) => Math.Exp(values.Average(Math.Log));

    /// <summary>Of the optimizers that adapt.</summary>
    private static ShiftSummary[] Summaries(IReadOnlyList<ShiftFigure> figures) =>
        figures.Count == 0 ? [] : [.. Enumerable.Range(Multiples.Length, Granularities.Length).Select(k => Summary([.. figures.Select(f => f.Rows[k])]))];

    // Runs that never left the fixed optimizer's steps differ by nothing; a hundredth of a percent is less than anyone would call worse.
    private const double Nothing = 1e-4;

    private static bool IsWorse(double? ratio, double? error) => ratio is not { } r || Math.Log(r) > Math.Max(error ?? 0, Nothing);

    private static ShiftSummary Summary(ShiftRow[] rows) => new(
        rows[0].Optimizer,
        rows.Length,
        Quantiles.OrNull(Quantiles.Median([.. rows.Select(r => r.MeanLoss ?? double.PositiveInfinity)])),
        Quantiles.OrNull(rows.Max(r => r.MeanLoss ?? double.PositiveInfinity)),
        Quantiles.OrNull(Quantiles.Median([.. rows.Select(r => r.FinalLoss ?? double.PositiveInfinity)])),
        Quantiles.OrNull(rows.Max(r => r.FinalLoss ?? double.PositiveInfinity)),
        rows.Count(r => IsWorse(r.MeanLoss, r.MeanLossError)),
        rows.Count(r => IsWorse(r.FinalLoss, r.FinalLossError)),
        rows.Average(r => r.Accuracy));
}
