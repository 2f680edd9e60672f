using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Tuning.Studies;

namespace MetaMirror.Experiments.Tuning.Protocols;

/// <summary>What tuning found.</summary>
/// <param name="Plan">Name of the plan.</param>
/// <param name="Task">Name of the task.</param>
/// <param name="Quantity">What was tuned for: <c>validationAccuracy</c> or <c>validationLoss</c>.</param>
/// <param name="Seeds">Runs of each setting.</param>
/// <param name="Steps">Steps of a run.</param>
/// <param name="TrainingExamples">Examples that were trained on.</param>
/// <param name="ValidationExamples">Examples that were tuned on.</param>
/// <param name="Studies">One per optimizer and sampler, in the order they were run.</param>
/// <param name="Files">Their logs.</param>
/// <param name="IsComplete">False if it was canceled.</param>
public sealed record TuningOutcome(
    string Plan, string Task, string Quantity, int Seeds, int Steps, int TrainingExamples, int ValidationExamples, IReadOnlyList<StudyResult> Studies, IReadOnlyList<string> Files, bool IsComplete)
{
    /// <summary>What was really read of the data sets.</summary>
    public IReadOnlyList<DataUse> Data { get; init; } = [];

    /// <summary>Name of the dimension of learning rates.</summary>
    public const string LearningRate = "learningRate";

    /// <summary>Name of the dimension of weight decays.</summary>
    public const string WeightDecay = "weightDecay";

    /// <summary>Name of the dimension of schedules.</summary>
    public const string Schedule = "schedule";
}
