using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>An optimizer's score over all held-out tasks of a comparison.</summary>
/// <param name="Optimizer">Name, as in <see cref="ComparisonRow.Optimizer"/>.</param>
/// <param name="Score">B of its performance profile up to tau = 4, from 0 to 1.</param>
/// <param name="Tasks">Held-out tasks.</param>
/// <param name="Reached">Those on which half of the runs reached the target.</param>
public sealed record ProfileScore(string Optimizer, double Score, int Tasks, int Reached);

/// <summary>What a performance profile is of.</summary>
internal enum ProfileMeasure
{
    /// <summary>Median steps to the target.</summary>
    Steps,

    /// <summary>The same in seconds.</summary>
    Seconds,
}

/// <summary>Performance profiles of the median steps to target over the held-out tasks, in the manner of AlgoPerf.</summary>
internal static class ProfileSection
{
    /// <summary>With fewer tasks a profile says no more than the table.</summary>
    private const int LeastTasks = 2;

    /// <summary>The scores, best first; null with a single task.</summary>
    public static IReadOnlyList<ProfileScore>? Scores(ComparisonResult result, ProfileMeasure measure = ProfileMeasure.Steps) =>
        Profiles(result, measure) is { Count: > 0 } profiles
            ? [.. profiles.Select(p => new ProfileScore(p.Optimizer, p.Profile.Score, p.Profile.Ratios.Length, p.Reached)).OrderByDescending(s => s.Score)]
            : null;

    /// <summary>Writes the picture and the table, if there are several tasks.</summary>
    public static void Write(MarkupWriter html, ComparisonResult result, SeriesPalette palette)
    {
        if (Chart(result, palette, ProfileMeasure.Steps) is not { } chart) return;
        html.Element("h3", "Performance profile over the held-out tasks");
        HtmlTable.Picture(html, chart, "");
        HtmlTable.Open(html, [("optimizer", false), ("score", true), ("tasks reached", true)], "Score: mean of the profile over τ from 1 to 4 (AlgoPerf), 1 for the best optimizer on every task; what was not reached counts as infinite.");
        foreach (var score in Scores(result)!)
        {
            var row = result.Comparison.First(r => string.Equals(r.Optimizer, score.Optimizer, StringComparison.Ordinal));
            html.Open("tr", ("class", HtmlTable.RowClass(row)));
            HtmlTable.RowHeader(html, row, palette);
            html.Element("td", NumberText.Significant(score.Score), ("class", "num"));
            html.Element("td", $"{NumberText.Count(score.Reached)} of {NumberText.Count(score.Tasks)}", ("class", "num"));
            html.Close();
        }

        HtmlTable.Close(html);
    }

    /// <summary>The picture; null with a single task.</summary>
    public static LineChart? Chart(ComparisonResult result, SeriesPalette palette, ProfileMeasure measure)
    {
        var profiles = Profiles(result, measure);
        if (profiles.Count == 0) return null;
        string of = measure == ProfileMeasure.Steps ? "median steps" : "seconds";
        return new LineChart
        {
            Title = measure == ProfileMeasure.Steps ? "Performance profile" : "Performance profile of time",
            Description = string.Join(", ", Scores(result, measure)!.Select(s => $"{palette.Label(s.Optimizer)}: score {NumberText.Significant(s.Score)}")),
            Width = 1040,
            Height = 400,
            XTitle = $"ratio τ of {of} to target to the best optimizer’s on the task",
            YTitle = "share of tasks within τ",
            Series = [.. profiles.Select(p => Line(p, palette))],
        };
    }

    private static LineSeries Line((string Optimizer, PerformanceProfile Profile, int Reached) profile, SeriesPalette palette)
    {
        var corners = profile.Profile.Corners();
        return StepLine.Of(palette.Label(profile.Optimizer), palette.Of(profile.Optimizer), [.. corners.Select(c => c.Tau)], [.. corners.Select(c => c.Rho)], profile.Profile.Limit);
    }

    private static IReadOnlyList<(string Optimizer, PerformanceProfile Profile, int Reached)> Profiles(ComparisonResult result, ProfileMeasure measure)
    {
        string[] tasks = [.. result.Comparison.Select(r => r.HeldOutTask).Distinct(StringComparer.Ordinal)];
        string[] optimizers = [.. result.Comparison.Select(r => r.Optimizer).Distinct(StringComparer.Ordinal)];
        if (tasks.Length < LeastTasks || optimizers.Length == 0) return [];
        double[][] times = [.. optimizers.Select(o => tasks.Select(t => Of(result, o, t, measure)).ToArray())];
        var profiles = PerformanceProfile.Of(times);

        // Best times are those of all; a profile is of an optimizer that was run on all tasks.
        return
        [
            .. optimizers.Select((o, i) => (o, profiles[i], times[i].Count(double.IsFinite)))
                .Where(p => result.Comparison.Count(r => string.Equals(r.Optimizer, p.o, StringComparison.Ordinal)) == tasks.Length),
        ];
    }

    private static double Of(ComparisonResult result, string optimizer, string task, ProfileMeasure measure)
    {
        var row = result.Comparison.FirstOrDefault(r => string.Equals(r.Optimizer, optimizer, StringComparison.Ordinal) && string.Equals(r.HeldOutTask, task, StringComparison.Ordinal));
        return (measure == ProfileMeasure.Steps ? Figure.OrNull(row?.StepsToTarget.Median) : row?.SecondsToTarget) ?? double.PositiveInfinity;
    }
}
