using MetaMirror.Cli.Commands;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Tuning.Protocols;
using MetaMirror.Experiments.Tuning.Studies;
using Spectre.Console;

namespace MetaMirror.Cli.Screens;

/// <summary>What tuning found, as a table.</summary>
internal static class TuningScreen
{
    /// <summary>Writes the table.</summary>
    public static void Write(Session session, TuningOutcome outcome)
    {
        session.Screen.MarkupLine($"[bold]Best {TuningReport.Words(outcome)} on {Markup.Escape(outcome.Task)}, {outcome.ValidationExamples} examples, {outcome.Seeds} runs each[/]");
        Tables.Write(
            session.Screen,
            [
                new("optimizer"), new("sampler"), new(outcome.Quantity == "validationAccuracy" ? "accuracy" : "loss", IsNumber: true), new("learning rate", IsNumber: true),
                new("weight decay", IsNumber: true), new("tried", IsNumber: true), new("no value", IsNumber: true), new("seconds", IsNumber: true),
            ],
            outcome.Studies.Select(s => (IReadOnlyList<string>)
            [
                Markup.Escape(s.Name), s.Sampler, s.Best is { } best ? TuningReport.Text(outcome, best.Value!.Value) : "–", Of(s.Best, TuningOutcome.LearningRate),
                Of(s.Best, TuningOutcome.WeightDecay), NumberText.Count(s.Trials.Count),
                NumberText.Count(s.Count(TrialStatus.Failed) + s.Count(TrialStatus.Diverged)), NumberText.Significant(s.Seconds),
            ]));
    }

    private static string Of(StudyTrial? best, string dimension) => best?.Point.Text(dimension) ?? "–";
}
