using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Cli.Engines;

/// <summary>Learn an optimizer and save it.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="File">The file to write; checkpoints lie beside it.</param>
/// <param name="HeldOut">Name of a task that is not learned on; null: all are.</param>
/// <param name="Resume">Whether to go on from the checkpoint.</param>
/// <param name="Statistics">Files of statistics recorded earlier, to learn from instead of new runs.</param>
/// <param name="StatisticsFile">File to write the statistics to that were learned from; null for none.</param>
internal sealed record LearnRequest(Plan Plan, string File, string? HeldOut, bool Resume, IReadOnlyList<string> Statistics, string? StatisticsFile);

/// <summary>What was learned.</summary>
/// <param name="Optimizer">Name of the learned optimizer.</param>
/// <param name="Files">Files written, the learned optimizer first; of a canceled run also the checkpoint.</param>
/// <param name="Cost">Size and cost.</param>
/// <param name="Facts">What a person wants to know about it.</param>
/// <param name="IsComplete">False if Ctrl-C ended it: the file then has the best so far, and a checkpoint to go on from is beside it.</param>
internal sealed record LearnOutcome(string Optimizer, IReadOnlyList<string> Files, MetaTrainingSummary Cost, IReadOnlyList<NamedText> Facts, bool IsComplete);

/// <summary>Learns.</summary>
internal delegate LearnOutcome LearnEngine(LearnRequest request, EngineContext context);

/// <summary>Train one task.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Task">Name of the task.</param>
/// <param name="Optimizer">Name of an optimizer, or path of a learned one.</param>
/// <param name="LearningRate">Learning rate; null: the middle of the catalogue's grid, or the learned one.</param>
/// <param name="Steps">Steps; null: the plan's.</param>
/// <param name="FallBack">Whether AdamW takes over where the first gradients lie outside what meta-training saw.</param>
/// <param name="Folder">Where the trained parameters and the record of the run go.</param>
internal sealed record TrainRequest(Plan Plan, string Task, string Optimizer, double? LearningRate, int? Steps, bool FallBack, string Folder)
{
    /// <summary>Which rates go on adapting while it trains; null for none.</summary>
    public RateGranularity? AdaptRate { get; init; }

    /// <summary>Whether a learned optimizer of other sizes is brought to the task's.</summary>
    public bool Resize { get; init; }
}

/// <summary>How training went.</summary>
/// <param name="Optimizer">Name of the optimizer that ran in the end.</param>
/// <param name="Curve">Training loss along the run.</param>
/// <param name="Target">Target of the plan; null where it depends on baselines.</param>
/// <param name="StepsToTarget">First step at the target; null if not reached.</param>
/// <param name="FinalTrainingLoss">Mean over the last tenth; null after a divergence.</param>
/// <param name="TestLoss">Loss on the test set; null where there is none.</param>
/// <param name="TestAccuracy">Accuracy on the test set; null for real targets.</param>
/// <param name="Diverged">Whether the run diverged.</param>
/// <param name="FellBack">Whether AdamW took over.</param>
/// <param name="Files">Files written.</param>
/// <param name="IsComplete">False if Ctrl-C ended it.</param>
internal sealed record TrainOutcome(
    string Optimizer,
    RunCurve Curve,
    double? Target,
    int? StepsToTarget,
    double? FinalTrainingLoss,
    double? TestLoss,
    double? TestAccuracy,
    bool Diverged,
    bool FellBack,
    IReadOnlyList<string> Files,
    bool IsComplete)
{
    /// <summary>What adapting rates did; null where none adapted.</summary>
    public RateSummary? Rates { get; init; }
}

/// <summary>Trains.</summary>
internal delegate TrainOutcome TrainEngine(TrainRequest request, EngineContext context);
