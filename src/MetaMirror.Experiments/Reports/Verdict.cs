using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>The outcome of a comparison in one or two plain sentences, favorable or not.</summary>
public static class Verdict
{
    /// <summary>Says how many steps the learned optimizer (the first learned row) and the best tuned baseline needed, and their ratio; with several held-out tasks the median ratio and its range.</summary>
    /// <param name="result">The comparison.</param>
    /// <returns>The sentences; empty when nothing was compared.</returns>
    public static string Of(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var duels = Duel.All(result).Where(d => d.Subject is not null).ToArray();
        return duels.Length switch
        {
            0 => "",
            1 => OneTask(result, duels[0]),
            _ => SeveralTasks(result, duels),
        };
    }

    /// <summary>A camel-cased key in words.</summary>
    /// <param name="key">For example <c>trainingLoss</c>.</param>
    /// <returns>For example <c>training loss</c>.</returns>
    internal static string Words(string key) =>
        string.Concat(key.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 && !char.IsAsciiLetterUpper(key[i - 1]) ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>The target in words, for example "training loss 0.1".</summary>
    internal static string TargetOf(ComparisonResult result, ComparisonRow? row)
    {
        var number = Figure.OrNull(row?.Target) ?? result.Target.Value.Number;
        var quantity = Words(result.Target.Quantity);
        return number is { } value
            ? $"{quantity} {(result.Target.Value.Number is null ? NumberText.Brief(value) : NumberText.Exact(value))}"
            : $"the best classic baseline's final {quantity}";
    }

    /// <summary>"not reached (2 of 5)".</summary>
    internal static string NotReached(ComparisonRow row) =>
        row.Seeds > 0 ? $"not reached ({NumberText.Count(row.StepsToTarget.Reached)} of {NumberText.Count(row.Seeds)})" : "not reached";

    private static string OneTask(ComparisonResult result, Duel duel)
    {
        var subject = duel.Subject!;
        var target = TargetOf(result, subject);
        if (duel.Learned is null)
        {
            var miss = $"On {duel.Task}, {Name(subject)} did not reach {target} within {NumberText.Count(subject.Steps)} steps ({NumberText.Count(subject.StepsToTarget.Reached)} of {NumberText.Count(subject.Seeds)} runs did)";
            return duel.Baseline is null
                ? miss + ", and neither did any tuned baseline."
                : $"{miss}; the best tuned baseline ({Described(duel.Baseline)}) needed {NumberText.Count(duel.Baseline.StepsToTarget.Median!.Value)}.";
        }

        var sentence = $"On {duel.Task}, {Name(subject)} reached {target} in {NumberText.Count(subject.StepsToTarget.Median!.Value)} steps; ";
        sentence += duel.Baseline is null
            ? $"no tuned baseline reached it within {NumberText.Count(subject.Steps)}."
            : $"the best tuned baseline ({Described(duel.Baseline)}) needed {NumberText.Count(duel.Baseline.StepsToTarget.Median!.Value)}: {RatioText(duel.Ratio)} the steps.";
        return sentence;
    }

    /// <summary>Beside the verdict: the best tuned rival and the negative control, where they reached the target.</summary>
    /// <param name="result">The comparison.</param>
    /// <returns>The sentences; may be empty.</returns>
    public static string Beside(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var duels = Duel.All(result).Where(d => d.Subject is not null).ToArray();
        if (duels.Length == 1) return duels[0].Learned is not null ? Others(duels[0]) : "";
        string[] sentences = [OthersOnSeveral(duels, d => d.Rival, "the best tuned rival"), OthersOnSeveral(duels, d => d.Control, "the same rule with nothing learned")];
        return string.Join(" ", sentences.Where(s => s.Length > 0));
    }

    private static string OthersOnSeveral(Duel[] duels, Func<Duel, ComparisonRow?> other, string name)
    {
        var ratios = duels.Select(d => d.RatioTo(other(d))).OfType<double>().Order().ToArray();
        return ratios.Length == 0 ? "" : $"Against {name}: a median of {RatioText(Median(ratios))} the steps, {(ratios.Length == 1 ? "on the one held-out task" : $"over the {ratios.Length} held-out tasks")} where both reached the target.";
    }

    private static string Others(Duel duel)
    {
        var sentence = duel.Rival is null ? "" : $"The best tuned rival ({Described(duel.Rival)}) needed {NumberText.Count(duel.Rival.StepsToTarget.Median!.Value)} steps: the learned optimizer takes {RatioText(duel.RatioTo(duel.Rival))} as many.";
        if (duel.Control is not null) sentence += (sentence.Length > 0 ? " " : "") + $"The same rule with nothing learned ({Name(duel.Control)}) needed {NumberText.Count(duel.Control.StepsToTarget.Median!.Value)} steps.";
        return sentence;
    }

    private static string SeveralTasks(ComparisonResult result, Duel[] duels)
    {
        var name = Name(duels[0].Subject!);
        var reached = duels.Count(d => d.Learned is not null);
        var ratios = duels.Select(d => d.Ratio).OfType<double>().Order().ToArray();
        var faster = duels.Count(d => d.Learned is not null && (d.Baseline is null || d.Ratio < 1));
        var target = result.Target.Value.Number is { } value ? $"{Words(result.Target.Quantity)} {NumberText.Exact(value)}" : "the best classic baseline's final " + Words(result.Target.Quantity);
        var sentence = $"{name} reached {target} on {reached} of {duels.Length} held-out tasks";
        if (ratios.Length > 0)
        {
            sentence += $", in a median of {RatioText(Median(ratios))} the steps of the best tuned baseline";
            if (ratios.Length > 1) sentence += $" (from {RatioText(ratios[0])} to {RatioText(ratios[^1])})";
        }

        return sentence + $"; it was the faster of the two on {faster} of {duels.Length}.";
    }

    /// <summary>Middle value of a sorted array; mean of the two middle values when the count is even.</summary>
    internal static double Median(double[] sorted) =>
        sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;

    private static string RatioText(double? ratio) => ratio is { } r ? NumberText.Ratio(r) : "–";

    private static string Name(ComparisonRow row) => row.Label ?? row.Optimizer;

    private static string Described(ComparisonRow row) =>
        row.Tuning is { } tuning && tuning.Settings.TryGetValue("stepsToTarget", out var setting) ? $"{Name(row)}, {setting}" : Name(row);
}
