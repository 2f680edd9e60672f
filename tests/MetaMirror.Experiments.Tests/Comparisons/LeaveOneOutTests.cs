using System.Text.Json;
using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tests.Runs;
using MetaMirror.Experiments.Tuning;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Tests.Comparisons;

public sealed class LeaveOneOutTests
{
    private static readonly Plan Tiny = new(
        "tiny",
        new SensorsPlan(),
        new TrainingPlan(40, 1),
        new TargetPlan(TargetQuantity.TrainingLoss, 0.01),
        Seeds: 4,
        Tuning: new TuningPlan(Schedules: [ScheduleName.Constant]));

    private static readonly MeasuredTask<double>[] Tasks =
        [.. Enumerable.Range(0, 3).Select(i => new MeasuredTask<double>(new NoisyParabola($"task-{i}", h: 1 + i, noise: 0.01), i))];

    [Fact]
    public void Each_task_is_held_out_from_learning()
    {
        var learnedOn = new List<string>();
        ComparisonResult result = Run([0, 2], (tasks, _) =>
        {
            learnedOn.Add(string.Join(' ', tasks));
            return new LearnedContenders<double>(
                [Steepest.Contender(0.5, "learned"), Steepest.Contender(0.1, "control", OptimizerRole.Control)], new MetaTrainingSummary(2, 40, 3, 100, 0, 1.5));
        });

        Assert.Equal(["1 2", "0 1"], learnedOn);
        Assert.Equal(
            ["learned task-0 Learned", "control task-0 Control", "gd task-0 Baseline", "learned task-2 Learned", "control task-2 Control", "gd task-2 Baseline"],
            result.Comparison.Select(r => $"{r.Optimizer} {r.HeldOutTask} {r.Role}"));
        Assert.All(result.Comparison, r => Assert.Equal((4, 40, 0, 0.01), (r.Seeds, r.Steps, r.Diverged, r.Target)));
        Assert.Equal(("none", 0), (result.Comparison[0].Tuning!.Method, result.Comparison[0].Tuning!.Evaluations));
        Assert.Equal("grid", result.Comparison[2].Tuning!.Method);
        Assert.Equal(100, result.MetaTraining!.Gradients);
        Assert.Equal(6, result.Curves.Count);
        Assert.Equal(40, result.Curves[0].Median.Length);
    }

    [Fact]
    public void Accuracy_curves_end_at_the_accuracies_of_the_table()
    {
        ComparisonResult result = Run([0], Learner);

        Assert.Equal(result.Comparison.Select(r => r.Optimizer), result.AccuracyCurves.Select(c => c.Optimizer));
        Assert.All(result.AccuracyCurves, c => Assert.Equal([0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40], c.Steps));
        // Four seeds: the median lies between the quartiles, and the mean within the range of the curve's end.
        Assert.All(result.AccuracyCurves, c => Assert.InRange(c.Median[^1], c.Lower[^1], c.Upper[^1]));
        Assert.All(result.AccuracyCurves.Zip(result.Comparison), p => Assert.Equal(p.Second.TestAccuracy!.Mean!.Value, p.First.Median[^1], 3 * p.Second.TestAccuracy.StandardError!.Value));
        Assert.All(result.AccuracyCurves, c => Assert.True(c.Median[^1] > c.Median[0]));
    }

    [Fact]
    public void Diverged_seeds_count_among_the_worst_accuracies()
    {
        // Worst first: none, none, .3, .5, .7.
        RunRecord[] runs = [Ended(0.3), Ended(null), Ended(0.7), Ended(null), Ended(0.5)];

        RunCurve curve = ComparisonRows.Accuracies("sgd", "task", new Trial(default, [.. runs]), steps: 4)!;

        Assert.Equal([0, 2, 4], curve.Steps);
        Assert.Equal((double.NegativeInfinity, 0.3, 0.5), (curve.Lower[^1], curve.Median[^1], curve.Upper[^1]));
        Assert.Equal((0.1, 0.1, 0.1), (curve.Lower[0], curve.Median[0], curve.Upper[0]));
    }

    private static RunRecord Ended(double? accuracy) =>
        new([1, accuracy is null ? double.NaN : 0.5], 2, accuracy is null, accuracy is { } a ? new TestMeasure(1, a) : null) { Accuracies = [0.1, accuracy / 2 ?? double.NaN], AccuracyEverySteps = 2 };

    [Fact]
    public void Where_all_seeds_diverge_there_is_no_accuracy()
    {
        // Above 2 / h = 2 the parabola's descent diverges for all seeds: no accuracy, which is no perfect one.
        ComparisonResult result = Run([0], (_, _) => new LearnedContenders<double>([Steepest.Contender(1e30, "learned")], null));

        RunCurve curve = result.AccuracyCurves.First(c => c.Optimizer == "learned");
        Assert.InRange(curve.Median[0], 0, 1);
        Assert.Equal(double.NegativeInfinity, curve.Median[^1]);
    }

    [Fact]
    public void The_same_bits_with_one_and_two_threads()
    {
        string one = ComparisonJson.ToText(Run([1], Learner, threads: 1)), two = ComparisonJson.ToText(Run([1], Learner, threads: 2));

        Assert.Equal(one, two);
    }

    [Fact]
    public void A_learned_optimizer_equal_to_a_baseline_setting_has_its_figures()
    {
        ComparisonResult result = Run([0], Learner);

        // The learned rate 1 is in the baseline's grid and the best for steps: paired streams make the figures equal, not just close.
        Assert.Equal(result.Comparison[1].StepsToTarget, result.Comparison[0].StepsToTarget);
        Assert.Equal(result.Curves[1].Median, result.Curves[0].Median);
    }

    [Fact]
    public void Json_has_the_contracts_shape()
    {
        using JsonDocument document = JsonDocument.Parse(ComparisonJson.ToText(Run([0], Learner, clock: TimeProvider.System)));
        JsonElement root = document.RootElement;

        Assert.Equal("tiny", root.GetProperty("experiment").GetString());
        Assert.Equal("trainingLoss", root.GetProperty("target").GetProperty("quantity").GetString());
        Assert.Equal(0.01, root.GetProperty("target").GetProperty("value").GetDouble());
        JsonElement learned = root.GetProperty("comparison")[0], baseline = root.GetProperty("comparison")[1];
        Assert.True(learned.GetProperty("learned").GetBoolean());
        Assert.Equal("baseline", baseline.GetProperty("role").GetString());
        Assert.Equal(1, baseline.GetProperty("stepsToTarget").GetProperty("median").GetDouble());
        Assert.Equal(4, baseline.GetProperty("stepsToTarget").GetProperty("reached").GetInt32());
        Assert.InRange(baseline.GetProperty("testAccuracy").GetProperty("mean").GetDouble(), 0.9, 1);
        Assert.True(baseline.GetProperty("millisecondsPerStep").GetDouble() > 0);
        Assert.Equal("learning rate 1, constant", baseline.GetProperty("tuning").GetProperty("settings").GetProperty("stepsToTarget").GetString());
        Assert.Equal(2, root.GetProperty("metaTraining").GetProperty("tasks").GetInt32());
    }

    [Fact]
    public void What_was_not_reached_is_null_with_a_count()
    {
        var plan = Tiny with { Target = new TargetPlan(TargetQuantity.TrainingLoss, 1e-300) };

        ComparisonRow row = Run([0], Learner, plan: plan).Comparison[0];

        Assert.Equal(new StepsToTarget(null, null, null, 0), row.StepsToTarget);
    }

    [Fact]
    public void Tasks_held_out_together_share_what_was_learned_on_the_others()
    {
        var learnedOn = new List<int[]>();

        ComparisonResult result = Run([0, 2], (tasks, token) => { learnedOn.Add([.. tasks]); return Learner(tasks, token); }, together: true);

        Assert.Equal([1], Assert.Single(learnedOn));
        Assert.Equal(["task-0", "task-2"], result.Comparison.Select(r => r.HeldOutTask).Distinct());
        Assert.Equal(100, result.MetaTraining!.Gradients);
    }

    /// <summary>With a rate of 7 the parabola of curvature 3 overflows within the steps that are timed, that of curvature 1 does not.</summary>
    [Fact]
    public void An_optimizer_that_diverges_on_the_first_task_is_timed_on_the_next()
    {
        ComparisonResult Timed(params int[] heldOut) => Run(heldOut, (_, _) => new LearnedContenders<double>([Steepest.Contender(7, "learned")], null), clock: TimeProvider.System);

        Assert.Null(Timed(2).Comparison[0].MillisecondsPerStep);
        Assert.All(Timed(2, 0).Comparison, r => Assert.True(r.MillisecondsPerStep > 0));
    }

    [Fact]
    public void Nothing_is_learned_on_what_the_plan_holds_out_besides()
    {
        var learnedOn = new List<int[]>();

        Run([0], (tasks, token) => { learnedOn.Add([.. tasks]); return Learner(tasks, token); }, plan: Tiny with { HeldOut = ["task-2"] });

        Assert.Equal([1], Assert.Single(learnedOn));
    }

    [Fact]
    public void Unknown_tasks_are_refused_with_the_nearest_name()
    {
        var wrongName = Assert.Throws<ArgumentException>(() => LeaveOneOut<double>.NumberOf(Tasks, "taks-1"));
        var wrongNumber = Assert.Throws<ArgumentException>(() => Run([3], Learner));

        Assert.Equal(1, LeaveOneOut<double>.NumberOf(Tasks, "task-1"));
        Assert.StartsWith("expected a task among task-0, task-1, task-2, found 'taks-1' (did you mean 'task-1'?)", wrongName.Message, StringComparison.Ordinal);
        Assert.StartsWith("Expected numbers of tasks to hold out, 0 to 2, found 3.", wrongNumber.Message, StringComparison.Ordinal);
    }

    private static LearnedContenders<double> Learner(IReadOnlyList<int> tasks, CancellationToken cancellationToken) =>
        new([Steepest.Contender(1, "learned")], new MetaTrainingSummary(2, 40, 3, 100, 0, 1.5));

    private static ComparisonResult Run(int[] heldOut, ContenderLearner<double> learn, int threads = 2, TimeProvider? clock = null, Plan? plan = null, bool together = false) =>
        new LeaveOneOut<double>(new RunPool<double>(new WorkerTeam(threads), 7), plan ?? Tiny, clock is null ? null : new StepTimer(clock))
            .Run(Tasks, heldOut, together, [Steepest.Entry("gd", OptimizerRole.Baseline, 0.25, 0.5, 1, 2)], learn);
}
