using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Rivals;

/// <summary>A figure of the learned optimizer beside the best of all others, tuned on the held-out task itself.</summary>
/// <param name="Own">The learned optimizer's; null: not reached, or diverged.</param>
/// <param name="Best">Name of the best of the others; null: none has it.</param>
/// <param name="Others">Its figure.</param>
public sealed record FigureDuel(double? Own, string? Best, double? Others)
{
    /// <summary>Own / others; 0 where the learned optimizer alone has it, infinite where the others alone do, null where none does.</summary>
    public double? Ratio => Ratios.Of(Own, Others);
}

/// <summary>The learned optimizer on one held-out task.</summary>
/// <param name="Family">Name of the plan.</param>
/// <param name="Task">Name of the task.</param>
/// <param name="Champion">The learned optimizer.</param>
/// <param name="Steps">Median steps to the target.</param>
/// <param name="Seconds">The same in seconds.</param>
/// <param name="FinalLoss">Training loss over the last tenth of the run; below <see cref="RivalStandings.Solved"/> of the target, where rounding decides, that number.</param>
/// <param name="Accuracy">Mean test accuracy.</param>
/// <param name="IsAccuracyBest">Whether that is the best, or less by no more than one standard error (the larger of the two); null without classes.</param>
public sealed record RivalDuel(string Family, string Task, string Champion, FigureDuel Steps, FigureDuel Seconds, FigureDuel FinalLoss, FigureDuel Accuracy, bool? IsAccuracyBest);

/// <summary>The learned optimizer over some held-out tasks.</summary>
/// <param name="Name">Which tasks.</param>
/// <param name="Tasks">How many.</param>
/// <param name="Reached">On how many it reached the target, in half of its runs.</param>
/// <param name="OthersReached">On how many another did.</param>
/// <param name="Steps">Median ratio of steps to those of the best of all others; null where there is none.</param>
/// <param name="Seconds">The same of seconds.</param>
/// <param name="FinalLoss">The same of final losses.</param>
/// <param name="FewestSteps">On how many tasks it needs the fewest steps of all, or as few.</param>
/// <param name="LeastTime">On how many it needs the least time of all, or as little.</param>
/// <param name="ClearlyLeastTime">On how many by a factor of <see cref="RivalStandings.ClearFactor"/> or more.</param>
/// <param name="FinalWithin">On how many its final loss is at most <see cref="RivalStandings.FinalAllowance"/> of the best.</param>
/// <param name="BestAccuracy">On how many its accuracy is the best, or within a standard error.</param>
/// <param name="WithAccuracy">How many tasks have classes.</param>
public sealed record RivalSummary(
    string Name, int Tasks, int Reached, int OthersReached, double? Steps, double? Seconds, double? FinalLoss, int FewestSteps, int LeastTime, int ClearlyLeastTime, int FinalWithin, int BestAccuracy, int WithAccuracy);

/// <summary>An optimizer over the held-out tasks of a family: geometric means of its figures over the best of each task (controls apart).</summary>
/// <param name="Optimizer">Its name.</param>
/// <param name="Role">Its part.</param>
/// <param name="Steps">Steps to the target; null where it did not reach one.</param>
/// <param name="Seconds">Seconds to the target.</param>
/// <param name="FinalLoss">Final training loss; null where a run diverged.</param>
/// <param name="Accuracy">Mean test accuracy; null without classes.</param>
/// <param name="Reached">Tasks whose target half of its runs reached.</param>
/// <param name="TuningRuns">Training runs that tuning took on each task.</param>
/// <param name="GradientsPerStep">Gradients that a step takes: more than one where a rule tries its steps.</param>
/// <param name="LearningRuns">Training runs whose gradients learning took, once for all tasks to come; null: not learned.</param>
/// <param name="Diverged">Runs that diverged, at the settings that are best for steps, over all tasks and seeds.</param>
public sealed record RivalStanding(
    string Optimizer, OptimizerRole Role, double? Steps, double? Seconds, double? FinalLoss, double? Accuracy, int Reached, double TuningRuns, double GradientsPerStep, double? LearningRuns, int Diverged);

/// <summary>What the comparison on one plan says.</summary>
/// <param name="Plan">Its name.</param>
/// <param name="Description">What its tasks are.</param>
/// <param name="Champion">The learned optimizer.</param>
/// <param name="Summary">How the learned optimizer stands.</param>
/// <param name="Standings">All optimizers, least time first.</param>
/// <param name="Notes">What a person should know of how optimizers were learned: what was dropped, or diverged.</param>
public sealed record RivalFamily(string Plan, string Description, string Champion, RivalSummary Summary, IReadOnlyList<RivalStanding> Standings, IReadOnlyList<string> Notes);

/// <summary>What the experiment on rivals found: one JSON document.</summary>
public sealed record RivalResult
{
    /// <summary>Name of the experiment.</summary>
    public string Experiment { get; init; } = "rivals";

    /// <summary>How much was run.</summary>
    public required string Scale { get; init; }

    /// <summary>What is not done, in words, where it was ended early; empty: nothing.</summary>
    public string Unfinished { get; init; } = "";

    /// <summary>Master seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Over networks, and over convex models; never over both, which are too unlike, and too unlike in number.</summary>
    public required IReadOnlyList<RivalSummary> Summaries { get; init; }

    /// <summary>Family by family.</summary>
    public required IReadOnlyList<RivalFamily> Families { get; init; }

    /// <summary>Task by task.</summary>
    public required IReadOnlyList<RivalDuel> Duels { get; init; }

    /// <summary>Scores of performance profiles of median steps, over the networks of all families (or what there is), of the optimizers that are on all of them; best first.</summary>
    public IReadOnlyList<ProfileScore> StepsScores { get; init; } = [];

    /// <summary>The same of seconds.</summary>
    public IReadOnlyList<ProfileScore> SecondsScores { get; init; } = [];

    /// <summary>The plans that profiles are over.</summary>
    public IReadOnlyList<string> Profiled { get; init; } = [];

    /// <summary>All rows; tasks have the plan's name in front.</summary>
    public required IReadOnlyList<ComparisonRow> Comparison { get; init; }

    /// <summary>The data sets that were read.</summary>
    public IReadOnlyList<DataUse> Data { get; init; } = [];
}
