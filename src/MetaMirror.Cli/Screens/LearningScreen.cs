using System.Globalization;
using MetaMirror.Cli.Commands;
using MetaMirror.Cli.Engines;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Runs;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Cli.Screens;

/// <summary>What learning and training found, in a few lines.</summary>
internal static class LearningScreen
{
    /// <summary>What was learned.</summary>
    public static void Write(Session session, LearnOutcome outcome)
    {
        TextWriter people = session.People;
        people.WriteLine(
            $"{outcome.Optimizer}: learned on {outcome.Cost.Tasks} tasks in {NumberText.Duration(outcome.Cost.Seconds)} "
            + $"({NumberText.Count(outcome.Cost.OuterSteps)} outer steps, {NumberText.Count(outcome.Cost.Gradients)} gradients, "
            + $"{NumberText.Count(outcome.Cost.HessianVectorProducts)} Hessian-vector products)");
        foreach (var fact in outcome.Facts)
            people.WriteLine($"  {fact.Name}: {fact.Text}");
        foreach (string file in outcome.Files)
            people.WriteLine($"Wrote {file}");
    }

    /// <summary>How training went.</summary>
    public static void Write(Session session, string task, TrainOutcome outcome)
    {
        TextWriter people = session.People;
        people.WriteLine($"{outcome.Optimizer} on {task}{(outcome.FellBack ? " (fell back to AdamW)" : "")}:");
        if (outcome.Curve.Steps.Length > 0)
            people.WriteLine("  training loss " + Sparkline.Of(outcome.Curve.Median));
        if (outcome.Diverged)
            people.WriteLine("  diverged: a loss, gradient or parameter became infinite or NaN; try a smaller --learning-rate");
        Figure(people, "final training loss", outcome.FinalTrainingLoss);
        if (outcome.Target is { } target)
            people.WriteLine($"  steps to {NumberText.Exact(target)}: {(outcome.StepsToTarget is { } steps ? NumberText.Count(steps) : "not reached")}");
        Figure(people, "test loss", outcome.TestLoss);
        if (outcome.TestAccuracy is { } accuracy)
            people.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  test accuracy: {100 * accuracy:0.0} %"));
        if (outcome.Rates is { } rates)
            people.WriteLine("  " + Sentence(rates));
        foreach (string file in outcome.Files)
            people.WriteLine($"Wrote {file}");
    }

    private static string Sentence(RateSummary rates)
    {
        string found = rates.Granularity == RateGranularity.Scalar
            ? NumberText.Significant(rates.Median)
            : $"{NumberText.Significant(rates.Least)} to {NumberText.Significant(rates.Largest)}, median {NumberText.Significant(rates.Median)}";
        string effect = $"{(rates.LinearRegret <= 0 ? "gained" : "cost")} {NumberText.Significant(Math.Abs(rates.LinearRegret))}";
        return $"rates in the end: {found} times the optimizer's; adapting {effect} of loss, linearized and summed over {NumberText.Count(rates.Steps)} steps, and can't have cost more than {NumberText.Significant(rates.Bound)}";
    }

    private static void Figure(TextWriter people, string name, double? value)
    {
        if (value is { } number)
            people.WriteLine($"  {name}: {NumberText.Significant(number)}");
    }
}
