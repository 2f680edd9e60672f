using System.Text.Json.Serialization;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Reports;

/// <summary>Learned optimizers against others on tasks that were held out: the document behind <c>--json</c>.</summary>
public sealed record ComparisonResult
{
    /// <summary>Name of the experiment or plan.</summary>
    public required string Experiment { get; init; }

    /// <summary>What had to be reached.</summary>
    public required TargetDefinition Target { get; init; }

    /// <summary>One row per optimizer and held-out task. The first learned row names the optimizer that verdicts speak of.</summary>
    public required IReadOnlyList<ComparisonRow> Comparison { get; init; }

    /// <summary>What learning cost; null when nothing was learned in this run.</summary>
    public MetaTrainingSummary? MetaTraining { get; init; }

    /// <summary>What learning each optimizer that was learned cost, rivals too, in the order of the rows; empty when nothing was learned in this run.</summary>
    public IReadOnlyList<LearningCost> LearningCosts { get; init; } = [];

    /// <summary>What a person should know of what was learned: what was dropped, diverged, or is never active.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The data sets known by name that were read, and which part of each; empty where data were generated or the user's own.</summary>
    public IReadOnlyList<DataUse> Data { get; init; } = [];

    /// <summary>Scores of performance profiles over several held-out tasks, best first; left out with a single one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProfileScore>? PerformanceScores => ProfileSection.Scores(this);

    /// <summary>The machine that the times were measured on; null when not known.</summary>
    public MachineInfo? Machine { get; init; }

    /// <summary>Threads that did the runs; null when not known. Figures other than times do not depend on it.</summary>
    public int? Threads { get; init; }

    /// <summary>Training loss along the run, at each optimizer's best setting for steps to target; may be empty.</summary>
    public IReadOnlyList<RunCurve> Curves { get; init; } = [];

    /// <summary>Test accuracy along the run, at each optimizer's best setting for it; empty where there are no classes or it was measured at the end alone.</summary>
    public IReadOnlyList<RunCurve> AccuracyCurves { get; init; } = [];
}

/// <summary>Size and cost of meta-training.</summary>
/// <param name="Tasks">Tasks learned on.</param>
/// <param name="InnerSteps">Steps of each inner run.</param>
/// <param name="OuterSteps">Steps of the outer optimizer.</param>
/// <param name="Gradients">Gradients computed.</param>
/// <param name="HessianVectorProducts">Hessian-vector products computed.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
public sealed record MetaTrainingSummary(int Tasks, int InnerSteps, int OuterSteps, long Gradients, long HessianVectorProducts, double Seconds)
{
    /// <summary>Gradients that one Hessian-vector product is worth.</summary>
    public const double GradientsPerProduct = 2;

    /// <summary>Names of the tasks learned on; may be empty.</summary>
    public IReadOnlyList<string> TaskNames { get; init; } = [];

    /// <summary>Gradients, with a Hessian-vector product as two.</summary>
    [JsonIgnore]
    public double GradientEquivalents => Gradients + (GradientsPerProduct * HessianVectorProducts);

    /// <summary>As many training runs as learning computed gradients (a Hessian-vector product as two).</summary>
    /// <param name="steps">Steps of a training run.</param>
    public double TrainingRuns(int steps) => GradientEquivalents / Math.Max(1, steps);
}

/// <summary>What learning one optimizer cost, and when that is paid back.</summary>
/// <param name="Optimizer">Name, as in <see cref="ComparisonRow.Optimizer"/>.</param>
/// <param name="Gradients">Gradients computed.</param>
/// <param name="HessianVectorProducts">Hessian-vector products computed.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
/// <param name="TrainingRuns">The same in training runs of the plan: gradients (a Hessian-vector product as two) / steps of a run.</param>
/// <param name="BreakEvenSteps">Runs on new tasks after which the steps they save have paid for those; null where none are saved or a figure is missing.</param>
/// <param name="BreakEvenSeconds">The same in seconds.</param>
public sealed record LearningCost(
    string Optimizer, long Gradients, long HessianVectorProducts, double Seconds, double TrainingRuns, double? BreakEvenSteps, double? BreakEvenSeconds);

/// <summary>A quantity along the run: median and quartiles over seeds.</summary>
/// <param name="Optimizer">Name, as in <see cref="ComparisonRow.Optimizer"/>.</param>
/// <param name="Task">Name of the held-out task.</param>
/// <param name="Steps">Number of updates before each measurement, shape [n].</param>
/// <param name="Median">Median over seeds, shape [n]; not finite after a divergence.</param>
/// <param name="Lower">First quartile, shape [n]; empty with one seed.</param>
/// <param name="Upper">Third quartile, shape [n]; empty with one seed.</param>
public sealed record RunCurve(string Optimizer, string Task, int[] Steps, double[] Median, double[] Lower, double[] Upper);
