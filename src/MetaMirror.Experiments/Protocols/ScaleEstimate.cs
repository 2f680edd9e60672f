using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Protocols;

/// <summary>How long a protocol would take at the paper's scale, from the times per step measured here: steps of all runs, without evaluations and extensions of grids.</summary>
/// <param name="Steps">Steps of tuning and comparison, in those of the paper's plan.</param>
/// <param name="MetaSteps">Steps of meta-training; one with a Hessian-vector product as three.</param>
/// <param name="MillisecondsPerStep">Of gradient descent here, times the ratio of the batches.</param>
/// <param name="Seconds">On one core, each step of tuning and comparison at the time of its optimizer, meta-training at that of gradient descent; null where no time was measured.</param>
public sealed record ScaleEstimate(double Steps, double MetaSteps, double? MillisecondsPerStep, double? Seconds)
{
    private const double PerProduct = 3, Milliseconds = 1_000;

    // Of learned rivals: the check before learning and the one after.
    private const int Checks = 2;

    /// <summary>The estimate for a plan.</summary>
    /// <param name="paper">The plan at the paper's scale.</param>
    /// <param name="here">The plan that was run.</param>
    /// <param name="result">Its comparison.</param>
    public static ScaleEstimate Of(Plan paper, Plan here, ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(paper);
        ArgumentNullException.ThrowIfNull(here);
        ArgumentNullException.ThrowIfNull(result);
        int tasks = paper.Family switch
        {
            RotatedImagesPlan images => images.Angles.Count,
            ImageSetsPlan sets => sets.Datasets.Count,
            _ => 1,
        };
        int columns = paper.HeldOut.Count > 0 ? 1 : tasks, sources = tasks - 1;
        double? time = result.Comparison.FirstOrDefault(r => r.Optimizer == "sgd")?.MillisecondsPerStep;
        double batches = paper.Training.BatchSize is { } large && here.Training.BatchSize is { } small ? (double)large / small : 1;
        double runs = 0, milliseconds = 0;
        foreach ((string name, double count) in Runs(paper))
        {
            runs += count;
            milliseconds += count * (result.Comparison.FirstOrDefault(r => r.Optimizer == name)?.MillisecondsPerStep ?? time ?? 0);
        }

        double each = (double)columns * paper.Seeds * paper.Training.Steps, meta = columns * sources * paper.Learned.Sum(l => MetaStepsOf(l, paper.Training.Steps, sources));
        return new ScaleEstimate(each * runs, meta, time * batches, time is null ? null : ((each * milliseconds) + (meta * time)) * batches / Milliseconds);
    }

    /// <summary>Runs of a column and seed: settings of the tuned, then one each.</summary>
    private static IEnumerable<(string Optimizer, double Count)> Runs(Plan paper) =>
    [
        .. paper.Baselines.Select(b => (b, (double)Math.Max(paper.Tuning.Rates, paper.Tuning.LearningRates.TryGetValue(b, out IReadOnlyList<double>? grid) ? grid.Count : 0) * paper.Tuning.Schedules.Count)),
        .. paper.Learned.Select(l => (l.Optimizer, 1.0)),
        .. paper.Controls.Select(c => (c, 1.0)),
    ];

    /// <summary>Steps on one source task.</summary>
    private static double MetaStepsOf(LearningPlan learning, int steps, int sources) => learning switch
    {
        MetaMdLearning metamd => (double)metamd.OuterSteps * (metamd.InnerSteps ?? steps) * (metamd.Optimizer.EndsWith("-printed", StringComparison.Ordinal) ? PerProduct : 1),
        IStatisticsLearning statistics => (statistics.SourceRuns + statistics.Candidates.Count()) * (double)steps,
        IRivalLearning { InnerGradients: { } budget } rival => budget * PerOuterStep(rival) / sources,
        IRivalLearning rival => ((rival.LearningRates.Count * rival.Schedules.Count) + Checks + (rival.OuterSteps * PerOuterStep(rival))) * (rival.InnerSteps ?? steps),
        _ => steps,
    };

    /// <summary>ARUBA's sums need no products, nor do derivatives that take gradients for constants; forward mode takes one a value.</summary>
    private static double PerOuterStep(IRivalLearning rival) => rival switch
    {
        ArubaLearning or UnrolledLearning { Optimizer: UnrolledLearning.Warp } or NeuralLearning { Optimizer: NeuralLearning.Lstm, SecondOrder: not true } => 1,
        FdsLearning fds => 1 + ((PerProduct - 1) * (fds.LearningRateValues + fds.MomentumValues + fds.WeightDecayValues)),
        _ => PerProduct,
    };

    /// <summary>The estimate in words.</summary>
    public string Words => Seconds is { } seconds
        ? $"{NumberText.Count(Steps)} steps of tuning and comparison and {NumberText.Count(MetaSteps)} of meta-training (one with a Hessian-vector product counted as three), at the times per step measured here, times the ratio of the batches (meta-training at gradient descent's, {NumberText.Significant(MillisecondsPerStep!.Value)} ms): {Time(seconds)} on one core, half of that on two; evaluations come on top"
        : "no time per step was measured";

    private static string Time(double seconds)
    {
        const double Hour = 3_600, Day = 24 * Hour, Year = 365 * Day;
        return seconds < 2 * Hour ? NumberText.Duration(seconds)
            : seconds < 2 * Day ? $"{NumberText.Significant(seconds / Hour)} hours"
            : seconds < Year ? $"{NumberText.Significant(seconds / Day)} days"
            : $"{NumberText.Significant(seconds / Year)} years";
    }
}
