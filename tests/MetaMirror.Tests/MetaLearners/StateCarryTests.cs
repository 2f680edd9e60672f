using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>What happens to momentum between two inner runs: forgotten, carried as a constant, or carried with its derivative.</summary>
public sealed class StateCarryTests
{
    private const int Steps = 6;

    /// <summary>Two summation orders over 12 steps.</summary>
    private const double Rounding = 1e-12;

    private static readonly SgdOptions Momentum = new() { LearningRate = .08, Momentum = .9, Learn = ["learning_rate", "momentum"] };

    public static TheoryData<StateCarry> Policies => [StateCarry.Reset, StateCarry.CarryDetached, StateCarry.CarryDifferentiable];

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_second_run_starts_with_the_state_the_policy_says(StateCarry carry)
    {
        InnerProblem<double> problem = Problem(carry);
        MetaParameters<double> meta = problem.CreateMetaParameters();
        Run(problem, meta, 0);
        double[] left = problem.Descent.State.ToArray();
        problem.Start(meta, Key(1));
        Assert.Equal(carry == StateCarry.Reset ? new double[left.Length] : left, problem.Descent.State.ToArray());
        Assert.Equal(carry == StateCarry.Reset ? 0 : Steps, problem.Descent.ContextAt(0, 0).Age);
        problem.Descent.Reset();
        problem.Start(meta, Key(1));
        Assert.All(problem.Descent.State.ToArray(), x => Assert.Equal(0, x));
        Assert.Equal(0, problem.Descent.ContextAt(0, 0).Age);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Estimators_leave_the_state_at_the_end_of_the_run(StateCarry carry)
    {
        // A hypergradient goes back along the run; the next run must go on from its end all the same.
        var hypergradients = new List<Hypergradient<double>> { new ForwardMode<double>() };
        if (carry != StateCarry.CarryDifferentiable)
            hypergradients.AddRange([new ReverseMode<double>(), new ReverseMode<double>(new ReverseOptions { StoredSteps = Steps }), new TruncatedReverseMode<double>(2)]);
        foreach (Hypergradient<double> hypergradient in hypergradients)
        {
            InnerProblem<double> plain = Problem(carry), differentiated = Problem(carry);
            MetaParameters<double> meta = plain.CreateMetaParameters();
            for (uint outer = 0; outer < 3; outer++)
            {
                Run(plain, meta, outer);
                double value = Compute(differentiated, hypergradient, meta, outer).Value;
                Assert.Equal(plain.Descent.Theta.ToArray(), differentiated.Descent.Theta.ToArray());
                Assert.Equal(plain.Descent.State.ToArray(), differentiated.Descent.State.ToArray());
                Assert.Equal(Steps, differentiated.Descent.Position);
                Assert.True(double.IsFinite(value));
            }
        }
    }

    [Fact]
    public void Carried_differentiably_the_gradient_of_the_second_run_is_that_of_both_runs()
    {
        InnerProblem<double> problem = Problem(StateCarry.CarryDifferentiable);
        MetaParameters<double> meta = problem.CreateMetaParameters();
        var forward = new ForwardMode<double>();
        Compute(problem, forward, meta, 0);
        double[] second = Compute(problem, forward, meta, 1).Total;
        TrialProblem.AssertClose(Differences(meta, from: 0), second, 1e-8, "second run, differences through both runs");
    }

    [Fact]
    public void Carried_detached_the_gradient_of_the_second_run_takes_the_state_as_a_constant()
    {
        double[] exact = Differences(Problem(StateCarry.CarryDetached).CreateMetaParameters(), from: 1);
        foreach (Hypergradient<double> mode in (Hypergradient<double>[])[new ForwardMode<double>(), new ReverseMode<double>(), new ReverseMode<double>(new ReverseOptions { StoredSteps = 2 })])
        {
            InnerProblem<double> problem = Problem(StateCarry.CarryDetached);
            MetaParameters<double> meta = problem.CreateMetaParameters();
            Compute(problem, mode, meta, 0);
            TrialProblem.AssertClose(exact, Compute(problem, mode, meta, 1).Total, 1e-8, mode.Name);
        }
    }

    [Fact]
    public void Tangents_belong_to_a_task_and_not_to_the_estimator()
    {
        // One estimator serves two tasks in turns, as a worker thread of the outer loop does.
        InnerProblem<double> a = Problem(StateCarry.CarryDifferentiable), b = Problem(StateCarry.CarryDifferentiable, 1.4), alone = Problem(StateCarry.CarryDifferentiable);
        MetaParameters<double> meta = a.CreateMetaParameters();
        ForwardMode<double> shared = new(), own = new();
        Compute(a, shared, meta, 0);
        Compute(b, shared, meta, 0);
        Compute(alone, own, meta, 0);
        Assert.Equal(Compute(alone, own, meta, 1).Total, Compute(a, shared, meta, 1).Total);

        // And another estimator may go on where one ended.
        Assert.Equal(Compute(alone, own, meta, 2).Total, Compute(a, new ForwardMode<double>(), meta, 2).Total);
    }

    [Fact]
    public void A_fresh_run_forgets_carried_tangents()
    {
        var forward = new ForwardMode<double>();
        InnerProblem<double> problem = Problem(StateCarry.CarryDifferentiable);
        MetaParameters<double> meta = problem.CreateMetaParameters();
        double[] first = Compute(problem, forward, meta, 0).Total;
        problem.Descent.Reset();
        Assert.Equal(first, Compute(problem, forward, meta, 0).Total);
    }

    [Fact]
    public void Reverse_mode_refuses_differentiable_carrying_by_name()
    {
        InnerProblem<double> problem = Problem(StateCarry.CarryDifferentiable);
        foreach (Hypergradient<double> mode in (Hypergradient<double>[])[new ReverseMode<double>(), new TruncatedReverseMode<double>(2)])
        {
            ArgumentException error = Assert.Throws<ArgumentException>(() => Compute(problem, mode, problem.CreateMetaParameters(), 0));
            Assert.Contains("CarryDetached", error.Message, StringComparison.Ordinal);
            Assert.Contains("forward mode", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(StateCarry.CarryDetached)]
    [InlineData(StateCarry.CarryDifferentiable)]
    public void The_outer_loop_carries_state_per_task_with_any_number_of_threads(StateCarry carry)
    {
        double[] Learn(int threads, StateCarry policy)
        {
            MetaLearner<double> learner = Learner(Families.Networks(4), policy, threads);
            learner.Learn();
            return learner.Meta.Raw.ToArray();
        }

        double[] one = Learn(1, carry);
        Assert.Equal(one, Learn(2, carry));
        Assert.Equal(one, Learn(3, carry));
        Assert.NotEqual(one, Learn(1, StateCarry.Reset));
    }

    [Fact]
    public void What_cannot_be_carried_is_refused()
    {
        ArgumentException endless = Assert.Throws<ArgumentException>(() => Learner(new EndlessQuartics(), StateCarry.CarryDetached, 1));
        Assert.Contains("needs a finite family", endless.Message, StringComparison.Ordinal);
        MetaLearner<double> learner = Learner(Families.Networks(2), StateCarry.CarryDetached, 1);
        learner.Learn();
        InvalidOperationException resumed = Assert.Throws<InvalidOperationException>(
            () => Learner(Families.Networks(2), StateCarry.CarryDetached, 1).Restore(learner.Meta.Raw, learner.Meta.Natural, learner.StepState, learner.History, null));
        Assert.Contains("can't be resumed", resumed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_that_diverged_is_forgotten()
    {
        InnerProblem<double> problem = Problem(StateCarry.CarryDetached);
        MetaParameters<double> meta = problem.CreateMetaParameters();
        problem.Descent.Start([1e200, 0], meta, Key(0));
        Assert.True(problem.Descent.Run().Diverged || !double.IsFinite(problem.Descent.State[0]));
        problem.Descent.Restore(3, [0, 0], [double.NaN, 0]);
        problem.Start(meta, Key(1));
        Assert.Equal(new double[2], problem.Descent.State.ToArray());
        Assert.False(problem.Descent.Run().Diverged);
    }

    private static MetaLearner<double> Learner(TaskDistribution<double> tasks, StateCarry carry, int threads) => new(
        tasks, new Sgd<double>(Momentum), new TaskInitialPoint<double>(), new Unroll(Steps, Carry: carry),
        new HypergradientStep<double>(new ForwardMode<double>(), new TrajectoryLoss<double>(), new Adam<double>(new AdamOptions { LearningRate = .05 })),
        new MetaLearnerOptions { OuterSteps = 4, TasksPerStep = 3, Threads = threads, StoppingChange = 0 });

    /// <summary>Central differences with a Richardson step of the second run's value; mu is moved in the runs from number <paramref name="from"/> on.</summary>
    private static double[] Differences(MetaParameters<double> meta, int from)
    {
        double[] natural = meta.Natural.ToArray(), result = new double[natural.Length];
        for (int i = 0; i < natural.Length; i++)
        {
            if (!meta.Entries.Last(e => e.Offset <= i).Spec.Learned)
            {
                InnerProblem<double> problem = Problem(StateCarry.CarryDifferentiable);
                var forward = new ForwardMode<double>();
                if (from == 1)
                    problem = Problem(StateCarry.CarryDetached);
                Compute(problem, forward, meta, 0);
                result[i] = Compute(problem, forward, meta, 1).Total[i];
                continue;
            }

            double Slope(double h)
            {
                double At(double step)
                {
                    double[] moved = [.. natural];
                    moved[i] += step;
                    var other = new MetaParameters<double>(meta);
                    other.SetNatural(moved);
                    InnerProblem<double> problem = Problem(StateCarry.CarryDetached);
                    Run(problem, from == 0 ? other : meta, 0);
                    return Run(problem, other, 1);
                }

                return (At(h) - At(-h)) / (2 * h);
            }

            result[i] = ((4 * Slope(5e-5)) - Slope(1e-4)) / 3;
        }

        return result;
    }

    private static double Run(InnerProblem<double> problem, MetaParameters<double> meta, uint outer)
    {
        problem.Start(meta, Key(outer));
        Assert.False(problem.Descent.Run().Diverged);
        double[] theta = problem.Descent.Theta.ToArray();
        return problem.Descent.Objective.Evaluate(theta, meta.Of(MetaPlace.Objective), BatchKey.Full, []);
    }

    private static (double[] Total, double Value) Compute(InnerProblem<double> problem, Hypergradient<double> hypergradient, MetaParameters<double> meta, uint outer)
    {
        double[] total = new double[meta.Length], direct = new double[meta.Length];
        HypergradientReport report = hypergradient.Compute(
            problem, new FinalLoss<double>().ForThread(problem.Descent.Rule, problem.Task.Layout), meta, Key(outer), total, direct);
        Assert.True(report.Succeeded, report.Verdict);
        return (total, report.Value);
    }

    private static BatchKey Key(uint outer) => new(5, 0, outer, 0);

    private static InnerProblem<double> Problem(StateCarry carry, double second = 1) => new(
        new ObjectiveTask<double>("carry", () => new QuarticObjective([2, .5, .5, second], [1, -1]), [.5, -.25]),
        new Sgd<double>(Momentum), new TaskInitialPoint<double>(), new Unroll(Steps, Carry: carry));
}
