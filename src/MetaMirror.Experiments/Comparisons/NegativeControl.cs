using System.Globalization;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>
/// The outcome of a negative control: on quadratics whose curvature is turned at random no diagonal metric can help, and a full one must; in their eigenbasis a diagonal is all
/// that is needed, and must win.
/// </summary>
/// <param name="IsAsExpected">Whether it came out like that.</param>
/// <param name="Text">The same in words, with the figures.</param>
public sealed record NegativeControl(bool IsAsExpected, string Text)
{
    private const string Diagonal = "metamd-diagonal", Kronecker = "metamirror-kronecker";

    /// <summary>A learned map "helps" if it takes at most this part of the steps of gradient descent with one tuned step.</summary>
    private const double Help = 0.5;

    /// <summary>The outcome, if the plan is such a control and learns a diagonal and a factored or full metric, compared with tuned gradient descent; else null.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="result">Its comparison.</param>
    public static NegativeControl? Of(Plan plan, ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(result);
        if (plan.Family is not RotatedQuadraticPlan family)
            return null;
        ComparisonRow? wide = result.Comparison.FirstOrDefault(r => r.Learned && r.Optimizer is "metamirror-full" or Kronecker);
        (Steps? diagonal, Steps? full, Steps? descent) = (Steps.Of(result, Diagonal), Steps.Of(result, wide?.Optimizer), Steps.Of(result, "sgd"));
        if (diagonal is null || full is null || descent is null)
            return null;
        string metric = full.Optimizer == Kronecker ? "Kronecker" : "full";
        return family.Rotated ? Turned(diagonal, full, descent, metric) : Straight(result, diagonal, full, descent, metric);
    }

    private static NegativeControl Turned(Steps diagonal, Steps full, Steps descent, string metric)
    {
        string text = $"The curvature of these tasks is turned at random, so no diagonal metric can equal it: the learned one, {diagonal.Words}; gradient descent with one tuned step, {descent.Words}. "
            + $"A {metric} metric can: the learned one, {full.Words}. ";
        return Judged(
            text,
            $"the diagonal does not help, the {metric} metric does",
            (diagonal.Helps(descent), "the diagonal helps where it cannot"),
            (!full.ReachedAll, $"the {metric} metric does not reach the target on every task"),
            (full.ReachedAll && !full.Helps(descent), $"the {metric} metric does not help enough"));
    }

    private static NegativeControl Straight(ComparisonResult result, Steps diagonal, Steps full, Steps descent, string metric)
    {
        bool loses = Duel.All(result, Diagonal).Any(d => d.Baseline is { } baseline && !(d.Learned?.StepsToTarget.Median <= baseline.StepsToTarget.Median));
        int fewer = diagonal.PerTask.Zip(full.PerTask).Count(pair => pair.First < pair.Second), slower = diagonal.PerTask.Zip(full.PerTask).Count(pair => pair.First > pair.Second);
        string text = $"These are the same quadratics in their eigenbasis, where a diagonal metric is all that is needed: the learned one, {diagonal.Words}; gradient descent with one tuned step, {descent.Words}. "
            + $"Learned with many more numbers, the {metric} metric, {full.Words}: more than the diagonal's on {NumberText.Count(fewer)} of {NumberText.Count(full.PerTask.Length)} tasks. ";
        return Judged(
            text,
            $"the diagonal wins on most tasks, and neither a classic optimizer nor the {metric} metric is faster on any",
            (!diagonal.ReachedAll, "the diagonal does not reach the target on every task"),
            (diagonal.ReachedAll && !diagonal.Helps(descent), "the diagonal does not help enough"),
            (loses, "a classic optimizer is faster on some task"),
            (slower > 0, $"the {metric} metric is faster on some task"),
            (diagonal.ReachedAll && slower == 0 && 2 * fewer <= full.PerTask.Length, $"the {metric} metric is as fast on half of the tasks or more"));
    }

    private static NegativeControl Judged(string text, string expected, params (bool IsSo, string Words)[] failures)
    {
        string[] found = [.. failures.Where(f => f.IsSo).Select(f => f.Words)];
        return found.Length == 0
            ? new NegativeControl(true, $"{text}As it must be: {expected}.")
            : new NegativeControl(false, $"{text}Not as it must be: {string.Join("; ", found)}.");
    }

    /// <summary>Steps of an optimizer to the target on every held-out task; infinite where it is not reached.</summary>
    private sealed record Steps(string Optimizer, double[] PerTask)
    {
        public int Reached => PerTask.Count(double.IsFinite);

        public bool ReachedAll => Reached == PerTask.Length;

        public double Median => Verdict.Median([.. PerTask.Order()]);

        public bool Helps(Steps descent) => double.IsFinite(Median) && Median <= Help * descent.Median;

        public string Words => string.Create(
            CultureInfo.InvariantCulture,
            $"{Optimizer}, reached the target on {Reached} of {PerTask.Length} held-out tasks, {(double.IsFinite(Median) ? $"in a median of {NumberText.Brief(Median)} steps" : "in the median not")}");

        public static Steps? Of(ComparisonResult result, string? optimizer)
        {
            double[] steps = [.. result.Comparison.Where(r => string.Equals(r.Optimizer, optimizer, StringComparison.Ordinal)).Select(r => r.StepsToTarget.Median ?? double.PositiveInfinity)];
            return optimizer is null || steps.Length == 0 ? null : new Steps(optimizer, steps);
        }
    }
}
