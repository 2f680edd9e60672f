using System.Text.Json.Serialization;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Plans;

/// <summary>How one task is trained.</summary>
/// <param name="Steps">Number of steps T; for meta-quadratics the cap.</param>
/// <param name="BatchSize">Examples of a mini-batch, drawn with replacement; null: the whole training set at every step.</param>
public sealed record TrainingPlan(int Steps, int? BatchSize = null);

/// <summary>What a target is about.</summary>
public enum TargetQuantity
{
    /// <summary>Mean loss over the training set.</summary>
    [JsonStringEnumMemberName("trainingLoss")]
    TrainingLoss,

    /// <summary>||g||_2 of the gradient.</summary>
    [JsonStringEnumMemberName("gradientNorm")]
    GradientNorm,

    /// <summary>max |g_i| of the gradient of the objective on the whole training set, penalty included.</summary>
    [JsonStringEnumMemberName("gradientMaximum")]
    GradientMaximum,
}

/// <summary>What has to be reached.</summary>
/// <param name="Quantity">The quantity.</param>
/// <param name="Value">A number, or <c>bestClassicFinal</c>.</param>
public sealed record TargetPlan(TargetQuantity Quantity, TargetValue Value)
{
    /// <summary>How far above <c>bestClassicFinal</c> counts as there, relatively. Default 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Within { get; init; }

    /// <summary>The target, the latitude included.</summary>
    internal TargetValue Effective => Value with { Within = Within };
}

/// <summary>How times per step are measured, after the comparison: all optimizers in turn, the least of the rounds.</summary>
/// <param name="WarmUp">Steps before the clock starts. Default 20.</param>
/// <param name="Steps">Steps under the clock. Default 100.</param>
/// <param name="Rounds">Rounds. Default 5.</param>
public sealed record TimingPlan(int WarmUp = 20, int Steps = 100, int Rounds = 5);

/// <summary>How the training loss is measured: before the update, without smoothing.</summary>
/// <param name="EverySteps">At steps 0, n, 2n, ... Default 1.</param>
/// <param name="Examples">On a fixed subset of so many training examples, drawn by stream; null: on all.</param>
/// <param name="Certificates">Whether rows of convex models get their universal certificate, which takes a run with full gradients and a minimizer for each. Default true.</param>
/// <param name="AccuracyPoints">Test accuracy along the run is measured at no more than so many steps, evenly spaced from the first, besides the end; of tuned optimizers in a run of its own at the setting that is best for it. 0: at the end alone. Default 10.</param>
public sealed record EvaluationPlan(int EverySteps = 1, int? Examples = null, bool Certificates = true, int AccuracyPoints = 10);

/// <summary>How baselines are tuned: a grid of learning rates times schedules; a best rate at the edge of the grid extends the grid.</summary>
/// <param name="LearningRates">Grids by name of the optimizer. Default: the catalogue's.</param>
/// <param name="Schedules">Schedules tried. Default constant and linear.</param>
/// <param name="MaxExtensions">Rates added at either end at most. Default 6.</param>
/// <param name="Rates">Fewest learning rates of a grid: shorter grids are widened evenly at both ends before tuning begins. Default 2: none is.</param>
/// <param name="ScoutingSeeds">Every setting is run with so many seeds; with the others only where it is then within 15 % of its optimizer's best in some figure (of accuracy: of the share of errors). Default null: every setting is run with all seeds.</param>
public sealed record TuningPlan(
    IReadOnlyDictionary<string, IReadOnlyList<double>>? LearningRates = null,
    IReadOnlyList<ScheduleName>? Schedules = null,
    int MaxExtensions = 6,
    int Rates = 2,
    int? ScoutingSeeds = null)
{
    /// <summary>A setting that is worse than the best by more in every figure, with the first seeds, is not run with the others.</summary>
    public const double ScoutingMargin = 0.15;

    /// <summary>Grids by name of the optimizer.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> LearningRates { get; init; } =
        LearningRates ?? new SortedDictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal);

    /// <summary>Schedules tried.</summary>
    public IReadOnlyList<ScheduleName> Schedules { get; init; } = Schedules ?? [ScheduleName.Constant, ScheduleName.Linear];
}

/// <summary>How a learning rate changes along the run.</summary>
public enum ScheduleName
{
    /// <summary>Not at all.</summary>
    [JsonStringEnumMemberName("constant")]
    Constant,

    /// <summary>Falls linearly to 5 %: 1 - .95 t / T at step t from 0.</summary>
    [JsonStringEnumMemberName("linear")]
    Linear,

    /// <summary>Falls along half a cosine to 5 %.</summary>
    [JsonStringEnumMemberName("cosine")]
    Cosine,

    /// <summary>Falls as 1 / (1 + 4 t / T), to a fifth.</summary>
    [JsonStringEnumMemberName("inverse-time")]
    InverseTime,
}
