using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Tuning.Protocols;
using MetaMirror.Experiments.Tuning.Studies;

namespace MetaMirror.Cli.Commands.Tuning;

/// <summary>A setting.</summary>
internal sealed record TuneSetting(double LearningRate, double WeightDecay, string? Schedule)
{
    public static TuneSetting Of(StudyPoint point) => new(
        point[TuningOutcome.LearningRate],
        point[TuningOutcome.WeightDecay],
        point.Space.Dimensions.Any(d => d.Name == TuningOutcome.Schedule) ? point.Text(TuningOutcome.Schedule) : null);
}

/// <summary>A setting that was tried.</summary>
internal sealed record TuneTrial(int Trial, TuneSetting Setting, string Status, double? Value, double Seconds, string? Error);

/// <summary>One optimizer and one sampler.</summary>
internal sealed record TuneStudy(
    string Optimizer, string Sampler, double? BestValue, TuneSetting? BestSetting, int Evaluations, int Failed, int Diverged, double Seconds, IReadOnlyList<TuneTrial> Trials);

/// <summary>The document of <c>tune</c>.</summary>
internal sealed record TuneDocument(
    string Plan, string Task, string Quantity, string Goal, int Runs, int Steps, int TrainingExamples, int ValidationExamples, bool Complete,
    IReadOnlyList<TuneStudy> Studies, IReadOnlyList<DataUse> Data, IReadOnlyList<string> Files)
{
    public static TuneDocument Of(TuningOutcome outcome) => new(
        outcome.Plan,
        outcome.Task,
        outcome.Quantity,
        outcome.Quantity == "validationAccuracy" ? "maximize" : "minimize",
        outcome.Seeds,
        outcome.Steps,
        outcome.TrainingExamples,
        outcome.ValidationExamples,
        outcome.IsComplete,
        [.. outcome.Studies.Select(Of)],
        outcome.Data,
        outcome.Files);

    private static TuneStudy Of(StudyResult study) => new(
        study.Name,
        study.Sampler,
        study.Best?.Value,
        study.Best is { } best ? TuneSetting.Of(best.Point) : null,
        study.Trials.Count,
        study.Count(TrialStatus.Failed),
        study.Count(TrialStatus.Diverged),
        Math.Round(study.Seconds, 3),
        [.. study.Trials.Select(t => new TuneTrial(t.Number, TuneSetting.Of(t.Point), t.Status switch { TrialStatus.Complete => "complete", TrialStatus.Failed => "failed", _ => "diverged" }, t.Value, Math.Round(t.Seconds, 3), t.Error))]);
}
