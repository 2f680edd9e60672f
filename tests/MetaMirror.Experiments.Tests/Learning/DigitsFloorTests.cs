using System.Text.Json;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tests.Conventions;
using MetaMirror.Numerics;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Learning;

/// <summary>Case A36: the digits 64-32-10, batches of 64, 3 seeds. Classic optimizers reach the printed losses, a learned one needs at most 100 steps to .1.</summary>
public sealed class DigitsFloorTests
{
    /// <summary>
    /// The printed losses are means over other initial weights and batches (drawn in epochs; ours with replacement). Between seeds they differ by 5 to 15 %,
    /// so the mean of three has a standard error of 3 to 9 %, twice over for two such means: a quarter holds for all of them.
    /// </summary>
    private const double Band = 0.25;

    /// <summary>The same for the share of right answers of 450: two standard errors of a proportion, around the printed range.</summary>
    private const double AccuracyBand = 0.025;

    private static readonly Plan Plan = PlanFile.Read("rotated-digits");
    private static readonly DatasetCatalogue Datasets = new(new DataLocations());
    private static readonly JsonElement Fixture = Read("digits-floor.json");

    public static TheoryData<string> Classics => ["SGD", "SGD-M", "Adam", "RMSprop"];

    [Theory]
    [MemberData(nameof(Classics))]
    public void Classic_optimizers_reach_the_printed_losses(string name)
    {
        JsonElement rule = Fixture.GetProperty("rules").EnumerateArray().Single(r => r.GetProperty("rule").ValueEquals(name));
        RunRecord[] runs = Run(new Contender<float>(name, OptimizerRole.Baseline, Classic(name, rule.GetProperty("lr").GetDouble())), everySteps: 20);

        double[] printed = Numbers(rule.GetProperty("train_loss")), at = Numbers(Fixture.GetProperty("loss_at_steps"));
        for (int i = 0; i < at.Length; i++)
        {
            double mean = runs.Average(r => r.Losses[(int)at[i] / 20]);
            Assert.True(Math.Abs(mean - printed[i]) <= Band * printed[i], $"{name} at step {at[i]}: {mean:g4}, printed {printed[i]:g4}");
        }

        double[] steps = Numbers(rule.GetProperty("steps_to_0.1")), accuracy = Numbers(Fixture.GetProperty("test_accuracy_at_400"));
        Assert.All(runs, r => Assert.InRange(r.StepsTo(.1), steps[0] * (1 - Band), steps[1] * (1 + Band)));
        Assert.InRange(runs.Average(r => r.Test!.Value.Accuracy!.Value), accuracy[0] - AccuracyBand, accuracy[1] + AccuracyBand);
    }

    [Fact]
    public void Learned_on_the_other_rotations_basis_and_prior_need_at_most_100_steps()
    {
        // Without the refinement by hypergradient and with one step: the bases alone.
        Plan plan = Plan with { Learn = new BasisLearning("metamirror-basis", LearningRates: [0.024], SourceLearningRate: 0.01, OuterSteps: 0), Controls = [] };
        var sources = new TaskFamily<float>(Tasks().Skip(1).Select(t => t.TrainingOnly()));
        LearnedRule<float> learned = RuleLearners.Create(plan, sources, new LearningSettings(2), TimeProvider.System).Learn(TestContext.Current.CancellationToken)[0];

        RunRecord[] runs = Run(learned.ToContender(), everySteps: 2);

        Assert.Equal(5, learned.Cost.Tasks);
        Assert.All(runs, r => Assert.InRange(r.StepsTo(.1), 1, Fixture.GetProperty("metamd_steps_to_0.1_at_most").GetDouble()));
    }

    /// <summary>Runs on rotation 0 for 400 steps and a measurement after the last of them.</summary>
    private static RunRecord[] Run(Contender<float> contender, int everySteps)
    {
        MeasuredTask<float> task = PlanTasks.Measured(Plan, [.. Tasks().Take(1)], 36)[0];
        var pool = new RunPool<float>(new WorkerTeam(1), 36);
        return pool.Run(task, new Measurement(401, EverySteps: everySteps), "floor", [.. Enumerable.Range(0, 3).Select(i => new RunJob<float>(contender, i))], TestContext.Current.CancellationToken);
    }

    private static UpdateRule<float> Classic(string name, double rate) => name switch
    {
        "SGD" => new Sgd<float>(new SgdOptions { LearningRate = rate }),
        "SGD-M" => new Sgd<float>(new SgdOptions { LearningRate = rate, Momentum = .9 }),
        "Adam" => new Adam<float>(new AdamOptions { LearningRate = rate }),
        _ => new RmsProp<float>(new RmsPropOptions { LearningRate = rate }),
    };

    private static IReadOnlyList<SupervisedTask<float>> Tasks() => PlanTasks.Of<float>(Plan, Datasets, 36);

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];

    private static JsonElement Read(string fixture) => JsonDocument.Parse(File.ReadAllBytes(Repository.File("tests", "fixtures", fixture))).RootElement;
}
