using System.Text.Json.Serialization;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Shifts;

/// <summary>A task unlike those that were learned on.</summary>
/// <param name="Rotation">Degrees.</param>
/// <param name="BatchSize">Examples of a mini-batch.</param>
/// <param name="Contrast">Contrast of the images over those learned on.</param>
public sealed record TaskShift(double Rotation, int BatchSize, double Contrast)
{
    /// <summary>The task in words.</summary>
    public override string ToString() => FormattableString.Invariant($"rotation {Rotation}, batch {BatchSize}, contrast {Contrast}");
}

/// <summary>How an optimizer did on a shifted task, beside the learned one as it was learned: ratios of the same seeds, their geometric mean.</summary>
/// <param name="Optimizer">Its name.</param>
/// <param name="MeanLoss">Mean training loss over the run over that of the fixed optimizer, over the seeds where that did not diverge (0 if it always did); null if a run of its own diverged.</param>
/// <param name="MeanLossError">Standard error of its logarithm over the seeds; null for one seed.</param>
/// <param name="FinalLoss">Training loss over the last tenth, likewise.</param>
/// <param name="FinalLossError">Its error.</param>
/// <param name="Accuracy">Difference of test accuracies; null if a run diverged.</param>
public sealed record ShiftRow(string Optimizer, double? MeanLoss, double? MeanLossError, double? FinalLoss, double? FinalLossError, double? Accuracy);

/// <summary>One shifted task.</summary>
/// <param name="Task">Which.</param>
/// <param name="FixedMeanLoss">Mean training loss of the learned optimizer as it was learned, geometric mean over seeds.</param>
/// <param name="FixedFinalLoss">Its final loss, likewise.</param>
/// <param name="BestMultiple">The multiple of its steps, among those tried, of the least mean training loss: an oracle, which needs the runs it is chosen by.</param>
/// <param name="BestMeanLoss">That loss over <paramref name="FixedMeanLoss"/>: 1 where the learned step fits.</param>
/// <param name="Rows">The others.</param>
public sealed record ShiftFigure(TaskShift Task, double FixedMeanLoss, double FixedFinalLoss, double BestMultiple, double BestMeanLoss, IReadOnlyList<ShiftRow> Rows)
{
    /// <summary>The fixed optimizer degrades where another multiple of its steps would have a mean loss at least so much lower.</summary>
    public const double Shortfall = 0.02;

    /// <summary>Whether the fixed optimizer's step no longer fits.</summary>
    public bool Degrades => BestMeanLoss <= 1 - Shortfall;
}

/// <summary>Rates that adapt beside the fixed optimizer, over some shifted tasks.</summary>
/// <param name="Optimizer">Which.</param>
/// <param name="Tasks">How many tasks.</param>
/// <param name="MeanLoss">Median ratio of mean training losses; null where there is no task.</param>
/// <param name="WorstMeanLoss">The largest.</param>
/// <param name="FinalLoss">Median ratio of final losses.</param>
/// <param name="WorstFinalLoss">The largest.</param>
/// <param name="Worse">Tasks where the mean loss is higher by more than a standard error (and by more than rounding).</param>
/// <param name="WorseInTheEnd">Tasks where the final loss is, likewise.</param>
/// <param name="Accuracy">Mean difference of test accuracies.</param>
public sealed record ShiftSummary(
    string Optimizer, int Tasks, double? MeanLoss, double? WorstMeanLoss, double? FinalLoss, double? WorstFinalLoss, int Worse, int WorseInTheEnd, double? Accuracy);

/// <summary>What the experiment on shifted tasks found: one JSON document.</summary>
public sealed record ShiftResult
{
    /// <summary>Name of the experiment.</summary>
    public string Experiment { get; init; } = "shifts";

    /// <summary>How much was run.</summary>
    public required string Scale { get; init; }

    /// <summary>Master seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The plan learned on.</summary>
    public required string Plan { get; init; }

    /// <summary>In words how it was learned, where that is not as the plan says; null: as it says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Learning { get; init; }

    /// <summary>True where its own data were not found and the embedded digits took their place.</summary>
    public bool IsStandIn { get; init; }

    /// <summary>Over the tasks where the fixed optimizer's step no longer fits.</summary>
    public required IReadOnlyList<ShiftSummary> WhereItDegrades { get; init; }

    /// <summary>Over all tasks.</summary>
    public required IReadOnlyList<ShiftSummary> Everywhere { get; init; }

    /// <summary>Task by task.</summary>
    public required IReadOnlyList<ShiftFigure> Shifts { get; init; }

    /// <summary>The runs, a row for each optimizer and task.</summary>
    public required IReadOnlyList<ComparisonRow> Comparison { get; init; }

    /// <summary>The data sets that were read.</summary>
    public IReadOnlyList<DataUse> Data { get; init; } = [];

    /// <summary>What learning cost.</summary>
    public MetaTrainingSummary? MetaTraining { get; init; }
}
