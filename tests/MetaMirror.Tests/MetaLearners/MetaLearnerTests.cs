using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>The one outer loop: the same bits with any number of threads, its stopping rule, diverged runs, cancellation, resume.</summary>
public sealed class MetaLearnerTests
{
    private static readonly MetaLearnerOptions Endless = new() { StoppingChange = 0 };

    public static TheoryData<string> Steps => [.. MakeStep.Keys];

    private static readonly Dictionary<string, (Func<UpdateRule<double>> Rule, Func<MetaStep<double>> Step)> MakeStep = new(StringComparer.Ordinal)
    {
        ["hypergradient"] = (
            () => new Adam<double>(new AdamOptions { LearningRate = .02, Learn = ["learning_rate", "beta1"] }),
            () => new HypergradientStep<double>(new ReverseMode<double>(), new TrajectoryLoss<double>(), Outer(.1))),
        ["regret bound, direct"] = (
            () => new MirrorDescent<double>(new DiagonalQuadratic<double>(2), .3),
            () => new HypergradientStep<double>(new ReverseMode<double>(), new RegretBound<double>(), Outer(.1), GradientPart.Direct)),
        ["closed form"] = (() => new MirrorDescent<double>(new DiagonalQuadratic<double>(2), .3), () => new ClosedFormStep<double>()),
        ["evaluation"] = (() => new Adam<double>(), () => new EvaluationStep<double>(new TrajectoryLoss<double>())),
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void One_two_and_three_threads_give_the_same_bits(string name)
    {
        (double[] Raw, double[] State, double[] Values) Learn(int threads)
        {
            var learner = new MetaLearner<double>(
                Families.Networks(5), MakeStep[name].Rule(), new TaskInitialPoint<double>(), new Unroll(7), MakeStep[name].Step(),
                Endless with { OuterSteps = 6, TasksPerStep = 4, Seed = 3, Threads = threads });
            learner.Learn();
            return (learner.Meta.Raw.ToArray(), learner.StepState.ToArray(), [.. learner.History.Select(h => h.Value)]);
        }

        (double[] raw, double[] state, double[] values) = Learn(1);
        for (int threads = 2; threads <= 3; threads++)
        {
            (double[] otherRaw, double[] otherState, double[] otherValues) = Learn(threads);
            Assert.Equal(raw, otherRaw);
            Assert.Equal(state, otherState);
            Assert.Equal(values, otherValues);
        }

        Assert.Equal(6, values.Distinct().Count());
    }

    [Fact]
    public void It_stops_when_the_value_has_not_changed_over_the_window()
    {
        // On the same streams with a tiny outer step the value barely moves: the rule fires as soon as there is a window to look over.
        MetaLearnerResult result = Learner(Outer(1e-9), Endless with { OuterSteps = 50, StoppingChange = 1e-4, StoppingWindow = 4, SameStreams = true }).Learn();
        Assert.True(result.Converged);
        Assert.Equal(5, result.OuterSteps);

        // Still falling: to the maximum.
        MetaLearnerResult moving = Learner(Outer(.2), Endless with { OuterSteps = 12, StoppingChange = 1e-6, StoppingWindow = 2 }).Learn();
        Assert.False(moving.Converged);
        Assert.Equal(12, moving.OuterSteps);

        // 0 never stops early.
        Assert.Equal(20, Learner(Outer(1e-9), Endless with { OuterSteps = 20 }).Learn().OuterSteps);
    }

    [Fact]
    public void The_change_is_relative_to_the_value_a_window_ago()
    {
        // 2e-4, then just above 1e-4, then just below it.
        double[] values = [100, 99.98, 99.97, 99.960004, 50];
        MetaLearnerResult result = Learner(values, window: 1);
        Assert.Equal((4, true), (result.OuterSteps, result.Converged));

        // Over two steps the changes are 3e-4 and 2e-4, then far more.
        Assert.Equal((5, false), (Learner(values, window: 2).OuterSteps, Learner(values, window: 2).Converged));

        static MetaLearnerResult Learner(double[] values, int window) => new MetaLearner<double>(
            Families.Quartics(1), Families.Descent(), new TaskInitialPoint<double>(), new Unroll(1), new ScriptedStep(values),
            new MetaLearnerOptions { OuterSteps = values.Length, StoppingChange = 1e-4, StoppingWindow = window }).Learn();
    }

    [Fact]
    public void Diverged_runs_are_reported_by_task_step_and_tensor_and_left_out()
    {
        MetaLearner<double> with = Learner(Outer(.1), Endless with { OuterSteps = 1 }, Families.Faulty(null, null, 3));
        MetaLearner<double> without = Learner(Outer(.1), Endless with { OuterSteps = 1 }, Families.Faulty(null, null));
        OuterStepReport report = with.Learn().History[0];
        OuterStepReport clean = without.Learn().History[0];

        TaskOutcome lost = Assert.Single(report.Diverged);
        Assert.Equal("task-2", lost.Task);
        Assert.Equal(new DescentResult(3, Diverged: true, "second"), lost.Inner);
        Assert.True(double.IsNaN(lost.Value));
        Assert.Equal(clean.Value, report.Value);
        Assert.Equal(without.Meta.Raw.ToArray(), with.Meta.Raw.ToArray());
        Assert.Empty(clean.Diverged);
    }

    [Fact]
    public void When_all_runs_diverge_it_says_so_and_mu_stays()
    {
        MetaLearner<double> learner = Learner(Outer(.1), Endless with { OuterSteps = 5 }, Families.Faulty(0, 7, 3));
        double[] before = learner.Meta.Raw.ToArray();
        MetaLearningDivergedException error = Assert.Throws<MetaLearningDivergedException>(() => learner.Learn());
        Assert.Equal(["task-0", "task-1", "task-2"], error.Runs.Select(r => r.Task));
        Assert.Contains("task 'task-1' diverged at step 7: second is not finite", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, learner.Meta.Raw.ToArray());
        Assert.Empty(learner.History);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Canceled_within_an_outer_step_mu_is_that_of_the_last_complete_one(int threads)
    {
        using var source = new CancellationTokenSource();
        var counted = new CancelingQuartics(source, after: 2.5);
        MetaLearner<double> learner = Learner(Outer(.1), Endless with { OuterSteps = 20, Threads = threads, Seed = 8 }, counted.Family);
        Assert.Throws<OperationCanceledException>(() => learner.Learn(cancellationToken: source.Token));
        Assert.Equal(2, learner.OuterStep);

        MetaLearner<double> straight = Learner(Outer(.1), Endless with { OuterSteps = 2, Seed = 8 });
        straight.Learn();
        Assert.Equal(straight.Meta.Raw.ToArray(), learner.Meta.Raw.ToArray());
        Assert.Equal(straight.StepState.ToArray(), learner.StepState.ToArray());

        // And it can go on as if nothing had happened.
        MetaLearner<double> whole = Learner(Outer(.1), Endless with { OuterSteps = 20, Seed = 8 });
        whole.Learn();
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(whole.Meta.Raw.ToArray(), learner.Meta.Raw.ToArray());
    }

    [Fact]
    public void Restored_at_any_step_it_ends_in_the_same_bits()
    {
        MetaLearnerOptions options = Endless with { OuterSteps = 8, Seed = 4 };
        MetaLearner<double> whole = Learner(Outer(.1), options);
        var saved = new List<(double[] Raw, double[] Natural, double[] State, OuterStepReport[] History)>();
        whole.Learn(afterStep: l => saved.Add((l.Meta.Raw.ToArray(), l.Meta.Natural.ToArray(), l.StepState.ToArray(), [.. l.History])));
        Assert.Equal(8, saved.Count);
        foreach ((double[] raw, double[] natural, double[] state, OuterStepReport[] history) in saved)
        {
            MetaLearner<double> resumed = Learner(Outer(.1), options);
            resumed.Restore(raw, natural, state, history, null);
            Assert.Equal(8, resumed.Learn().OuterSteps);
            Assert.Equal(whole.Meta.Raw.ToArray(), resumed.Meta.Raw.ToArray());
            Assert.Equal(whole.History.Select(h => h.Value), resumed.History.Select(h => h.Value));
        }

        ArgumentException error = Assert.Throws<ArgumentException>(() => Learner(Outer(.1), options).Restore(saved[0].Raw, saved[0].Natural, [1, 2], [], null));
        Assert.Contains("has 2 values, expected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_endless_family_gives_fresh_tasks_and_the_same_bits_with_more_threads()
    {
        double[] Learn(int threads)
        {
            var learner = new MetaLearner<double>(
                new EndlessQuartics(), Families.Descent(), new TaskInitialPoint<double>(), new Unroll(5),
                new HypergradientStep<double>(new ReverseMode<double>(), new FinalLoss<double>(), Outer(.1)),
                Endless with { OuterSteps = 5, TasksPerStep = 6, Threads = threads });
            Assert.Equal(5, learner.Learn().History.Select(h => h.Value).Distinct().Count());
            return learner.Meta.Raw.ToArray();
        }

        Assert.Equal(Learn(1), Learn(2));
    }

    [Fact]
    public void Progress_is_told_every_outer_step_in_order()
    {
        var seen = new Recorder();
        MetaLearner<double> learner = Learner(Outer(.1), Endless with { OuterSteps = 4 });
        MetaLearnerResult result = learner.Learn(seen);
        Assert.Equal(result.History, seen.Reports);
        Assert.Equal([0, 1, 2, 3], seen.Reports.Select(r => r.OuterStep));
        Assert.All(seen.Reports, r => Assert.Equal(CancelingQuartics.GradientsOfAnOuterStep, r.Gradients));
        Assert.All(seen.Reports, r => Assert.Equal(3 * 40, r.HessianVectorProducts));
    }

    [Fact]
    public void Bad_options_are_refused_by_name()
    {
        foreach (MetaLearnerOptions options in (MetaLearnerOptions[])
                 [Endless with { OuterSteps = 0 }, Endless with { TasksPerStep = 0 }, Endless with { Threads = 0 }, Endless with { StoppingWindow = 0 }, Endless with { StoppingChange = double.NaN }])
            Assert.Throws<ArgumentOutOfRangeException>(() => Learner(Outer(.1), options));
    }

    private static Adam<double> Outer(double rate) => new(new AdamOptions { LearningRate = rate });

    private static MetaLearner<double> Learner(UpdateRule<double> outer, MetaLearnerOptions options, TaskDistribution<double>? tasks = null) => new(
        tasks ?? Families.Quartics(3), Families.Descent(), new TaskInitialPoint<double>(), new Unroll(40),
        new HypergradientStep<double>(new ReverseMode<double>(), new TrajectoryLoss<double>(), outer), options);

    private sealed class Recorder : IProgress<OuterStepReport>
    {
        public List<OuterStepReport> Reports { get; } = [];

        public void Report(OuterStepReport value) => Reports.Add(value);
    }
}
