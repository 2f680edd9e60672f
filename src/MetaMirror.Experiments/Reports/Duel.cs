namespace MetaMirror.Experiments.Reports;

/// <summary>On one held-out task: the learned optimizer, and those of each other role that reach the target first.</summary>
/// <param name="Task">The held-out task.</param>
/// <param name="Subject">Row of the learned optimizer; null when the task has none.</param>
/// <param name="Baseline">Baseline that reaches the target first; null when none does.</param>
/// <param name="Rival">Rival that reaches the target first; null when none does.</param>
/// <param name="Control">Negative control that reaches the target first; null when none does.</param>
internal sealed record Duel(string Task, ComparisonRow? Subject, ComparisonRow? Baseline, ComparisonRow? Rival, ComparisonRow? Control)
{
    /// <summary>The subject when it reached the target.</summary>
    public ComparisonRow? Learned => Subject is not null && Reaches(Subject) ? Subject : null;

    /// <summary>Steps of the learned optimizer / steps of the best baseline; null when one of them does not reach the target.</summary>
    public double? Ratio => RatioTo(Baseline);

    /// <summary>Steps of the learned optimizer / steps of another.</summary>
    public double? RatioTo(ComparisonRow? other) =>
        Learned is { } learned && other is not null && other.StepsToTarget.Median > 0 ? learned.StepsToTarget.Median / other.StepsToTarget.Median : null;

    /// <summary>One duel per held-out task, in the order of the rows.</summary>
    /// <param name="result">The comparison.</param>
    /// <param name="optimizer">An optimizer that was learned, ours or a rival; null for that of the first learned row.</param>
    public static IReadOnlyList<Duel> All(ComparisonResult result, string? optimizer = null)
    {
        var subject = optimizer ?? result.Comparison.FirstOrDefault(r => r.Learned)?.Optimizer;
        return [.. result.Comparison.GroupBy(r => r.HeldOutTask, StringComparer.Ordinal).Select(rows => new Duel(
            rows.Key,
            rows.FirstOrDefault(r => string.Equals(r.Optimizer, subject, StringComparison.Ordinal)),
            First(rows, OptimizerRole.Baseline),
            First(rows, OptimizerRole.Rival),
            First(rows, OptimizerRole.Control)))];
    }

    /// <summary>Whether the median run of a row reached the target.</summary>
    public static bool Reaches(ComparisonRow row) => Figure.OrNull(row.StepsToTarget.Median).HasValue;

    private static ComparisonRow? First(IEnumerable<ComparisonRow> rows, OptimizerRole role) =>
        rows.Where(r => r.Role == role && Reaches(r)).MinBy(r => r.StepsToTarget.Median);
}

/// <summary>Figures that may be missing.</summary>
internal static class Figure
{
    /// <summary>The value when it is finite.</summary>
    public static double? OrNull(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}
