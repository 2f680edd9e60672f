using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Quadratics;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Numerics;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Quadratics;

public sealed class QuadraticsExperimentTests
{
    private static readonly Plan[] Plans = [.. ((string[])["quadratics-round", "quadratics"]).Select(name => Small(PlanFile.Read(name)))];

    [Fact]
    public void Each_regime_learns_on_its_first_tasks_and_compares_on_the_next()
    {
        var learned = new List<string>();
        QuadraticsResult result = Run(2, (plan, family, tasks, _) =>
        {
            learned.Add($"{plan.Name} {family.Regime.Name} {string.Join(' ', tasks)}");
            return Learned();
        });

        Assert.Equal(["quadratics-round round 0 1 2 3 4 5", "quadratics stretched 0 1 2 3 4 5"], learned);
        Assert.Equal(
            ["metamd-diagonal round", "sgd round", "adam round", "metamd-diagonal stretched", "sgd stretched", "adam stretched"],
            result.Comparison.Comparison.Select(r => $"{r.Optimizer} {r.HeldOutTask}"));
        Assert.All(result.Comparison.Comparison, r => Assert.Equal((8, 20_000, (double?)1e-3), (r.Seeds, r.Steps, r.Target)));
        Assert.Equal(("gradientNorm", (double?)1e-3), (result.Comparison.Target.Quantity, result.Comparison.Target.Value.Number));
        Assert.Equal(6, result.Comparison.MetaTraining!.Tasks);
        ComparisonRow sgd = result.Comparison.Comparison[4];
        Assert.InRange(sgd.StepsToTarget.Reached, 4, 8);
        Assert.Equal(8, sgd.StepsToTarget.Reached + sgd.Diverged);
        Assert.InRange(sgd.StepsToTarget.Median!.Value, 100, 2000);
        Assert.Equal(("grid", 49), (sgd.Tuning!.Method, sgd.Tuning.Evaluations));
        Assert.True(sgd.MillisecondsPerStep > 0);
    }

    [Fact]
    public void The_same_with_one_and_two_threads() => Assert.Equal(
        ComparisonJson.ToText(Run(1, null, timed: false).Comparison), ComparisonJson.ToText(Run(2, null, timed: false).Comparison));

    [Fact]
    public void Pictures_show_paths_from_the_start_to_the_minimizer()
    {
        QuadraticsResult result = Run(2, (_, _, _, _) => Learned());

        Assert.Equal(2, result.Pictures.Count);
        foreach (QuadraticPicture picture in result.Pictures)
        {
            (double x, double y) = picture.Quadratic.Minimizer;
            foreach (OptimizerPath path in picture.Paths)
            {
                Assert.Equal((3, 3), (path.X[0], path.Y[0]));
                Assert.InRange(path.X.Length, 2, 500);
                Assert.InRange(Math.Abs(path.X[^1] - x) + Math.Abs(path.Y[^1] - y), 0, 0.1);
            }

            Assert.Contains("adam ", picture.Caption, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_papers_ratios_stand_beside_ours()
    {
        PaperFigure[] figures = [.. Run(2, (_, _, _, _) => Learned()).Paper];

        PaperFigure ratio = Assert.Single(figures, f => f.Name == "stretched: learned over adam");
        Assert.Equal(0.511, ratio.Paper);
        Assert.Equal(
            Assert.Single(figures, f => f.Name == "stretched: iterations, learned").Ours / Assert.Single(figures, f => f.Name == "stretched: iterations, adam").Ours, ratio.Ours);
        Assert.Null(Assert.Single(figures, f => f.Name == "round: learned over adam").Paper);
        Assert.Null(Assert.Single(figures, f => f.Name == "stretched: iterations, sgd-momentum").Ours);
    }

    [Fact]
    public void Other_plans_are_refused()
    {
        var exception = Assert.Throws<ArgumentException>(() => new QuadraticsExperiment(new WorkerTeam(1), 1).Run("q", [PlanFile.Read("sensors")], null));

        Assert.StartsWith("Plan 'sensors': expected a family of meta-quadratics, found SensorsPlan.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancellation_ends_it()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => new QuadraticsExperiment(new WorkerTeam(2), 1).Run("q", Plans, null, source.Token));
    }

    private static Plan Small(Plan plan) => plan with
    {
        Family = ((MetaQuadraticsPlan)plan.Family) with { LearnTasks = 6, HeldOutTasks = 8, TuningTasks = 3 },
        Training = new TrainingPlan(20_000),
        Baselines = ["sgd", "adam"],
    };

    private static LearnedContenders<double> Learned() => new(
        [new Contender<double>("metamd-diagonal", OptimizerRole.Learned, new Sgd<double>(new SgdOptions { LearningRate = 0.05 }))],
        new MetaTrainingSummary(6, 100, 10, 1000, 0, 0.5));

    private static QuadraticsResult Run(int threads, QuadraticLearner? learn, bool timed = true) =>
        new QuadraticsExperiment(new WorkerTeam(threads), 1, timed ? new StepTimer(TimeProvider.System) : null).Run("quadratics", Plans, learn);
}
