using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Tests.Comparisons;

/// <summary>The embedded negative controls, on three held-out tasks, against gradient descent and the best classic ones in the eigenbasis.</summary>
public sealed class NegativeControlTests
{
    [Theory]
    [InlineData("rotated-quadratic", "the diagonal does not help, the full metric does", 2)]
    [InlineData("eigenbasis-quadratic", "the diagonal wins on most tasks, and neither a classic optimizer nor the full metric is faster on any", 6)]
    public void It_comes_out_as_it_must(string name, string outcome, int full)
    {
        Plan plan = Few(name);
        PlanComparisonResult<double> result = Run(plan);
        NegativeControl control = NegativeControl.Of(plan, result.Result)!;
        Assert.True(control.IsAsExpected, control.Text);
        Assert.Contains(outcome, control.Text, StringComparison.Ordinal);
        Assert.Contains($"metamirror-full, reached the target on 3 of 3 held-out tasks, in a median of {full} steps", control.Text, StringComparison.Ordinal);
        using var page = new StringWriter();
        ReportWriter.Write(PlanReport.Of(plan, result, 1), page);
        Assert.Contains("<h2>Negative control</h2>", page.ToString(), StringComparison.Ordinal);
        Assert.Contains(outcome, page.ToString(), StringComparison.Ordinal);

        // Each learned optimizer has its own cost: 17 tasks of 300 steps in each of at most ten outer steps are as many gradients as 17 runs each.
        Assert.Equal(["metamirror-full", "metamd-diagonal"], result.Result.LearningCosts.Select(c => c.Optimizer));
        Assert.All(result.Result.LearningCosts, c => Assert.Equal(c.Gradients / 300.0, c.TrainingRuns));
        Assert.All(result.Result.LearningCosts, c => Assert.InRange(c.TrainingRuns, 17, 170));
        Assert.Contains("\"learningCosts\": [", ComparisonJson.ToText(result.Result), StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">metamd-diagonal</th>", page.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rotated-quadratic", 2.0, 2.0, 100.0, "the diagonal helps where it cannot.")]
    [InlineData("rotated-quadratic", 40.0, 2.0, null, "the diagonal helps where it cannot.")]
    [InlineData("rotated-quadratic", null, 90.0, 100.0, "the full metric does not help enough.")]
    [InlineData("rotated-quadratic", null, null, 100.0, "the full metric does not reach the target on every task.")]
    [InlineData("eigenbasis-quadratic", 3.0, 2.0, 100.0, "the full metric is faster on some task.")]
    [InlineData("eigenbasis-quadratic", 2.0, 2.0, 100.0, "the full metric is as fast on half of the tasks or more.")]
    [InlineData("eigenbasis-quadratic", 60.0, 70.0, 100.0, "the diagonal does not help enough; a classic optimizer is faster on some task.")]
    [InlineData("eigenbasis-quadratic", 40.0, 50.0, 100.0, "a classic optimizer is faster on some task.")]
    [InlineData("eigenbasis-quadratic", null, null, 100.0, "the diagonal does not reach the target on every task; a classic optimizer is faster on some task.")]
    public void Another_outcome_is_said_too(string name, double? diagonal, double? full, double? descent, string reason)
    {
        NegativeControl control = NegativeControl.Of(PlanFile.Read(name), Result(diagonal, full, descent))!;
        Assert.False(control.IsAsExpected);
        Assert.EndsWith("Not as it must be: " + reason, control.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_diagonal_and_gradient_descent_that_both_fail_are_as_it_must_be()
    {
        NegativeControl control = NegativeControl.Of(PlanFile.Read("rotated-quadratic"), Result(null, 2, null))!;
        Assert.True(control.IsAsExpected, control.Text);
        Assert.Contains("in the median not", control.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_families_are_no_negative_control() => Assert.Null(NegativeControl.Of(PlanFile.Read("sensors"), Result(1, 1, 1)));

    private static Plan Few(string name)
    {
        Plan plan = PlanFile.Read(name);
        return plan with { HeldOut = ["quadratic-0", "quadratic-1", "quadratic-2"], Baselines = ["sgd", "adagrad"], Tuning = plan.Tuning with { Schedules = [ScheduleName.Constant] } };
    }

    private static PlanComparisonResult<double> Run(Plan plan) => new PlanComparison<double>(
        plan, new DatasetCatalogue(new DataLocations()), new LearningSettings(1, 2), TimeProvider.System).Run([], cancellationToken: TestContext.Current.CancellationToken);

    private static ComparisonResult Result(double? diagonal, double? full, double? descent) => new()
    {
        Experiment = "control",
        Target = new TargetDefinition("trainingLoss", new TargetValue(0.1), ""),
        Comparison = [Row("metamirror-full", OptimizerRole.Learned, full), Row("metamd-diagonal", OptimizerRole.Learned, diagonal), Row("sgd", OptimizerRole.Baseline, descent), Row("adam", OptimizerRole.Baseline, 30)],
    };

    private static ComparisonRow Row(string optimizer, OptimizerRole role, double? steps) =>
        new() { Optimizer = optimizer, Role = role, HeldOutTask = "t", Seeds = 1, Steps = 300, StepsToTarget = new StepsToTarget(steps, steps, steps, steps is null ? 0 : 1) };
}
