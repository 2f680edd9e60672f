using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Tests.Reports;

public sealed class VerdictTests
{
    [Fact]
    public void Says_steps_of_both_and_their_ratio() => Assert.Equal(
        "On rotation-0, metamirror-basis reached training loss 0.1 in 42 steps; the best tuned baseline (adam, lr 0.01, linear decay) needed 73: 0.58× the steps.",
        Verdict.Of(Result(Row("metamirror-basis", OptimizerRole.Learned, 42), Row("sgd", OptimizerRole.Baseline, 100), Row("adam", OptimizerRole.Baseline, 73))));

    [Fact]
    public void Says_so_when_the_learned_optimizer_is_slower() => Assert.EndsWith(
        "in 90 steps; the best tuned baseline (adam, lr 0.01, linear decay) needed 60: 1.50× the steps.",
        Verdict.Of(Result(Row("learned", OptimizerRole.Learned, 90), Row("adam", OptimizerRole.Baseline, 60))),
        StringComparison.Ordinal);

    [Fact]
    public void Says_so_when_the_target_was_not_reached()
    {
        Assert.Equal(
            "On rotation-0, learned did not reach training loss 0.1 within 400 steps (2 of 5 runs did); the best tuned baseline (adam, lr 0.01, linear decay) needed 60.",
            Verdict.Of(Result(Row("learned", OptimizerRole.Learned, null), Row("adam", OptimizerRole.Baseline, 60))));
        Assert.EndsWith("(2 of 5 runs did), and neither did any tuned baseline.", Verdict.Of(Result(Row("learned", OptimizerRole.Learned, double.NaN))), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_so_when_no_baseline_reached_it() => Assert.EndsWith(
        "in 42 steps; no tuned baseline reached it within 400.",
        Verdict.Of(Result(Row("learned", OptimizerRole.Learned, 42), Row("adam", OptimizerRole.Baseline, null))),
        StringComparison.Ordinal);

    [Fact]
    public void Rival_and_control_stand_beside_it() => Assert.Equal(
        "The best tuned rival (soap, lr 0.01, linear decay) needed 28 steps: the learned optimizer takes 1.50× as many. The same rule with nothing learned (unlearned-basis) needed 84 steps.",
        Verdict.Beside(Result(Row("learned", OptimizerRole.Learned, 42), Row("soap", OptimizerRole.Rival, 28), Row("unlearned-basis", OptimizerRole.Control, 84) with { Tuning = null })));

    [Fact]
    public void Several_tasks_give_the_median_ratio_and_its_range()
    {
        var result = Result(
            Row("learned", OptimizerRole.Learned, 10),
            Row("adam", OptimizerRole.Baseline, 40),
            Row("learned", OptimizerRole.Learned, 60) with { HeldOutTask = "rotation-45" },
            Row("adam", OptimizerRole.Baseline, 40) with { HeldOutTask = "rotation-45" },
            Row("learned", OptimizerRole.Learned, 20) with { HeldOutTask = "rotation-75" },
            Row("adam", OptimizerRole.Baseline, 40) with { HeldOutTask = "rotation-75" });
        Assert.Equal(
            "learned reached training loss 0.1 on 3 of 3 held-out tasks, in a median of 0.50× the steps of the best tuned baseline (from 0.25× to 1.50×); it was the faster of the two on 2 of 3.",
            Verdict.Of(result));
    }

    [Fact]
    public void Speaks_of_the_first_learned_row() => Assert.Contains(
        "second reached",
        Verdict.Of(Result(Row("second", OptimizerRole.Learned, 50), Row("first", OptimizerRole.Learned, 40))),
        StringComparison.Ordinal);

    [Fact]
    public void Is_empty_without_a_learned_row() => Assert.Equal("", Verdict.Of(Result(Row("adam", OptimizerRole.Baseline, 40))));

    [Fact]
    public void Names_a_target_that_was_chosen_per_task()
    {
        var result = Result(Row("learned", OptimizerRole.Learned, 42) with { Target = 0.34567 });
        Assert.Contains("reached training loss 0.346 in", Verdict.Of(result with { Target = result.Target with { Value = TargetValue.BestClassicFinal } }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(42.0, 73.0, 3100, 0, 100)] // 3100 gradients / 31 steps saved
    [InlineData(42.0, 73.0, 3100, 1550, 200)] // a product counts as two gradients
    public void Break_even_in_steps(double learned, double baseline, long gradients, long products, double runs)
    {
        var result = Result(Row("learned", OptimizerRole.Learned, learned), Row("adam", OptimizerRole.Baseline, baseline));
        var even = BreakEven.Of(result with { MetaTraining = new MetaTrainingSummary(5, 400, 10, gradients, products, 12.4) })!;
        Assert.Equal(runs, even.Steps);
        Assert.Equal(baseline - learned, even.StepsSaved);
        Assert.Null(even.Seconds);

        // Tuning 15 settings costs at least 15 x 73 steps on each new task.
        Assert.Equal((gradients + (2 * products)) / (31 + (15 * 73.0)), even.AgainstTuning);
    }

    [Fact]
    public void Break_even_in_seconds_counts_the_time_per_step()
    {
        var rows = Result(Row("learned", OptimizerRole.Learned, 40) with { MillisecondsPerStep = 0.5 }, Row("adam", OptimizerRole.Baseline, 80) with { MillisecondsPerStep = 0.5 });
        var result = rows with { MetaTraining = new MetaTrainingSummary(5, 400, 10, 1000, 0, 2) };
        Assert.Equal(100, BreakEven.Of(result)!.Seconds!.Value, 1e-9);
        var slow = result with { Comparison = [result.Comparison[0] with { MillisecondsPerStep = 5 }, result.Comparison[1]] };
        Assert.Null(BreakEven.Of(slow)!.Seconds);
        Assert.True(BreakEven.Of(slow)!.SecondsSaved < 0);
    }

    [Fact]
    public void Nothing_saved_never_pays_back()
    {
        var result = Result(Row("learned", OptimizerRole.Learned, 90), Row("adam", OptimizerRole.Baseline, 60)) with { MetaTraining = new MetaTrainingSummary(5, 400, 10, 1000, 0, 2) };
        var even = BreakEven.Of(result)!;
        Assert.Null(even.Steps);
        Assert.Equal(-30, even.StepsSaved);
        Assert.Contains("30 steps more", ClosingSections.Sentence(even), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_compare_has_no_break_even()
    {
        Assert.Null(BreakEven.Of(Result(Row("learned", OptimizerRole.Learned, 90), Row("adam", OptimizerRole.Baseline, 60))));
        Assert.Null(BreakEven.Of(Result(Row("learned", OptimizerRole.Learned, 90)) with { MetaTraining = new MetaTrainingSummary(5, 400, 10, 1000, 0, 2) }));
    }

    internal static ComparisonResult Result(params ComparisonRow[] rows) => new()
    {
        Experiment = "rotated-digits",
        Target = new TargetDefinition("trainingLoss", 0.1, "mean over the training set"),
        Comparison = rows,
    };

    internal static ComparisonRow Row(string name, OptimizerRole role, double? steps) => new()
    {
        Optimizer = name,
        Role = role,
        HeldOutTask = "rotation-0",
        Seeds = 5,
        Steps = 400,
        StepsToTarget = new StepsToTarget(steps, steps, steps, steps is > 0 ? 5 : 2),
        Tuning = new TuningSummary("grid", 15) { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["stepsToTarget"] = "lr 0.01, linear decay" } },
    };
}
