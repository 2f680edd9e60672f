using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Learning;

/// <summary>Tasks held out in turn share the source runs of the others, to the same bits as learning for each alone.</summary>
public sealed class SharedSourceRunsTests
{
    private static readonly DatasetCatalogue Data = new(new DataLocations());

    private static readonly Plan Digits = PlanFile.Read("rotated-digits") with
    {
        Training = new TrainingPlan(12, 16),
        Learn = new TrackedLearning("metamirror-tracked", Ranks: [4], LargestColumns: 40, SourceLearningRate: 0.004, LearningRates: [0.02, 0.05]),
        Also = [new BasisLearning("metamirror-basis", Rank: 4, OuterSteps: 0, SourceLearningRate: 0.004)],
        Baselines = ["adam"],
        Tuning = new TuningPlan(),
        Seeds = 1,
    };

    [Fact]
    public void What_is_learned_is_the_same_whether_runs_are_shared_or_not()
    {
        PlanComparisonResult<float> both = Compare("rotation-15", "rotation-60");
        for (int i = 0; i < 2; i++)
        {
            IReadOnlyList<LearnedRule<float>> alone = Compare(i == 0 ? "rotation-15" : "rotation-60").Learned[0];
            Assert.Equal(alone.Select(r => r.Name), both.Learned[i].Select(r => r.Name));
            Assert.All(alone.Zip(both.Learned[i]), pair => Assert.Equal(Values(pair.First), Values(pair.Second)));
            Assert.Equal(alone.Select(r => r.Cost.Gradients), both.Learned[i].Select(r => r.Cost.Gradients));
        }
    }

    [Fact]
    public void Each_task_is_run_once()
    {
        var runs = new List<LearningProgress>();
        Compare(["rotation-15", "rotation-60"], runs);

        // Five tasks in one outer step, then the one that was held out first.
        Assert.Equal(2, runs.Count(r => r.Phase == "source runs"));
    }

    [Fact]
    public void Learning_to_a_file_gives_what_the_comparison_learned()
    {
        string folder = Directory.CreateTempSubdirectory("metamirror-").FullName;
        try
        {
            PlanLearningResult<float> learned = new PlanLearning<float>(Digits with { Also = [] }, Data, new LearningSettings(1), TimeProvider.System)
                .Run(Path.Combine(folder, "a.safetensors"), "rotation-15", false, [], TestContext.Current.CancellationToken);
            Assert.Equal(Values(Compare("rotation-15").Learned[0][0]), Values(learned.Learned));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_part_of_a_family_keeps_its_streams_and_wrong_numbers_are_refused()
    {
        LearningTask<double>[] tasks = [.. Enumerable.Range(0, 2).Select(i => new ObjectiveTask<double>($"task-{i}", () => new Objectives.QuadraticObjective<double>([2], [1]), [.5]))];

        Assert.Equal([0, 1], Enumerable.Range(0, 2).Select(new TaskFamily<double>(tasks).StreamOf));
        Assert.Equal([3, 1], Enumerable.Range(0, 2).Select(new TaskFamily<double>(tasks, [3, 1]).StreamOf));
        Assert.Contains("one distinct number", Assert.Throws<ArgumentException>(() => new TaskFamily<double>(tasks, [1, 1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TaskFamily<double>(tasks, [1]));
        Assert.Throws<ArgumentException>(() => new TaskFamily<double>(tasks, [-1, 0]));
    }

    private static PlanComparisonResult<float> Compare(params string[] heldOut) => Compare(heldOut, []);

    private static PlanComparisonResult<float> Compare(string[] heldOut, List<LearningProgress> told) =>
        new PlanComparison<float>(Digits, Data, new LearningSettings(1, 2), TimeProvider.System) { LearningProgress = Telling(told) }
            .Run(heldOut, cancellationToken: TestContext.Current.CancellationToken);

    // Bases are constants of the rule: its description and its numbers together are what was learned.
    private static float[] Values(LearnedRule<float> rule) =>
        [.. rule.Natural, .. Blocks(rule.Rule).SelectMany(b => (float[])[.. b.Right.ToArray(), .. b.Left.ToArray()])];

    private static IEnumerable<BasisBlock<float>> Blocks(UpdateRule<float> rule) => rule switch
    {
        Chain<float> chain => chain.Members.SelectMany(Blocks),
        TrackedBasis<float> tracked => tracked.Start,
        LearnedBasis<float> basis => basis.Blocks,
        _ => [],
    };

    /// <summary>Tasks are learned on side by side.</summary>
    private static Told Telling(List<LearningProgress> told) => new(p =>
    {
        lock (told)
            told.Add(p);
    });
}
