using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Tests.Comparisons;

/// <summary>The embedded negative controls, on two held-out tasks, against gradient descent and the best classic ones in the eigenbasis.</summary>
public sealed class NegativeControlTests
{
    [Theory]
    [InlineData("rotated-quadratic", "the diagonal does not help, the full metric does")]
    [InlineData("eigenbasis-quadratic", "the diagonal wins, and no optimizer is faster on any task")]
    public void It_comes_out_as_it_must(string name, string outcome)
    {
        Plan plan = Few(name);
        PlanComparisonResult<double> result = Run(plan);
        NegativeControl control = NegativeControl.Of(plan, result.Result)!;
        Assert.True(control.IsAsExpected, control.Text);
        Assert.Contains(outcome, control.Text, StringComparison.Ordinal);
        Assert.Contains("of 2 held-out tasks, in a median of 2 steps", control.Text, StringComparison.Ordinal);
        using var page = new StringWriter();
        ReportWriter.Write(PlanReport.Of(plan, result, null, 1), page);
        Assert.Contains("<h2>Negative control</h2>", page.ToString(), StringComparison.Ordinal);
        Assert.Contains(outcome, page.ToString(), StringComparison.Ordinal);

        // Each learned optimizer has its own cost: 18 tasks of 300 steps in each of at most ten outer steps are as many gradients as 18 runs each.
        Assert.Equal(["metamirror-full", "metamd-diagonal"], result.Result.LearningCosts.Select(c => c.Optimizer));
        Assert.All(result.Result.LearningCosts, c => Assert.Equal(c.Gradients / 300.0, c.TrainingRuns));
        Assert.All(result.Result.LearningCosts, c => Assert.InRange(c.TrainingRuns, 18, 180));
        Assert.Contains("\"learningCosts\": [", ComparisonJson.ToText(result.Result), StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">metamd-diagonal</th>", page.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_outcome_is_said_too()
    {
        Plan rotated = PlanFile.Read("rotated-quadratic"), straight = PlanFile.Read("eigenbasis-quadratic");
        Assert.Contains("the diagonal helps where it cannot", Text(rotated, 2, 2, 100), StringComparison.Ordinal);
        Assert.Contains("the full metric does not help enough", Text(rotated, null, 90, 100), StringComparison.Ordinal);
        Assert.Contains("in the median not", Text(rotated, null, 90, 100), StringComparison.Ordinal);
        Assert.Contains("the full metric is faster on some task", Text(straight, 3, 2, 100), StringComparison.Ordinal);
        Assert.Contains("the diagonal is not the fastest", Text(straight, 60, 60, 100), StringComparison.Ordinal);
        Assert.Null(NegativeControl.Of(PlanFile.Read("sensors"), Result(1, 1, 1)));

        static string Text(Plan plan, double? diagonal, double? full, double descent)
        {
            NegativeControl control = NegativeControl.Of(plan, Result(diagonal, full, descent))!;
            Assert.False(control.IsAsExpected);
            return control.Text;
        }
    }

    private static Plan Few(string name)
    {
        Plan plan = PlanFile.Read(name);
        return plan with { HeldOut = ["quadratic-0", "quadratic-1"], Baselines = ["sgd", "adagrad"], Tuning = plan.Tuning with { Schedules = [ScheduleName.Constant] } };
    }

    private static PlanComparisonResult<double> Run(Plan plan) => new PlanComparison<double>(
        plan, new DatasetCatalogue(new DataLocations()), new LearningSettings(1, 2), TimeProvider.System).Run([], cancellationToken: TestContext.Current.CancellationToken);

    private static ComparisonResult Result(double? diagonal, double? full, double? descent) => new()
    {
        Experiment = "control",
        Target = new TargetDefinition("trainingLoss", new TargetValue(0.1), ""),
        Comparison = [Row("metamirror-full", OptimizerRole.Learned, full), Row("metamd-diagonal", OptimizerRole.Learned, diagonal), Row("sgd", OptimizerRole.Baseline, descent)],
    };

    private static ComparisonRow Row(string optimizer, OptimizerRole role, double? steps) =>
        new() { Optimizer = optimizer, Role = role, HeldOutTask = "t", Seeds = 1, Steps = 300, StepsToTarget = new StepsToTarget(steps, steps, steps, steps is null ? 0 : 1) };
}
