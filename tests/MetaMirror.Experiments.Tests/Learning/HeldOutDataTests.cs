using MetaMirror.Datasets;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Tests.Learning;

/// <summary>Learning never reads validation or test data: those splits throw on access, and learning ends well all the same.</summary>
public sealed class HeldOutDataTests
{
    private static readonly Plan Digits = PlanFile.Read("rotated-digits") with { Training = new TrainingPlan(12, 16) };

    public static TheoryData<string> Learners => [.. Plans.Keys];

    private static readonly Dictionary<string, LearningPlan> Plans = new(StringComparer.Ordinal)
    {
        ["basis with control and refinement"] = new BasisLearning("metamirror-basis", Rank: 4, LearningRates: [0.008, 0.024], OuterSteps: 2),
        ["tracked with control and refinement"] = new TrackedLearning("metamirror-tracked", Ranks: [4], LargestColumns: 40, LearningRates: [0.008, 0.016], OuterSteps: 2),
        ["basis without refinement"] = new BasisLearning("metamirror-basis", Rank: 4, OuterSteps: 0),
        ["Kronecker metric, closed form and refinement"] = new MatrixLearning("metamirror-kronecker", OuterSteps: 2, RelativeFloor: 1e-2, RefinementSteps: 2),
        ["element-wise rates through whole runs"] = new UnrolledLearning("meta-sgd", OuterSteps: 2),
        ["matrices of each mode through whole runs"] = new UnrolledLearning("meta-curvature", OuterSteps: 2),
        ["linear warps for one step from each point"] = new UnrolledLearning("warp-grad", OuterSteps: 2),
        ["an LSTM on each coordinate"] = new NeuralLearning("lstm-rule", OuterSteps: 2),
        ["a network on each coordinate's momenta"] = new NeuralLearning("mlp-rule", OuterSteps: 2),
        ["rates from sums over tasks"] = new ArubaLearning("aruba-plus", OuterSteps: 2, Coefficients: [0, 1]),
        ["schedules by shared forward mode"] = new FdsLearning("fds", OuterSteps: 2),
        ["diagonal, closed form"] = new MetaMdLearning("metamd-diagonal", OuterSteps: 2),
        ["diagonal as printed, relaxed bound, reverse"] =
            new MetaMdLearning("metamd-diagonal-printed", 2, MetaObjective: MetaObjectiveName.RelaxedRegretBound, Hypergradient: HypergradientName.Reverse),
        ["maximum of three, regret bound"] = new MetaMdLearning("metamd-max3", 2, Hypergradient: HypergradientName.Reverse),
        ["maximum of three as printed, trajectory loss, truncated"] =
            new MetaMdLearning("metamd-max3-printed", 2, MetaObjective: MetaObjectiveName.TrajectoryLoss, Hypergradient: HypergradientName.TruncatedReverse, Window: 3),
        ["diagonal, final loss"] = new MetaMdLearning("metamd-diagonal", 2, MetaObjective: MetaObjectiveName.FinalLoss, Hypergradient: HypergradientName.Reverse),
    };

    [Theory]
    [MemberData(nameof(Learners))]
    public void Learners_read_training_data_only(string name)
    {
        Plan plan = Digits with { Learn = Plans[name], Controls = [Plans[name] is TrackedLearning ? "unlearned-tracked" : "unlearned-basis"] };
        SupervisedTask<float>[] tasks = [.. Tasks().Select(t => WithForbiddenSplits(t))];

        IReadOnlyList<LearnedRule<float>> rules = RuleLearners.Create(plan, new TaskFamily<float>(tasks), new LearningSettings(1), TimeProvider.System)
            .Learn(TestContext.Current.CancellationToken);

        Assert.All(tasks, t => Assert.True(t.Data.Train.IsRead));
        Assert.All(rules, r => Assert.All(r.Natural, x => Assert.True(float.IsFinite(x))));
        Assert.Equal(plan.Learn is IStatisticsLearning ? 2 : 1, rules.Count);
    }

    [Fact]
    public void The_test_data_of_the_real_tasks_stay_unread()
    {
        SupervisedTask<float>[] tasks = [.. Tasks()];
        Plan plan = Digits with { Learn = Plans["basis without refinement"] };

        RuleLearners.Create(plan, new TaskFamily<float>(tasks.Select(t => t.TrainingOnly())), new LearningSettings(1), TimeProvider.System)
            .Learn(TestContext.Current.CancellationToken);

        Assert.All(tasks, t => Assert.False(t.Data.Test!.IsRead));
    }

    [Fact]
    public void A_meta_objective_that_wants_validation_data_is_stopped_by_name()
    {
        // The guard bites: the control that reads validation data can't learn on what learners get.
        Plan plan = Digits with { Learn = new MetaMdLearning("metamd-diagonal", 1, MetaObjective: MetaObjectiveName.ValidationLoss, Hypergradient: HypergradientName.Reverse) };
        SupervisedTask<float>[] tasks = [.. Tasks().Select(WithForbiddenSplits)];

        var error = Assert.Throws<InvalidOperationException>(
            () => RuleLearners.Create(plan, new TaskFamily<float>(tasks), new LearningSettings(1), TimeProvider.System).Learn(TestContext.Current.CancellationToken));

        Assert.Contains("'validation of rotation-15' must not be read", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<SupervisedTask<float>> Tasks() => PlanTasks.Of<float>(Digits, new DatasetCatalogue(new DataLocations()), 1).Skip(1).Take(2);

    private static SupervisedTask<float> WithForbiddenSplits(SupervisedTask<float> task) => new(
        new TaskData<float>(
            task.Name, DataSplit<float>.Lazily("train", () => task.Data.Train.Examples),
            DataSplit<float>.Forbidden($"validation of {task.Name}"), DataSplit<float>.Forbidden($"test of {task.Name}")),
        task.Network, task.Options);
}
