using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>Costs of learning several times.</summary>
internal static class MetaTrainingCosts
{
    /// <summary>What learning once cost, on average; null if nothing was learned.</summary>
    public static MetaTrainingSummary? Mean(IReadOnlyList<MetaTrainingSummary> costs) => costs.Count switch
    {
        0 => null,
        1 => costs[0],
        _ => costs[0] with
        {
            Gradients = (long)costs.Average(c => c.Gradients),
            HessianVectorProducts = (long)costs.Average(c => c.HessianVectorProducts),
            Seconds = costs.Average(c => c.Seconds),
            TaskNames = [],
        },
    };

    /// <summary>The result with what each learned optimizer cost, on average over the times it was learned.</summary>
    /// <param name="result">Rows, with times per step.</param>
    /// <param name="costs">Optimizers and costs, as learned.</param>
    public static ComparisonResult WithLearningCosts(ComparisonResult result, IEnumerable<(string Optimizer, MetaTrainingSummary Cost)> costs)
    {
        LearningCost Of(string optimizer, MetaTrainingSummary cost)
        {
            int steps = result.Comparison.FirstOrDefault(r => string.Equals(r.Optimizer, optimizer, StringComparison.Ordinal))?.Steps ?? cost.InnerSteps;
            var even = BreakEven.Of(result, optimizer, cost);
            return new LearningCost(optimizer, cost.Gradients, cost.HessianVectorProducts, cost.Seconds, cost.TrainingRuns(steps), even?.Steps, even?.Seconds);
        }

        return result with { LearningCosts = [.. costs.GroupBy(c => c.Optimizer, StringComparer.Ordinal).Select(g => Of(g.Key, Mean([.. g.Select(c => c.Cost)])!))] };
    }
}
