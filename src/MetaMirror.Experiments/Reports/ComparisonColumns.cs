using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>A column of the comparison table.</summary>
/// <param name="Header">Its name.</param>
/// <param name="Value">The figure that decides which cell is best; null when missing.</param>
/// <param name="Text">The figure as text.</param>
/// <param name="Note">Smaller text after it (quartiles, standard error); may be empty.</param>
/// <param name="LowerIsBetter">Null: no cell is best.</param>
internal sealed record ComparisonColumn(string Header, Func<ComparisonRow, double?> Value, Func<ComparisonRow, string> Text, Func<ComparisonRow, string> Note, bool? LowerIsBetter)
{
    private const string TestLoss = "test loss";

    /// <summary>The columns that have at least one figure in these rows.</summary>
    public static IReadOnlyList<ComparisonColumn> For(IReadOnlyList<ComparisonRow> rows, ComparisonRow? reference)
    {
        ComparisonColumn[] all =
        [
            new("steps to target", r => Figure.OrNull(r.StepsToTarget.Median), StepsText, Quartiles, true),
            new(
                reference is null ? "ratio" : $"÷ {reference.Label ?? reference.Optimizer}",
                r => reference is null ? null : Figure.OrNull(r.StepsToTarget.Median) / reference.StepsToTarget.Median,
                r => NumberText.Ratio((Figure.OrNull(r.StepsToTarget.Median) ?? double.NaN) / (reference?.StepsToTarget.Median ?? double.NaN)),
                _ => "",
                null),
            new("seconds to target", r => r.SecondsToTarget, r => r.SecondsToTarget is { } s ? NumberText.Significant(s) : "–", _ => "", true),
            new("final loss", r => Figure.OrNull(r.FinalTrainingLoss), r => Number(r.FinalTrainingLoss), _ => "", true),
            new("mean loss", r => Figure.OrNull(r.MeanTrainingLoss), r => Number(r.MeanTrainingLoss), _ => "", true),
            new("test accuracy", r => Figure.OrNull(r.TestAccuracy?.Mean), r => Percent(r.TestAccuracy?.Mean), r => PercentError(r.TestAccuracy?.StandardError), false),
            new(TestLoss, r => Figure.OrNull(r.TestLoss?.Mean), r => Number(r.TestLoss?.Mean), r => Error(r.TestLoss?.StandardError), true),
            new("ms per step", r => Figure.OrNull(r.MillisecondsPerStep), r => Number(r.MillisecondsPerStep), _ => "", true),
            new("certified excess", r => Figure.OrNull(r.Certificate?.Bound), r => Number(r.Certificate?.Bound), r => Figure.OrNull(r.Certificate?.Measured) is { } m ? $"measured {NumberText.Significant(m)}" : "", true),
            new("diverged", r => r.Diverged > 0 ? r.Diverged : null, r => $"{NumberText.Count(r.Diverged)} of {NumberText.Count(r.Seeds)}", _ => "", null),
        ];

        // Tuned rows report accuracy at its best setting and no loss beside it: a column of the others alone compares nothing.
        bool judged = rows.Any(r => r.TestAccuracy is not null);
        return [.. all.Where(c => !judged || c.Header != TestLoss).Where((c, i) => i == 0 || rows.Any(r => c.Value(r).HasValue))];
    }

    /// <summary>Text of the best cell, so that cells that read the same are marked the same; null when none is best.</summary>
    public string? BestText(IReadOnlyList<ComparisonRow> rows)
    {
        var known = rows.Where(r => Value(r).HasValue).ToArray();
        if (LowerIsBetter is not { } lower || known.Length < 2) return null;
        return Text(lower ? known.MinBy(Value)! : known.MaxBy(Value)!);
    }

    private static string StepsText(ComparisonRow row) =>
        Figure.OrNull(row.StepsToTarget.Median) is { } median ? NumberText.Count(median) : Verdict.NotReached(row);

    private static string Quartiles(ComparisonRow row)
    {
        if (Figure.OrNull(row.StepsToTarget.Median) is null || row.Seeds <= 1) return "";
        var (lower, upper) = (Figure.OrNull(row.StepsToTarget.Lower), Figure.OrNull(row.StepsToTarget.Upper));
        var quartiles = lower is null && upper is null ? "" : $"[{(lower is { } l ? NumberText.Count(l) : "–")}, {(upper is { } u ? NumberText.Count(u) : "–")}]";
        return row.StepsToTarget.Reached < row.Seeds ? $"{quartiles} {NumberText.Count(row.StepsToTarget.Reached)} of {NumberText.Count(row.Seeds)}".Trim() : quartiles;
    }

    private static string Number(double? value) => NumberText.Significant(value ?? double.NaN);

    private static string Error(double? value) => Figure.OrNull(value) is { } v ? "± " + NumberText.Significant(v, 2) : "";

    private static string Percent(double? fraction) =>
        Figure.OrNull(fraction) is { } f ? (100 * f).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) + " %" : "–";

    private static string PercentError(double? fraction) =>
        Figure.OrNull(fraction) is { } f ? "± " + (100 * f).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) : "";
}
