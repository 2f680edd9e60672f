using System.Globalization;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Protocols;

/// <summary>The paper's accuracies beside ours: column by column, gaps to every baseline, and means over the columns.</summary>
internal static class PaperBeside
{
    private const double Hundred = 100;

    /// <summary>Optimizers of ours that stand for the paper's own in gaps.</summary>
    public static readonly string[] Own = ["metamd-max3-printed", "metamd-max3", "metamirror-tracked"];

    /// <summary>Accuracies, theirs and ours, one row each.</summary>
    public static ReportTable Accuracies(ComparisonResult result, PrintedTable printed)
    {
        string[] tasks = Tasks(result);
        var rows = new List<IReadOnlyList<string>>();
        if (printed.Own is { } own)
            rows.Add(["paper: MetaMD", .. tasks.Select(t => Printed(printed, own, t))]);
        foreach (string optimizer in result.Comparison.Select(r => r.Optimizer).Distinct(StringComparer.Ordinal))
        {
            if (printed.Of(optimizer) is { } theirs)
                rows.Add([$"paper: {optimizer}", .. tasks.Select(t => Printed(printed, theirs, t))]);
            rows.Add([optimizer, .. tasks.Select(t => Ours(result, optimizer, t))]);
        }

        return new ReportTable("Test accuracy, percent", ["optimizer", .. tasks], rows, "Ours: mean and standard error over the seeds, baselines at their best setting for it. What the paper's plus-minus is, it does not say.");
    }

    /// <summary>Points of accuracy above each baseline of the paper: MetaMD's in the paper, ours here.</summary>
    public static ReportTable? Gaps(ComparisonResult result, PrintedTable printed)
    {
        if (printed.Own is not { } own)
            return null;
        string[] tasks = Tasks(result), learned = [.. Own.Where(o => result.Comparison.Any(r => r.Optimizer == o))];
        var rows = new List<IReadOnlyList<string>>();
        foreach (PrintedRow baseline in printed.Rows.Where(r => r.Optimizer != PrintedRow.MetaMd && result.Comparison.Any(c => c.Optimizer == r.Optimizer)))
        {
            rows.Add([$"paper: MetaMD − {baseline.Optimizer}", .. tasks.Select(t => Gap(Value(printed, own, t) - Value(printed, baseline, t)))]);
            rows.AddRange(learned.Select(o => (IReadOnlyList<string>)[$"{o} − {baseline.Optimizer}", .. tasks.Select(t => Gap(Mean(result, o, t) - Mean(result, baseline.Optimizer, t)))]));
        }

        return new ReportTable("Gaps, points of test accuracy", ["gap", .. tasks], rows, "Above 0: the learned one is more accurate. How baselines rank among each other is not compared.");
    }

    /// <summary>Means over the columns, gaps and ratios of errors; ranges where the paper prints no more.</summary>
    public static IReadOnlyList<PaperFigure> Means(ComparisonResult result, Protocol protocol)
    {
        PrintedTable printed = protocol.Printed;
        string[] shared = [.. Tasks(result).Where(t => printed.Tasks.Contains(t, StringComparer.Ordinal))];
        var figures = new List<PaperFigure>();
        const string NotShared = "mean over the paper's tasks; the held-out tasks here are others";
        if (printed.Own is { } own)
        {
            string note = shared.Length > 0 ? $"mean over {string.Join(", ", shared)}" : NotShared;
            double? mine = MeanOver(own), ours = OursOver(Own[0]), strongest = OursOver(Own[^1]);
            figures.Add(new PaperFigure($"accuracy, MetaMD; ours: {Own[0]}", mine, ours, note));
            figures.Add(new PaperFigure($"accuracy, MetaMD; ours: {Own[^1]}", mine, strongest, note));
            foreach (PrintedRow baseline in printed.Rows.Where(r => r != own))
            {
                double? theirs = MeanOver(baseline), here = OursOver(baseline.Optimizer);
                figures.Add(new PaperFigure($"accuracy, {baseline.Optimizer}", theirs, here, note));
                figures.Add(new PaperFigure($"error of MetaMD over that of {baseline.Optimizer}; ours: {Own[0]}", Errors(mine, theirs), Errors(ours, here), note));
                figures.Add(new PaperFigure($"error of MetaMD over that of {baseline.Optimizer}; ours: {Own[^1]}", Errors(mine, theirs), Errors(strongest, here), note));
            }
        }

        foreach (PrintedRange range in protocol.Ranges)
        {
            double[] ours = [.. result.Comparison.Where(r => range.Optimizers.Contains(r.Optimizer, StringComparer.Ordinal)).Select(r => r.TestAccuracy?.Mean).OfType<double>().Select(a => Hundred * a)];
            string note = $"over the columns; ours: {string.Join(", ", range.Optimizers)}";
            figures.Add(new PaperFigure($"accuracy of {range.Name}, lowest", range.Lowest, ours.Length > 0 ? ours.Min() : null, note));
            figures.Add(new PaperFigure($"accuracy of {range.Name}, highest", range.Highest, ours.Length > 0 ? ours.Max() : null, note));
        }

        return figures;

        double? MeanOver(PrintedRow row) => Math.Round(shared.Length > 0 ? shared.Average(t => Value(printed, row, t)!.Value) : row.Accuracies.Average(), 2);
        double? OursOver(string optimizer) => shared.Length > 0 ? shared.Select(t => Mean(result, optimizer, t)).Aggregate((double?)0, (sum, a) => sum + (a / shared.Length)) : null;
    }

    private static double? Errors(double? accuracy, double? other) => (Hundred - accuracy) / (Hundred - other);

    private static string[] Tasks(ComparisonResult result) => [.. result.Comparison.Select(r => r.HeldOutTask).Distinct(StringComparer.Ordinal)];

    private static double? Value(PrintedTable table, PrintedRow row, string task)
    {
        int at = table.Tasks.ToList().IndexOf(task);
        return at < 0 ? null : row.Accuracies[at];
    }

    private static string Printed(PrintedTable table, PrintedRow row, string task)
    {
        int at = table.Tasks.ToList().IndexOf(task);
        return at < 0 ? "–" : Text(row.Accuracies[at]) + (row.Errors.Count > 0 ? $" ± {Text(row.Errors[at])}" : "");
    }

    private static double? Mean(ComparisonResult result, string optimizer, string task) => Hundred * Accuracy(result, optimizer, task)?.Mean;

    private static string Ours(ComparisonResult result, string optimizer, string task) => Accuracy(result, optimizer, task) is { Mean: { } mean } accuracy
        ? Text(Hundred * mean) + (accuracy.StandardError is { } error ? $" ± {Text(Hundred * error)}" : "")
        : "–";

    private static MeanAndError? Accuracy(ComparisonResult result, string optimizer, string task) =>
        result.Comparison.FirstOrDefault(r => r.Optimizer == optimizer && r.HeldOutTask == task)?.TestAccuracy;

    private static string Gap(double? points) => points is { } p ? p.ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture) : "–";

    private static string Text(double percent) => percent.ToString("0.00", CultureInfo.InvariantCulture);
}
