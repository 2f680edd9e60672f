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
    private const string Diagonal = "metamd-diagonal";

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
        string? wide = result.Comparison.FirstOrDefault(r => r.Learned && r.Optimizer is "metamirror-full" or "metamirror-kronecker")?.Optimizer;
        (Steps? diagonal, Steps? full, Steps? descent) = (Steps.Of(result, Diagonal), Steps.Of(result, wide), Steps.Of(result, "sgd"));
        return diagonal is null || full is null || descent is null ? null : family.Rotated ? Turned(diagonal, full, descent) : Straight(result, diagonal, full, descent);
    }

    private static NegativeControl Turned(Steps diagonal, Steps full, Steps descent)
    {
        bool helpless = diagonal.Median > Help * descent.Median, helps = full.Reached == full.PerTask.Length && full.Median <= Help * descent.Median;
        string text = $"The curvature of these tasks is turned at random, so no diagonal metric can equal it: the learned one, {diagonal.Words}; gradient descent with one tuned step, {descent.Words}. "
            + $"A full metric can: the learned one, {full.Words}. ";
        return new NegativeControl(helpless && helps, text + (helpless && helps ? "As it must be: the diagonal does not help, the full metric does."
            : $"Not as it must be: {(helpless ? "the full metric does not help enough" : "the diagonal helps where it cannot")}."));
    }

    private static NegativeControl Straight(ComparisonResult result, Steps diagonal, Steps full, Steps descent)
    {
        double best = Duel.All(result, Diagonal).Select(d => d.Baseline?.StepsToTarget.Median ?? double.PositiveInfinity).Min();
        bool helps = diagonal.Reached == diagonal.PerTask.Length && diagonal.PerTask.Max() <= best && diagonal.Median <= Help * descent.Median;
        bool wins = diagonal.PerTask.Zip(full.PerTask).All(pair => pair.First <= pair.Second);
        int fewer = diagonal.PerTask.Zip(full.PerTask).Count(pair => pair.First < pair.Second);
        string text = $"These are the same quadratics in their eigenbasis, where a diagonal metric is all that is needed: the learned one, {diagonal.Words}; gradient descent with one tuned step, {descent.Words}. "
            + $"Learned with many more numbers, the full metric, {full.Words}: more than the diagonal's on {NumberText.Count(fewer)} of {NumberText.Count(full.PerTask.Length)} tasks. ";
        return new NegativeControl(helps && wins, text + (helps && wins ? "As it must be: the diagonal wins, and no optimizer is faster on any task."
            : $"Not as it must be: {(helps ? "the full metric is faster on some task" : "the diagonal is not the fastest")}."));
    }

    /// <summary>Steps of an optimizer to the target on every held-out task; infinite where it is not reached.</summary>
    private sealed record Steps(string Optimizer, double[] PerTask)
    {
        public int Reached => PerTask.Count(double.IsFinite);

        public double Median => Verdict.Median([.. PerTask.Order()]);

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
