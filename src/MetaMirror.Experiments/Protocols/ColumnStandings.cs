using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Protocols;

/// <summary>How one optimizer stands among the rows of every held-out task, controls left out.</summary>
/// <param name="Optimizer">Its name.</param>
/// <param name="Columns">Held-out tasks.</param>
/// <param name="BestAccuracy">On how many its mean accuracy is the highest, or less by no more than one standard error (the larger of the two).</param>
/// <param name="LowestMeanLoss">On how many its mean training loss along the run is the lowest.</param>
/// <param name="Faster">For each of SGD, SGD with momentum and Adam: on how many it reaches the target in fewer steps.</param>
public sealed record ColumnStandings(string Optimizer, int Columns, int BestAccuracy, int LowestMeanLoss, IReadOnlyList<(string Baseline, int Columns)> Faster)
{
    private static readonly string[] Beaten = ["sgd", "sgd-momentum", "adam"];

    /// <summary>The standings of an optimizer.</summary>
    /// <param name="result">The comparison.</param>
    /// <param name="optimizer">Its name.</param>
    public static ColumnStandings Of(ComparisonResult result, string optimizer)
    {
        ArgumentNullException.ThrowIfNull(result);
        (ComparisonRow Own, ComparisonRow[] Others)[] columns =
        [
            .. result.Comparison.GroupBy(r => r.HeldOutTask, StringComparer.Ordinal)
                .Where(g => g.Any(r => r.Optimizer == optimizer))
                .Select(g => (g.First(r => r.Optimizer == optimizer), g.Where(r => r.Optimizer != optimizer && r.Role != OptimizerRole.Control).ToArray())),
        ];
        return new ColumnStandings(
            optimizer,
            columns.Length,
            columns.Count(c => IsBest(c.Own, c.Others)),
            columns.Count(c => c.Own.MeanTrainingLoss is { } own && c.Others.All(o => !(o.MeanTrainingLoss < own))),
            [.. Beaten.Where(b => result.Comparison.Any(r => r.Optimizer == b)).Select(b => (b, columns.Count(c => c.Others.Any(o => o.Optimizer == b && IsFaster(c.Own, o)))))]);
    }

    /// <summary>Whether the mean accuracy of an optimizer is the highest, or less by no more than one standard error (the larger of the two).</summary>
    internal static bool IsBest(ComparisonRow own, IReadOnlyList<ComparisonRow> others) =>
        own.TestAccuracy?.Mean is { } mean && others.All(o => o.TestAccuracy?.Mean is not { } other || mean + Math.Max(own.TestAccuracy.StandardError ?? 0, o.TestAccuracy.StandardError ?? 0) >= other);

    /// <summary>Whether an optimizer reaches the target in fewer steps than another, or alone.</summary>
    internal static bool IsFaster(ComparisonRow own, ComparisonRow other) =>
        own.StepsToTarget.Median is { } steps && (other.StepsToTarget.Median is not { } theirs || steps < theirs);
}
