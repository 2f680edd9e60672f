using MetaMirror.Divergences;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Learning;

/// <summary>Learners of matrix metrics, and several learned optimizers in one plan.</summary>
public sealed class MatrixLearnerTests
{
    private static readonly Plan Rotated = PlanFile.Read("rotated-quadratic") with { Family = new RotatedQuadraticPlan(true, 8, 12, 2), Training = new TrainingPlan(60) };
    private static readonly Plan Digits = PlanFile.Read("rotated-digits") with { Training = new TrainingPlan(12, 16), Controls = ["unlearned-basis", "unlearned-tracked"] };

    [Fact]
    public void The_full_matrix_helps_where_a_diagonal_cannot()
    {
        IReadOnlyList<LearnedRule<double>> rules = Learn<double>(Rotated);

        Assert.Equal(["metamirror-full", "metamd-diagonal", "unlearned-mirror"], rules.Select(r => r.Name));
        Assert.Equal([OptimizerRole.Learned, OptimizerRole.Learned, OptimizerRole.Control], rules.Select(r => r.Role));
        double full = Loss(rules[0]), diagonal = Loss(rules[1]);
        Assert.True(full < 1e-6 * diagonal, $"After 20 steps the full matrix left {full}, the diagonal {diagonal}.");
    }

    [Fact]
    public void One_control_of_all_learned_metrics_steps_by_a_tenth_of_the_gradient()
    {
        Assert.Contains("unlearned-mirror", Rotated.Controls);
        IReadOnlyList<LearnedRule<double>> rules = Learn<double>(Rotated with { Learn = new MatrixLearning("metamirror-full", OuterSteps: 1) });
        LearnedRule<double> control = Assert.Single(rules, r => r.Role == OptimizerRole.Control);
        Assert.Equal("unlearned-mirror", control.Name);
        Assert.Equal("nothing learned, nothing chosen", control.ToContender().Tuning.Method);
        Assert.Equal("diagonal", Assert.IsType<MirrorDescent<double>>(control.Rule).Divergence.Name);
        Assert.Equal([.. Enumerable.Repeat(1.0, control.Layout.Length), 0.1], control.Natural.AsSpan().ToArray());
    }

    [Fact]
    public void In_the_eigenbasis_the_diagonal_is_as_good()
    {
        Plan plan = Rotated with { Family = new RotatedQuadraticPlan(false, 8, 12, 2) };
        IReadOnlyList<LearnedRule<double>> rules = Learn<double>(plan);

        Assert.True(Loss(rules[1], plan) <= Math.Max(Loss(rules[0], plan), 1e-12));
    }

    [Fact]
    public void Refinement_lowers_its_objective_and_momentum_schedule_and_trust_region_are_deployed()
    {
        var learning = new MatrixLearning(
            "metamirror-full", OuterSteps: 2, LearningRates: [0.05, 0.1], Momentum: 0.5, TrustRegion: 1, Schedule: ScheduleName.Linear, RefinementSteps: 4, RefinementInnerSteps: 20);
        LearnedRule<double> rule = Learn<double>(Rotated with { Learn = learning, Also = [] })[0];

        // Its outer steps, and the check of what came of them.
        Assert.Equal(4 + 1, rule.History.Length);
        Assert.True(rule.History[^2].Value < rule.History[0].Value);
        Assert.Empty(rule.Notes);
        Assert.Equal(["nesterov", "trust-region"], rule.Rule.Mirror(rule.Layout)!.Company.Select(c => c.Rule.Name.Split('(')[0]).Where(n => n is "nesterov" or "trust-region").Order());
    }

    [Fact]
    public void A_refinement_that_makes_things_worse_is_dropped()
    {
        var learning = new MatrixLearning("metamirror-full", OuterSteps: 2, LearningRates: [0.05], RefinementSteps: 1, OuterLearningRate: 5);
        LearnedRule<double> refined = Learn<double>(Rotated with { Learn = learning, Also = [] })[0];
        LearnedRule<double> closedForm = Learn<double>(Rotated with { Learn = learning with { RefinementSteps = 0 }, Also = [] })[0];

        Assert.Equal(closedForm.Natural, refined.Natural);
        Assert.StartsWith("The refinement by hypergradient was dropped: ", Assert.Single(refined.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_step_that_diverges_is_an_error_that_names_the_steps()
    {
        var learning = new MatrixLearning("metamirror-full", OuterSteps: 1, LearningRates: [1e6, 1e7]);
        var error = Assert.Throws<MetaLearningDivergedException>(() => Learn<double>(Rotated with { Learn = learning, Also = [] }));
        Assert.Contains("Every candidate step of metamirror-full (1000000, 10000000) diverged", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metamirror-full")]
    [InlineData("metamirror-kronecker")]
    public void Statistics_alone_give_the_metric(string name)
    {
        var learning = new MatrixLearning(name, OuterSteps: 1, LearningRate: 0.1, RelativeFloor: 1e-3);
        Plan plan = Rotated with { Learn = learning, Also = [] };
        TaskFamily<double> family = Family<double>(plan);
        RuleLearner<double> first = RuleLearners.Create(plan, family, new LearningSettings(1), TimeProvider.System, keeps: BoundStatisticsOptions.Everything);
        first.Learn(TestContext.Current.CancellationToken);
        LearnedRule<double> again = RuleLearners.Create(plan, family, new LearningSettings(1), TimeProvider.System, statistics: first.Collected)
            .Learn(TestContext.Current.CancellationToken)[0];

        Assert.All(again.Natural, x => Assert.True(double.IsFinite(x)));
        Assert.Empty(again.History);
        Assert.Equal(name == "metamirror-full", again.Rule.Mirror(again.Layout)!.Divergence is FullMatrixDivergence<double>);
    }

    [Fact]
    public void Several_learned_optimizers_of_networks_share_the_runs_that_they_start_with()
    {
        Plan plan = Digits with
        {
            Learn = new TrackedLearning("metamirror-tracked", Ranks: [4], LargestColumns: 40, SourceLearningRate: 0.004),
            Also =
            [
                new BasisLearning("metamirror-basis", Rank: 4, OuterSteps: 0, SourceLearningRate: 0.004),
                new MatrixLearning("metamirror-kronecker", OuterSteps: 0, Start: MetricStart.FourthRoots, TrustRegion: 1, LearningRates: [0.05], Schedule: ScheduleName.Linear),
            ],
        };
        var phases = new List<string>();
        IReadOnlyList<LearnedRule<float>> rules = RuleLearners.LearnAll(
            plan, Family<float>(plan), new LearningSettings(1), TimeProvider.System, new Told(p => phases.Add(p.Phase)), TestContext.Current.CancellationToken);

        Assert.Equal(["metamirror-tracked", "metamirror-basis", "metamirror-kronecker", "unlearned-tracked", "unlearned-basis"], rules.Select(r => r.Name));
        Assert.Single(phases, p => p == "source runs");
        Assert.All(rules, r => Assert.All(r.Natural, x => Assert.True(float.IsFinite(x))));
    }

    [Fact]
    public void Plans_with_several_learned_optimizers_are_read_written_and_checked()
    {
        Plan plan = Rotated with { Also = [new MatrixLearning("metamirror-kronecker", Tails: [0, 3]), .. Rotated.Also] };
        Plan again = PlanJson.Read(PlanJson.ToText(plan), "p.json");

        Assert.Equal(PlanJson.ToText(plan), PlanJson.ToText(again));
        Assert.Equal([0, 3], Assert.IsType<MatrixLearning>(again.Also[0]).Tails);
        Assert.Contains("$.also[0].optimizer: expected a name that is not learned already", Mistakes(plan with { Also = [plan.Learn!] }), StringComparison.Ordinal);
        Assert.Contains("$.learn: expected an object with 'optimizer'", Mistakes(plan with { Learn = null }), StringComparison.Ordinal);
        Assert.Contains("$.learn.start: expected unit", Mistakes(plan with { Learn = new MatrixLearning("metamirror-full", Start: MetricStart.FourthRoots), Also = [] }), StringComparison.Ordinal);
        Assert.Contains("$.learn.outerSteps: expected outerSteps or refinementSteps above 0", Mistakes(plan with { Learn = new MatrixLearning("metamirror-full", OuterSteps: 0), Also = [] }), StringComparison.Ordinal);
    }

    private static string Mistakes(Plan plan) => Assert.Throws<PlanException>(() => PlanJson.Read(PlanJson.ToText(plan), "p.json")).Message;

    private static IReadOnlyList<LearnedRule<T>> Learn<T>(Plan plan)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> =>
        RuleLearners.LearnAll(plan, Family<T>(plan), new LearningSettings(1), TimeProvider.System, cancellationToken: TestContext.Current.CancellationToken);

    // The first task is held out.
    private static TaskFamily<T> Family<T>(Plan plan)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> =>
        new(PlanTasks.Of<T>(plan, new DatasetCatalogue(new DataLocations()), 1).Skip(1).Select(t => t.TrainingOnly()));

    /// <summary>Loss above the least after 20 steps on the held-out task, relative to that at the start.</summary>
    private static double Loss(LearnedRule<double> rule, Plan? plan = null)
    {
        SupervisedTask<double> task = PlanTasks.Of<double>(plan ?? Rotated, new DatasetCatalogue(new DataLocations()), 1)[0];
        var problem = new Descents.InnerProblem<double>(task, rule.Rule, new InitialPoints.TaskInitialPoint<double>(), new Descents.Unroll(20, FullBatch: true));
        problem.Start(rule.ToContender().MetaFor(problem.Descent.Objective), new BatchKey(1, 0, 0, 0));
        problem.Descent.Evaluate();
        double first = problem.Descent.Loss;
        var end = new MetaLearners.StatisticsObserver<double>(new BoundStatistics(rule.Layout, BoundStatisticsOptions.Diagonal));
        problem.Descent.Run(end, TestContext.Current.CancellationToken);
        problem.Descent.Evaluate();
        return problem.Descent.Loss / first;
    }
}
