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
            Learn = new TrackedLearning("metamirror-tracked", Rank: 1, LargestColumns: 1, LearningRates: [0.02, 2], SourceLearningRate: 0.05, OuterSteps: 3, OuterLearningRate: 0.3),
        };
        IReadOnlyList<LearnedRule<double>> rules = RuleLearners.Create(plan, Tasks(fragile: false), new LearningSettings(), TimeProvider.System).Learn(TestContext.Current.CancellationToken);
        Assert.Equal(["metamirror-tracked", "unlearned-tracked"], rules.Select(r => r.Name));
        TrackedBasis<double>[] tracked = [.. rules.Select(r => ((Chain<double>)r.Rule).Members.OfType<TrackedBasis<double>>().Single())];
        Assert.Equal(new TrackedBasisOptions().LearningRate, tracked[1].Options.LearningRate);
        Assert.Contains(tracked[0].Options.LearningRate, new[] { 0.02, 2 });
        Assert.All(tracked, t => Assert.Equal(1, t.Start[0].Rank));
        Assert.NotEqual(tracked[0].Start[0].Right.ToArray(), tracked[1].Start[0].Right.ToArray());
        Assert.True(rules[0].History[^1].Value < rules[0].History[0].Value);
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
