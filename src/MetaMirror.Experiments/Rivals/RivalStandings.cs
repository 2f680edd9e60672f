using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Protocols;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Rivals;

/// <summary>How the learned optimizer and its rivals stand, from the comparisons of several plans.</summary>
public static class RivalStandings
{
    /// <summary>Least time by this factor is clear of noise.</summary>
    public const double ClearFactor = 1.3;

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
            Summaries = networks.Length == 0 || convex.Length == 0
                ? [Summary("all tasks", [.. networks, .. convex])]
                : [Summary("networks", networks), Summary("convex models", convex), Summary("all tasks", [.. networks, .. convex])],
            Families = [.. families.Select(f => new RivalFamily(f.Plan.Name, f.Plan.Description, f.Champion, Summary(f.Plan.Name, f.Duels), Standings(f.Result)))],
            Duels = [.. families.SelectMany(f => f.Duels)],
            Comparison = [.. families.SelectMany(f => f.Result.Comparison.Select(r => r with { HeldOutTask = TaskName(f.Plan.Name, r.HeldOutTask) }))],
            Data = DataUse.Merge([.. families.Select(f => f.Result.Data)]),
        };
        ComparisonResult all = Together(result);
        return result with { StepsScores = ProfileSection.Scores(all) ?? [], SecondsScores = ProfileSection.Scores(all, ProfileMeasure.Seconds) ?? [] };
    }

    /// <summary>All rows as one comparison, in which the learned optimizers of the plans have one name: without controls, and only optimizers that are on all tasks.</summary>
    internal static ComparisonResult Together(RivalResult result)
    {
        HashSet<(string Task, string Champion)> champions = [.. result.Duels.Select(d => (TaskName(d.Family, d.Task), d.Champion))];
        ComparisonRow[] rows = [.. result.Comparison.Where(r => r.Role != OptimizerRole.Control).Select(r => champions.Contains((r.HeldOutTask, r.Optimizer)) ? r with { Optimizer = LearnedHere, Label = null } : r)];
        return new ComparisonResult
        {
            Experiment = result.Experiment,
            Target = new TargetDefinition("trainingLoss", TargetValue.BestClassicFinal, ""),
            Comparison = [.. rows.GroupBy(r => r.Optimizer, StringComparer.Ordinal).Where(g => g.Count() == result.Duels.Count).SelectMany(g => g)],
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
                Duel(own, others, r => r.SecondsToTarget),
                Duel(own, others, r => Figure.OrNull(r.FinalTrainingLoss)),
                Duel(own, others, r => Figure.OrNull(r.TestAccuracy?.Mean), highest: true),
                own.TestAccuracy is null ? null : ColumnStandings.IsBest(own, others));
        }),
    ];

    private static FigureDuel Duel(ComparisonRow own, ComparisonRow[] others, Func<ComparisonRow, double?> figure, bool highest = false)
    {
        ComparisonRow[] known = [.. others.Where(r => figure(r).HasValue)];
        ComparisonRow? best = highest ? known.MaxBy(figure) : known.MinBy(figure);
        return new FigureDuel(figure(own), best?.Optimizer, best is null ? null : figure(best));
    }

    private static RivalSummary Summary(string name, IReadOnlyList<RivalDuel> duels) => new(
        name,
        duels.Count,
        Median(duels.Select(d => d.Steps.Ratio)),
        Median(duels.Select(d => d.Seconds.Ratio)),
        Median(duels.Select(d => d.FinalLoss.Ratio)),
        duels.Count(d => IsWithin(d.Steps, 1)),
        duels.Count(d => IsWithin(d.Seconds, 1)),
        duels.Count(d => IsWithin(d.Seconds, 1 / ClearFactor)),
        duels.Count(d => IsWithin(d.FinalLoss, FinalAllowance)),
        duels.Count(d => d.IsAccuracyBest == true),
        duels.Count(d => d.IsAccuracyBest is not null));

    /// <summary>Whether the learned optimizer's figure is at most a multiple of the best of the others, or there alone.</summary>
    private static bool IsWithin(FigureDuel duel, double factor) => duel.Own is not null && !(duel.Ratio > factor);

    private static double? Median(IEnumerable<double?> ratios)
    {
        double[] sorted = [.. ratios.OfType<double>().Order()];
        return sorted.Length == 0 ? null : Figure.OrNull(Verdict.Median(sorted));
    }

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
                    OverBest(tasks, rows.Key, r => Figure.OrNull(r.FinalTrainingLoss)),
                    rows.All(r => Figure.OrNull(r.TestAccuracy?.Mean) is not null) ? rows.Average(r => r.TestAccuracy!.Mean) : null,
                    rows.Count(Reports.Duel.Reaches),
                    rows.Average(r => (double)(r.Tuning?.Evaluations ?? 0) * r.Seeds),
                    result.LearningCosts.FirstOrDefault(c => c.Optimizer == rows.Key)?.TrainingRuns))
                .OrderBy(s => s.Seconds ?? double.PositiveInfinity)
                .ThenByDescending(s => s.Reached),
        ];
    }

    /// <summary>Geometric mean over the tasks of an optimizer's figure over the best of all but controls; null where it lacks one, or the best is 0.</summary>
    private static double? OverBest(IGrouping<string, ComparisonRow>[] tasks, string optimizer, Func<ComparisonRow, double?> figure)
    {
        double sum = 0;
        foreach (IGrouping<string, ComparisonRow> rows in tasks)
        {
            double? own = rows.FirstOrDefault(r => r.Optimizer == optimizer) is { } row ? figure(row) : null;
            double? best = rows.Where(r => r.Role != OptimizerRole.Control).Min(figure);
            if (own is not { } value || !(best > 0))
                return null;
            sum += Math.Log(value / best.Value);
        }

        return Math.Exp(sum / tasks.Length);
    }
}
