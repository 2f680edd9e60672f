using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Protocols;

/// <summary>How long a protocol would take at the paper's scale, from the times per step measured here: steps of all runs, without evaluations and extensions of grids.</summary>
/// <param name="Steps">Steps of tuning and comparison, in those of the paper's plan.</param>
/// <param name="MetaSteps">Steps of meta-training; one with a Hessian-vector product as three.</param>
/// <param name="MillisecondsPerStep">Of gradient descent here, times the ratio of the batches.</param>
public sealed record ScaleEstimate(double Steps, double MetaSteps, double? MillisecondsPerStep)
{
    private const double PerProduct = 3, Milliseconds = 1_000;

    /// <summary>Seconds on one core; null where no time was measured.</summary>
    public double? Seconds => (Steps + MetaSteps) * MillisecondsPerStep / Milliseconds;

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
        double settings = paper.Baselines.Sum(b => Math.Max(paper.Tuning.Rates, paper.Tuning.LearningRates.TryGetValue(b, out IReadOnlyList<double>? grid) ? grid.Count : 0)) * paper.Tuning.Schedules.Count;
        double steps = columns * paper.Seeds * (settings + paper.Learned.Count() + paper.Controls.Count) * paper.Training.Steps;
        double meta = columns * sources * paper.Learned.Sum(l => l switch
        {
            MetaMdLearning metamd => (double)metamd.OuterSteps * (metamd.InnerSteps ?? paper.Training.Steps) * (metamd.Optimizer.EndsWith("-printed", StringComparison.Ordinal) ? PerProduct : 1),
            IStatisticsLearning statistics => (statistics.SourceRuns + statistics.Candidates.Count()) * (double)paper.Training.Steps,
            _ => paper.Training.Steps,
        });
        double? time = result.Comparison.FirstOrDefault(r => r.Optimizer == "sgd")?.MillisecondsPerStep;
        double batches = paper.Training.BatchSize is { } large && here.Training.BatchSize is { } small ? (double)large / small : 1;
        return new ScaleEstimate(steps, meta, time * batches);
    }

    /// <summary>The estimate in words.</summary>
    public string Words => Seconds is { } seconds
        ? $"{NumberText.Count(Steps)} steps of tuning and comparison and {NumberText.Count(MetaSteps)} of meta-training (one with a Hessian-vector product counted as three), at {NumberText.Significant(MillisecondsPerStep!.Value)} ms a step (that of gradient descent here, times the ratio of the batches): {Time(seconds)} on one core, half of that on two; evaluations come on top"
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
