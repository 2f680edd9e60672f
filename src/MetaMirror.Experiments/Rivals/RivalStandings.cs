using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Protocols;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Rivals;

/// <summary>How the learned optimizer and its rivals stand, from the comparisons of several plans.</summary>
public static class RivalStandings
{
    /// <summary>Least time by this factor is counted apart: less may be the machine's other work.</summary>
    public const double ClearFactor = 1.3;

    /// <summary>Final losses below this share of the target are level: rounding decides there.</summary>
    public const double Solved = 1e-6;

    /// <summary>A final loss up to so much above the best counts as level.</summary>
    public const double FinalAllowance = 1.05;

    /// <summary>Name of the learned optimizers of all plans together.</summary>
    public const string LearnedHere = "learned optimizer";

    /// <summary>The result of some comparisons.</summary>
    /// <param name="comparisons">Plans and what was found on each, at least one.</param>
    /// <param name="scale">How much was run.</param>
    /// <param name="seed">Master seed.</param>
    /// <exception cref="ArgumentException">A comparison has no learned optimizer.</exception>
    public static RivalResult Of(IReadOnlyList<(Plan Plan, ComparisonResult Result)> comparisons, string scale, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        (Plan Plan, ComparisonResult Result, string Champion, RivalDuel[] Duels)[] families =
        [
            .. comparisons.Select(c => (c.Plan, c.Result, Champion: ChampionOf(c.Plan, c.Result))).Select(c => (c.Plan, c.Result, c.Champion, Duels(c.Plan.Name, c.Result, c.Champion))),
        ];
        RivalDuel[] networks = [.. families.Where(f => !f.Plan.IsDoublePrecision).SelectMany(f => f.Duels)], convex = [.. families.Where(f => f.Plan.IsDoublePrecision).SelectMany(f => f.Duels)];
        var result = new RivalResult
        {
            Scale = scale,
            Seed = seed,
            Summaries = [.. networks.Length > 0 ? [Summary("networks", networks)] : Array.Empty<RivalSummary>(), .. convex.Length > 0 ? [Summary("convex models", convex)] : Array.Empty<RivalSummary>()],
            Families = [.. families.Select(f => new RivalFamily(f.Plan.Name, f.Plan.Description, f.Champion, Summary(f.Plan.Name, f.Duels), Standings(f.Result), f.Result.Notes))],
            Duels = [.. families.SelectMany(f => f.Duels)],
            Comparison = [.. families.SelectMany(f => f.Result.Comparison.Select(r => r with { HeldOutTask = TaskName(f.Plan.Name, r.HeldOutTask) }))],
            Data = DataUse.Merge([.. families.Select(f => f.Result.Data)]),
        };
        string[] profiled = [.. families.Where(f => networks.Length == 0 || !f.Plan.IsDoublePrecision).Select(f => f.Plan.Name)];
        ComparisonResult all = Together(result, profiled);
        return result with { Profiled = profiled, StepsScores = ProfileSection.Scores(all) ?? [], SecondsScores = ProfileSection.Scores(all, ProfileMeasure.Seconds) ?? [] };
    }

    /// <summary>The rows of some families as one comparison, in which the learned optimizers of the plans have one name; without controls.</summary>
    internal static ComparisonResult Together(RivalResult result, IReadOnlyList<string> families)
    {
        Dictionary<string, string> champions = result.Duels.Where(d => families.Contains(d.Family, StringComparer.Ordinal)).ToDictionary(d => TaskName(d.Family, d.Task), d => d.Champion, StringComparer.Ordinal);
        return new ComparisonResult
        {
            Experiment = result.Experiment,
            Target = new TargetDefinition("trainingLoss", TargetValue.BestClassicFinal, ""),
            Comparison =
            [
                .. result.Comparison.Where(r => r.Role != OptimizerRole.Control && champions.ContainsKey(r.HeldOutTask))
                    .Select(r => champions[r.HeldOutTask] == r.Optimizer ? r with { Optimizer = LearnedHere, Label = null } : r),
            ],
        };
    }

    private static string TaskName(string plan, string task) => $"{plan}: {task}";

    private static string ChampionOf(Plan plan, ComparisonResult result) =>
        result.Comparison.FirstOrDefault(r => r.Learned)?.Optimizer
        ?? throw new ArgumentException($"The comparison of '{plan.Name}' has no learned optimizer: there is nothing that rivals could be compared with.", nameof(result));

    private static RivalDuel[] Duels(string family, ComparisonResult result, string champion) =>
    [
        .. result.Comparison.GroupBy(r => r.HeldOutTask, StringComparer.Ordinal).Select(rows =>
        {
            ComparisonRow own = rows.First(r => r.Optimizer == champion);
            ComparisonRow[] others = [.. rows.Where(r => r.Role is OptimizerRole.Baseline or OptimizerRole.Rival)];
            return new RivalDuel(
                family, rows.Key, champion,
                Duel(own, others, r => Figure.OrNull(r.StepsToTarget.Median)),
                IsTimeMissing(own) || others.Any(IsTimeMissing) ? new FigureDuel(null, null, null) : Duel(own, others, r => r.SecondsToTarget),
                Duel(own, others, FinalLoss),
                Duel(own, others, r => Figure.OrNull(r.TestAccuracy?.Mean), highest: true),
                own.TestAccuracy is null ? null : ColumnStandings.IsBest(own, others));
        }),
    ];

    /// <summary>The target was reached, but a step was not timed: not the same as a target that was missed.</summary>
    private static bool IsTimeMissing(ComparisonRow row) => Figure.OrNull(row.StepsToTarget.Median) is not null && row.SecondsToTarget is null;

    private static FigureDuel Duel(ComparisonRow own, ComparisonRow[] others, Func<ComparisonRow, double?> figure, bool highest = false)
    {
        ComparisonRow[] known = [.. others.Where(r => figure(r).HasValue)];
        ComparisonRow? best = highest ? known.MaxBy(figure) : known.MinBy(figure);
        return new FigureDuel(figure(own), best?.Optimizer, best is null ? null : figure(best));
    }

    private static RivalSummary Summary(string name, IReadOnlyList<RivalDuel> duels) => new(
        name,
        duels.Count,
        duels.Count(d => d.Steps.Own is not null),
        duels.Count(d => d.Steps.Others is not null),
        Ratios.Median(duels.Select(d => d.Steps.Ratio)),
        Ratios.Median(duels.Select(d => d.Seconds.Ratio)),
        Ratios.Median(duels.Select(d => d.FinalLoss.Ratio)),
        duels.Count(d => IsWithin(d.Steps, 1)),
        duels.Count(d => IsWithin(d.Seconds, 1)),
        duels.Count(d => IsWithin(d.Seconds, 1 / ClearFactor)),
        duels.Count(d => IsWithin(d.FinalLoss, FinalAllowance)),
        duels.Count(d => d.IsAccuracyBest == true),
        duels.Count(d => d.IsAccuracyBest is not null));

    /// <summary>Whether the learned optimizer's figure is at most a multiple of the best of the others, or there alone.</summary>
    private static bool IsWithin(FigureDuel duel, double factor) => duel.Ratio <= factor;

    private static double? FinalLoss(ComparisonRow row) => Figure.OrNull(row.FinalTrainingLoss) is { } loss ? Math.Max(loss, Solved * (Figure.OrNull(row.Target) ?? 0)) : null;

    private static RivalStanding[] Standings(ComparisonResult result)
    {
        var tasks = result.Comparison.GroupBy(r => r.HeldOutTask, StringComparer.Ordinal).ToArray();
        return
        [
            .. result.Comparison.GroupBy(r => r.Optimizer, StringComparer.Ordinal)
                .Select(rows => new RivalStanding(
                    rows.Key,
                    rows.First().Role,
                    OverBest(tasks, rows.Key, r => Figure.OrNull(r.StepsToTarget.Median)),
                    OverBest(tasks, rows.Key, r => r.SecondsToTarget),
                    OverBest(tasks, rows.Key, FinalLoss),
                    rows.All(r => Figure.OrNull(r.TestAccuracy?.Mean) is not null) ? rows.Average(r => r.TestAccuracy!.Mean) : null,
                    rows.Count(Reports.Duel.Reaches),
                    rows.Average(r => r.Tuning?.Runs ?? (double)(r.Tuning?.Evaluations ?? 0) * r.Seeds),
                    rows.Average(r => r.Steps > 0 ? (double)r.Gradients / r.Steps : 0),
                    result.LearningCosts.FirstOrDefault(c => c.Optimizer == rows.Key)?.TrainingRuns,
                    rows.Sum(r => r.Diverged)))
                .OrderBy(s => s.Seconds ?? double.PositiveInfinity)
                .ThenByDescending(s => s.Reached),
        ];
    }

    /// <summary>Geometric mean over the tasks of an optimizer's figure over the best of all but controls; null where it lacks one.</summary>
    private static double? OverBest(IGrouping<string, ComparisonRow>[] tasks, string optimizer, Func<ComparisonRow, double?> figure)
    {
        double sum = 0;
        foreach (IGrouping<string, ComparisonRow> rows in tasks)
        {
            double? own = rows.FirstOrDefault(r => r.Optimizer == optimizer) is { } row ? figure(row) : null;
            if (own is null)
                return null;
            sum += Math.Log(Ratios.Of(own, rows.Where(r => r.Role != OptimizerRole.Control).Min(figure))!.Value);
        }

        return Figure.OrNull(Math.Exp(sum / tasks.Length));
    }
}
