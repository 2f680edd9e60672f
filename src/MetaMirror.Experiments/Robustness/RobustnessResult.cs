using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Robustness;

/// <summary>A learned optimizer beside Adam, tuned on the changed task, on one held-out task.</summary>
/// <param name="Change">How training was changed.</param>
/// <param name="Task">The held-out task.</param>
/// <param name="Steps">Its median steps to Adam's final loss over Adam's; infinite where it did not get there, 0 where Adam did not, null where neither did.</param>
/// <param name="Seconds">The same of seconds.</param>
/// <param name="MeanLoss">Ratio of mean training losses.</param>
/// <param name="FinalLoss">Ratio of final training losses.</param>
/// <param name="Accuracy">Difference of mean test accuracies.</param>
/// <param name="AccuracyError">Standard error of that difference.</param>
/// <param name="Diverged">Runs of the learned optimizer that diverged.</param>
public sealed record RobustnessRow(string Change, string Task, double? Steps, double? Seconds, double? MeanLoss, double? FinalLoss, double? Accuracy, double? AccuracyError, int Diverged);

/// <summary>The same over the held-out tasks: medians.</summary>
/// <param name="Change">How training was changed.</param>
/// <param name="Tasks">How many tasks.</param>
/// <param name="Steps">Steps.</param>
/// <param name="Seconds">Seconds.</param>
/// <param name="MeanLoss">Mean loss.</param>
/// <param name="FinalLoss">Final loss.</param>
/// <param name="Accuracy">Mean of the differences of accuracies.</param>
/// <param name="Pays">Whether it reaches Adam's final loss in fewer steps on every task, and no run diverged.</param>
/// <param name="PaysInTime">Whether it does so in less than nine tenths of the time, on every task.</param>
/// <param name="IsLessAccurate">Whether its test accuracy is lower by more than a standard error on a task.</param>
public sealed record RobustnessSummary(string Change, int Tasks, double? Steps, double? Seconds, double? MeanLoss, double? FinalLoss, double? Accuracy, bool Pays, bool PaysInTime, bool IsLessAccurate);

/// <summary>What the experiment on changed training found: one JSON document.</summary>
public sealed record RobustnessResult
{
    /// <summary>Name of the experiment.</summary>
    public string Experiment { get; init; } = "robustness";

    /// <summary>How much was run.</summary>
    public required string Scale { get; init; }

    /// <summary>Master seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The plan learned on.</summary>
    public required string Plan { get; init; }

    /// <summary>The learned optimizer.</summary>
    public required string Optimizer { get; init; }

    /// <summary>True where the plan's own data were not found and the embedded digits took their place.</summary>
    public bool IsStandIn { get; init; }

    /// <summary>The map: change by change, training as learned first.</summary>
    public required IReadOnlyList<RobustnessSummary> Map { get; init; }

    /// <summary>Change by change and task by task.</summary>
    public required IReadOnlyList<RobustnessRow> Rows { get; init; }

    /// <summary>The runs; tasks have the change in front.</summary>
    public required IReadOnlyList<ComparisonRow> Comparison { get; init; }

    /// <summary>The data sets that were read.</summary>
    public IReadOnlyList<DataUse> Data { get; init; } = [];

    /// <summary>What learning cost, mean over the held-out tasks.</summary>
    public MetaTrainingSummary? MetaTraining { get; init; }
}
