using System.Text.Json.Serialization;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands.Learning;

/// <summary>The document of <c>learn</c>.</summary>
internal sealed record LearnDocument(
    string Plan, string Optimizer, bool Complete, IReadOnlyList<string> Files, MetaTrainingSummary MetaTraining, IReadOnlyList<NamedText> Facts);

/// <summary>The document of <c>train</c>.</summary>
internal sealed record TrainDocument(
    string Plan,
    string Task,
    string Optimizer,
    bool Complete,
    bool Diverged,
    bool FellBack,
    double? Target,
    int? StepsToTarget,
    double? FinalTrainingLoss,
    double? TestLoss,
    double? TestAccuracy,
    IReadOnlyList<int> Steps,
    IReadOnlyList<double?> TrainingLoss,
    IReadOnlyList<string> Files,
    IReadOnlyList<string> Warnings)
{
    /// <summary>What adapting rates did; left out where none adapted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RatesDocument? AdaptedRates { get; init; }
}

/// <summary>Rates that adapted beside rates kept at 1.</summary>
internal sealed record RatesDocument(string Granularity, int Steps, double LinearRegret, double Bound, double Least, double Median, double Largest);

/// <summary>The machine of a run.</summary>
internal sealed record RunMachine(string Processor, int Cores, string OperatingSystem, string Runtime, string InstructionSet);

/// <summary>The document <c>run.json</c> beside a learned optimizer.</summary>
internal sealed record RunDocument(
    string File, bool Complete, string Command, string Version, ulong Seed, int Threads, DateTimeOffset Ended,
    MetaTrainingSummary MetaTraining, RunMachine Machine);
