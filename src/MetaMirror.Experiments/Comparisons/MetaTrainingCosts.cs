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
}
