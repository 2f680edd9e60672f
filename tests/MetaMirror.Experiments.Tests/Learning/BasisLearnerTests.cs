using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.MetaLearners;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Learning;

/// <summary>What the phases of learning choose, on tasks that punish the wrong choice.</summary>
public sealed class BasisLearnerTests
{
    private const double Center = 60;

    /// <summary>A large step overshoots the center by more than this leaves.</summary>
    private const double Fence = 62;

    [Fact]
    public void A_step_that_diverges_on_one_source_task_is_not_chosen()
    {
        // On the first task the large step is the better one; on the second it leaves the region where the loss is defined.
        LearnedRule<double> learned = Learn(Tasks(fragile: true), [0.02, 20])[0];
        Assert.Equal(0.02, Rate(learned));
        Assert.Equal(20, Rate(Learn(Tasks(fragile: false), [0.02, 20])[0]));
    }

    [Fact]
    public void All_steps_diverging_is_said_with_the_candidates()
    {
        MetaLearningDivergedException error = Assert.Throws<MetaLearningDivergedException>(() => Learn(Tasks(fragile: true), [20, 40]));
        Assert.Contains("20, 40", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_control_goes_through_the_same_choice_and_has_no_basis()
    {
        IReadOnlyList<LearnedRule<double>> rules = Learn(Tasks(fragile: false), [0.02, 0.2], controls: ["unlearned-basis"]);
        Assert.Equal(2, rules.Count);
        Assert.Equal(OptimizerRole.Control, rules[1].Role);
        LearnedBasis<double> rule = ((Chain<double>)rules[1].Rule).Members.OfType<LearnedBasis<double>>().Single();
        Assert.All(rule.Blocks, b => Assert.Equal(0, b.Rank));
    }

    [Fact]
    public void A_tracked_basis_is_learned_in_the_same_phases_with_its_own_control()
    {
        Plan plan = PlanFile.Read("sensors") with
        {
            Training = new TrainingPlan(Steps: 25),
            Controls = ["unlearned-tracked"],
            Learn = new TrackedLearning("metamirror-tracked", Ranks: [1], LargestColumns: 1, LargestRows: 0, RotateTracked: false, LargestAspect: 3, LearningRates: [0.02, 2], SourceLearningRate: 0.05, OuterSteps: 3, OuterLearningRate: 0.3),
        };
        IReadOnlyList<LearnedRule<double>> rules = RuleLearners.Create(plan, Tasks(fragile: false), new LearningSettings(), TimeProvider.System).Learn(TestContext.Current.CancellationToken);
        Assert.Equal(["metamirror-tracked", "unlearned-tracked"], rules.Select(r => r.Name));
        TrackedBasis<double>[] tracked = [.. rules.Select(r => ((Chain<double>)r.Rule).Members.OfType<TrackedBasis<double>>().Single())];
        Assert.Equal(new TrackedBasisOptions().LearningRate, tracked[1].Options.LearningRate);
        Assert.Contains(tracked[0].Options.LearningRate, new[] { 0.02, 2 });
        Assert.All(tracked, t => Assert.Equal((1, 0, false, 3), (t.Start[0].Rank, t.Options.LargestRows, t.Options.RotateTracked, t.Options.LargestAspect)));
        Assert.NotEqual(tracked[0].Start[0].Right.ToArray(), tracked[1].Start[0].Right.ToArray());
        Assert.True(rules[0].History[^1].Value < rules[0].History[0].Value);
    }

    [Fact]
    public void The_rank_is_chosen_with_the_step_and_the_average_is_deployed_while_the_rule_inside_is_refined()
    {
        Plan plan = PlanFile.Read("sensors") with
        {
            Training = new TrainingPlan(Steps: 25),
            Controls = ["unlearned-tracked"],
            Learn = new TrackedLearning("metamirror-tracked", Ranks: [1, 2], LargestColumns: 1, LearningRates: [0.02, 0.2], SourceLearningRate: 0.05, OuterSteps: 2, AveragePower: 4),
        };
        var told = new List<LearningProgress>();
        RuleLearner<double> learner = RuleLearners.Create(plan, Tasks(fragile: false), new LearningSettings(), TimeProvider.System, new Told(told.Add));
        IReadOnlyList<LearnedRule<double>> rules = learner.Learn(TestContext.Current.CancellationToken);
        AveragedIterates<double>[] averages = [.. rules.Select(r => Assert.IsType<AveragedIterates<double>>(r.Rule))];
        Assert.All(averages, a => Assert.Equal(4, a.Power));
        TrackedBasis<double>[] tracked = [.. averages.Select(a => ((Chain<double>)a.Rule).Members.OfType<TrackedBasis<double>>().Single())];

        // Both steps with one column, then both with two: the lowest mean loss decides.
        double[] values = [.. told.Where(p => p.Phase == "step").Select(p => p.Value)];
        int best = Array.IndexOf(values, values.Min());
        Assert.Equal((1 + (best / 2), best % 2 == 0 ? 0.02 : 0.2), (tracked[0].Start[0].Rank, tracked[0].Options.LearningRate));
        Assert.Equal(4, values.Distinct().Count());

        // The control is given the larger one: it has nothing to choose by.
        Assert.Equal(2, tracked[1].Start[0].Rank);
        Assert.Equal(2, told.Count(p => p.Phase == "refinement"));
    }

    [Theory]
    [InlineData(new[] { ScheduleName.Linear, ScheduleName.Constant })]
    [InlineData(new[] { ScheduleName.Constant, ScheduleName.Linear })]
    public void The_schedule_is_chosen_with_the_step(ScheduleName[] schedules)
    {
        // Steps far too short: the one that stays constant goes farthest.
        Plan plan = PlanFile.Read("sensors") with
        {
            Training = new TrainingPlan(Steps: 25),
            Learn = new TrackedLearning("metamirror-tracked", LearningRates: [1e-4], Schedules: schedules, SourceLearningRate: 0.05),
        };
        LearnedRule<double> learned = RuleLearners.Create(plan, Tasks(fragile: false), new LearningSettings(), TimeProvider.System).Learn(TestContext.Current.CancellationToken)[0];
        Assert.IsType<TrackedBasis<double>>(learned.Rule);
    }

    [Fact]
    public void A_random_start_has_nothing_of_the_statistics()
    {
        TrackedBasis<double> Start(BasisStart start) => Only<TrackedBasis<double>>(
            Learned(new TrackedLearning("metamirror-tracked", Ranks: [1], LargestColumns: 1, LearningRates: [1], SourceLearningRate: 0.05, Start: start)));
        var random = Start(BasisStart.Random);
        Assert.All(random.Start, b => Assert.All(b.Prior.ToArray(), p => Assert.Equal(0, p)));
        Assert.Equal(TrackedBasis<double>.Unlearned(Tasks(fragile: false).Layout, random.Options).Start[0].Right.ToArray(), random.Start[0].Right.ToArray());
        Assert.NotEqual(Start(BasisStart.Statistics).Start[0].Right.ToArray(), random.Start[0].Right.ToArray());
    }

    [Fact]
    public void An_identity_basis_keeps_the_mean_squared_gradient_of_each_entry_as_prior()
    {
        LearnedRule<double> learned = Learned(new BasisLearning("metamirror-basis", LearningRates: [1], SourceLearningRate: 0.05, OuterSteps: 0, Basis: BasisStart.Identity));
        BasisBlock<double> block = Only<LearnedBasis<double>>(learned).Blocks[0];
        Assert.True(block.IsFull);
        Assert.Equal([1, 0, 0, 1], block.Right.ToArray());
        Assert.True(block.Left.IsEmpty);

        // All entries of the bowl start and move alike.
        Assert.All(block.Prior.ToArray(), p => Assert.Equal(block.Prior[0], p));
        Assert.True(block.Prior[0] > 1);
    }

    [Fact]
    public void Constants_of_the_learned_rule_are_the_plans_and_those_of_the_control_the_library_s()
    {
        IReadOnlyList<LearnedRule<double>> rules = All(
            new TrackedLearning("metamirror-tracked", LearningRates: [1], SourceLearningRate: 0.05, Momentum: 0.8, Averaging: 0.95, Exponents: [0.4], TrustRegion: 0), ["unlearned-tracked"]);
        TrackedBasisOptions learned = Only<TrackedBasis<double>>(rules[0]).Options, control = Only<TrackedBasis<double>>(rules[1]).Options, defaults = new();
        Assert.Equal((0.8, 0.95, 0.4, double.PositiveInfinity), (learned.Momentum, learned.Averaging, learned.Exponent, learned.TrustRegion));
        Assert.Equal((defaults.Momentum, defaults.Averaging, defaults.Exponent, defaults.TrustRegion), (control.Momentum, control.Averaging, control.Exponent, control.TrustRegion));
    }

    [Fact]
    public void The_source_tasks_choose_the_exponent_with_its_step()
    {
        TrackedLearning learning = new("metamirror-tracked", LearningRates: [0.02, 1], SourceLearningRate: 0.05, Exponents: [0.3, 0.7]);
        var alone = new Dictionary<(double Exponent, double Rate), double>();
        foreach (StepCandidate c in ((IStatisticsLearning)learning).Candidates)
            alone.Add((c.Exponent, c.LearningRate), Learned(learning with { Exponents = [c.Exponent], LearningRates = [c.LearningRate] }).History[^1].Value);
        KeyValuePair<(double Exponent, double Rate), double>[] sorted = [.. alone.OrderBy(p => p.Value)];
        Assert.Equal(4, sorted.Length);

        // Choice and check see different starts: only a clear winner must be the same.
        Assert.True(sorted[0].Value < 0.9 * sorted[1].Value, $"{sorted[0]} {sorted[1]}");
        foreach (TrackedLearning order in new[] { learning, learning with { Exponents = [0.7, 0.3], LearningRates = [1, 0.02] } })
        {
            LearnedRule<double> rule = Learned(order);
            Assert.Equal(sorted[0].Key, (Only<TrackedBasis<double>>(rule).Options.Exponent, Rate(rule)));
        }
    }

    [Fact]
    public void A_step_factor_lengthens_what_is_deployed_and_not_what_is_chosen()
    {
        TrackedLearning learning = new("metamirror-tracked", LearningRates: [0.02, 0.2], SourceLearningRate: 0.05);
        IReadOnlyList<LearnedRule<double>> plain = All(learning, ["unlearned-tracked"]), longer = All(learning with { StepFactor = 3 }, ["unlearned-tracked"]);
        for (int i = 0; i < 2; i++)
            Assert.Equal(3 * Rate(plain[i]), Rate(longer[i]), 1e-12);
    }

    [Fact]
    public void The_schedule_is_learned_where_the_plan_says_so()
    {
        LearnedRule<double> learned = Learned(
            new TrackedLearning("metamirror-tracked", LearningRates: [1], SourceLearningRate: 0.05, OuterSteps: 5, OuterLearningRate: 0.2, Schedules: [ScheduleName.InverseTime], Learn: ["schedule"]));
        Assert.EndsWith("decay", Assert.Single(learned.Rule.MetaSpecs(learned.Layout), s => s.Learned).Name, StringComparison.Ordinal);

        // The center is far and the step short: decay falls.
        Assert.True(learned.Natural[0] < 3, $"decay {learned.Natural[0]}");
    }

    [Fact]
    public void A_refinement_that_makes_things_worse_is_dropped()
    {
        // The best step of the first task is far outside what the fence of the second allows: the one outer step goes there.
        LearnedRule<double> learned = Learned(
            new TrackedLearning("metamirror-tracked", LearningRates: [2], SourceLearningRate: 0.05, OuterSteps: 1, OuterLearningRate: 6, Learn: ["learning_rate"]), fragile: true);
        Assert.Equal(2, Rate(learned));
        Assert.StartsWith("The refinement by hypergradient was dropped: ", Assert.Single(learned.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refinement_whose_runs_all_diverge_is_dropped()
    {
        LearnedRule<double> learned = Learned(
            new TrackedLearning("metamirror-tracked", LearningRates: [0.2], SourceLearningRate: 0.05, OuterSteps: 3, OuterLearningRate: 60, Learn: ["learning_rate"]), fragile: true);
        Assert.Equal(0.2, Rate(learned), 1e-12);
        Assert.Contains("diverged", Assert.Single(learned.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refinement_that_helps_is_kept_without_a_word()
    {
        LearnedRule<double> learned = Learned(
            new TrackedLearning("metamirror-tracked", LearningRates: [0.2], SourceLearningRate: 0.05, OuterSteps: 3, OuterLearningRate: 0.1, Learn: ["learning_rate"]));
        Assert.True(Rate(learned) > 0.2);
        Assert.Empty(learned.Notes);
    }

    [Fact]
    public void A_refinement_that_is_canceled_leaves_the_rule_before_it_with_the_step_factor()
    {
        using var source = new CancellationTokenSource();
        Plan plan = PlanFile.Read("sensors") with
        {
            Training = new TrainingPlan(Steps: 25),
            Controls = [],
            Learn = new TrackedLearning("metamirror-tracked", LearningRates: [0.2], SourceLearningRate: 0.05, OuterSteps: 50, OuterLearningRate: 0.1, Learn: ["learning_rate"], StepFactor: 3),
        };
        RuleLearner<double> learner = RuleLearners.Create(plan, Tasks(fragile: false), new LearningSettings(), TimeProvider.System, new CancelsIn("refinement", source));
        Assert.Throws<OperationCanceledException>(() => learner.Learn(source.Token));
        Assert.Equal(0.6, Rate(learner.BestSoFar!), 1e-12);
    }

    private sealed class CancelsIn(string phase, CancellationTokenSource source) : IProgress<LearningProgress>
    {
        public void Report(LearningProgress value)
        {
            if (value.Phase == phase)
                source.Cancel();
        }
    }

    [Fact]
    public void Refinement_lowers_the_meta_objective()
    {
        LearnedRule<double> learned = Learn(Tasks(fragile: false), [1], outerSteps: 15)[0];
        Assert.True(learned.History[^1].Value < 0.9 * learned.History[0].Value, $"{learned.History[0].Value} then {learned.History[^1].Value}");
    }

    [Fact]
    public void Gradients_that_are_not_finite_are_unlike_those_of_meta_training()
    {
        var seen = new FirstGradients(1, 2);
        Assert.True(seen.Covers(new FirstGradients(0.5, 5)));
        Assert.False(seen.Covers(new FirstGradients(0.05, 2)));
        Assert.False(seen.Covers(new FirstGradients(1, 21)));
        Assert.False(seen.Covers(new FirstGradients(double.PositiveInfinity, 0)));

        var broken = new ObjectiveTask<double>("broken", () => new DelegateObjective<double>(ParameterLayout.Vector(2), (theta, in batch, gradient) => double.NaN), [1, 1]);
        var contender = new Contender<double>("sgd", OptimizerRole.Baseline, new Sgd<double>(new SgdOptions { LearningRate = 0.1 }));
        Assert.False(seen.Covers(FirstGradients.Of([broken], contender, fullBatch: true, seed: 0)));
    }

    [Fact]
    public void A_contender_with_too_few_learned_values_is_refused()
    {
        var contender = new Contender<double>("short", OptimizerRole.Learned, new Sgd<double>(new SgdOptions { LearningRate = 0.1 })) { RuleValues = [0.1] };
        ArgumentException error = Assert.Throws<ArgumentException>(() => contender.MetaFor(Bowl(fence: false)));
        Assert.Contains("brings 1 learned values", error.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<LearnedRule<double>> Learn(TaskFamily<double> tasks, double[] rates, string[]? controls = null, int outerSteps = 0)
    {
        Plan plan = PlanFile.Read("sensors") with
        {
            Training = new TrainingPlan(Steps: 25),
            Controls = controls ?? [],
            Learn = new BasisLearning("metamirror-basis", Rank: 2, LearningRates: rates, SourceLearningRate: 0.05, OuterSteps: outerSteps, OuterLearningRate: 0.3, Warmup: 0),
        };
        return RuleLearners.Create(plan, tasks, new LearningSettings(), TimeProvider.System).Learn(TestContext.Current.CancellationToken);
    }

    private static LearnedRule<double> Learned(LearningPlan learning, bool fragile = false) => All(learning, [], fragile)[0];

    private static IReadOnlyList<LearnedRule<double>> All(LearningPlan learning, string[] controls, bool fragile = false)
    {
        Plan plan = PlanFile.Read("sensors") with { Training = new TrainingPlan(Steps: 25), Controls = controls, Learn = learning };
        return RuleLearners.Create(plan, Tasks(fragile), new LearningSettings(), TimeProvider.System).Learn(TestContext.Current.CancellationToken);
    }

    private static TRule Only<TRule>(LearnedRule<double> learned) => ((Chain<double>)learned.Rule).Members.OfType<TRule>().Single();

    private static double Rate(LearnedRule<double> learned)
    {
        int index = learned.Rule.MetaSpecs(learned.Layout).ToList().FindIndex(s => s.Name.EndsWith("learning_rate", StringComparison.Ordinal));
        return learned.Natural[index];
    }

    private static TaskFamily<double> Tasks(bool fragile) => new(
    [
        new ObjectiveTask<double>("open", () => Bowl(fence: false), [1, 1, 1, 1]),
        new ObjectiveTask<double>("fenced", () => Bowl(fence: fragile), [1, 1, 1, 1]),
    ]);

    /// <summary>1/2 sum (theta - Center)^2 on a 2x2 weight; with a fence the loss is undefined outside |theta| &lt;= Fence.</summary>
    private static DelegateObjective<double> Bowl(bool fence) => new(
        new ParameterLayout(("weight", [2, 2])),
        (theta, in batch, gradient) =>
        {
            double value = 0;
            for (int i = 0; i < theta.Length; i++)
            {
                double d = theta[i] - Center;
                value += fence && Math.Abs(theta[i]) > Fence ? double.NaN : d * d / 2;
                if (!gradient.IsEmpty)
                    gradient[i] = d;
            }

            return value;
        });
}
