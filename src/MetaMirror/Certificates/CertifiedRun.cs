using MetaMirror.Objectives;

namespace MetaMirror.Certificates;

/// <summary>Where the gradients of a run come from.</summary>
public enum GradientSource
{
    /// <summary>The one loss that is certified: full batches.</summary>
    Full,

    /// <summary>A random mini-batch a step: bounds speak of the batches seen.</summary>
    MiniBatches,
}

/// <summary>A run with all that certificates ask about it.</summary>
public sealed class CertifiedRun
{
    private double[] _comparatorLosses = [];

    /// <summary>What was collected.</summary>
    public required RunSums Sums { get; init; }

    /// <summary>The same for a diagonal metric that changes; null where the rule has none.</summary>
    public ChangingMetricSums? Changing { get; init; }

    /// <summary>What is known about the loss.</summary>
    public required LossCurvature Curvature { get; init; }

    /// <summary>What the run is compared with.</summary>
    public required Comparator Comparator { get; init; }

    /// <summary>Where the gradients come from. Default: full batches.</summary>
    public GradientSource Source { get; init; }

    /// <summary>Whether mini-batches are drawn independently of each other, with replacement; null where it is not known.</summary>
    public bool? IndependentBatches { get; init; }

    /// <summary>Loss of u on the whole set.</summary>
    public required double ComparatorLoss { get; init; }

    /// <summary>Loss of u on each step's batch, shape [T]; of full batches it may be left out.</summary>
    public IReadOnlyList<double> ComparatorLosses
    {
        get => _comparatorLosses.Length > 0 ? _comparatorLosses : [ComparatorLoss];
        init => _comparatorLosses = [.. value];
    }

    /// <summary>b, an upper bound on |f(theta_t; z) - f(u; z)| for every batch z, where one is known; null: twice the largest difference seen is assumed.</summary>
    public double? LargestDifference { get; init; }

    /// <summary>Whole-set loss at the weighted average thetabar, where measured.</summary>
    public double? AverageLoss { get; init; }

    /// <summary>Whole-set loss at theta_{T+1}, where measured.</summary>
    public double? FinalLoss { get; init; }

    /// <summary>Why the run can't be one of exact steps of a known formula, e.g. what a rule does beside; null if nothing is known against it.</summary>
    public string? Obstacle { get; init; }

    /// <summary>D.</summary>
    public double Distance => Comparator.Distance(Sums.Geometry, Sums.Initial);

    /// <summary>m relative to P: Hessian >= m P.</summary>
    public double StrongConvexity => Curvature.StrongConvexity / Sums.Geometry.Largest;

    /// <summary>beta relative to P: Hessian &lt;= beta P.</summary>
    public double Smoothness => Sums.Geometry.Least > 0 ? Curvature.Smoothness / Sums.Geometry.Least : double.PositiveInfinity;

    /// <summary>sum c_t r_t against u, on the batches seen.</summary>
    public double WeightedRegret => Sums.WeightedRegret(_comparatorLosses.Length > 0 ? _comparatorLosses : [ComparatorLoss]);

    /// <summary>sum r_t against u, on the batches seen.</summary>
    internal double PlainRegret
    {
        get
        {
            double sum = 0;
            for (int t = 0; t < Sums.Count; t++)
                sum += Sums.Losses[t] - ComparatorLossAt(t);
            return sum;
        }
    }

    /// <summary>Whether steps count differently in the regret: they differ in size, or their gradients are used unequally often by momentum.</summary>
    internal bool IsWeighted => Sums.Weights.IndexOfAnyExcept(Sums.Count > 0 ? Sums.Weights[0] : 0) >= 0;

    /// <summary>The regret as it is counted.</summary>
    internal string Regret => IsWeighted ? WeightedRegretName : "regret";

    /// <summary>Name of a regret whose weights are normalized to mean 1.</summary>
    public const string WeightedRegretName = "weighted regret (step t counts c_t T / C)";

    /// <summary>Rounding of an average or one loss of the run: a few units of the largest term. Sums over the run have it once a step.</summary>
    internal double Rounding
    {
        get
        {
            double largest = Math.Abs(ComparatorLoss), distance = Distance;
            for (int t = 0; t < Sums.Count; t++)
                largest = Math.Max(largest, Math.Max(Math.Abs(Sums.Losses[t]), Math.Abs(Sums.Inner[t]) + (Sums.DualNorms[t] * distance)));
            return 16 * Sums.RoundingUnit * largest;
        }
    }

    /// <summary>Loss of u on the batch of step t.</summary>
    internal double ComparatorLossAt(int t) => _comparatorLosses.Length switch
    {
        0 => ComparatorLoss,
        1 => _comparatorLosses[0],
        _ => _comparatorLosses[t],
    };

    /// <summary>l - l(u), or null.</summary>
    internal double? Excess(double? loss) => loss - ComparatorLoss;
}
