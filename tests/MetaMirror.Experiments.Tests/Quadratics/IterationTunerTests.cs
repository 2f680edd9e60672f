using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Quadratics;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tests.Runs;
using MetaMirror.Objectives;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Tests.Quadratics;

public sealed class IterationTunerTests
{
    private const double Tolerance = 1e-3;
    private const int Cap = 20_000;

    [Fact]
    public void Cutting_runs_short_does_not_change_the_choice()
    {
        var family = new MetaQuadraticFamily(MetaQuadraticRegime.Stretched, seed: 3);
        LearningTask<double>[] tasks = [.. Enumerable.Range(0, 5).Select(family.Task)];
        foreach (string name in (string[])["sgd", "sgd-momentum", "adam"])
        {
            OptimizerEntry<double> entry = Catalogue.Optimizer<double>(name);
            (double rate, double total) = Exhaustive(entry, tasks);

            TunedRate tuned = IterationTuner.Tune(entry, tasks, Tolerance, Cap);

            Assert.Equal(rate, tuned.Setting.LearningRate);
            Assert.Equal(total, tuned.Total);
            Assert.Equal(49, tuned.Evaluations);
        }
    }

    [Fact]
    public void The_best_rate_of_a_flat_parabola_lies_beyond_the_grid()
    {
        // Curvature 1e-3: the Newton step is 1000, the grid ends at 10.
        TunedRate tuned = IterationTuner.Tune(Catalogue.Optimizer<double>("sgd"), [Parabola(1e-3)], 1e-6, Cap);

        Assert.Equal(1000, tuned.Setting.LearningRate, precision: 9);
        Assert.Equal(1, tuned.Total);
        // 49 rates up to 10, sixteen up to 1000, one more to see that it is interior.
        Assert.Equal(49 + 16 + 1, tuned.Evaluations);
    }

    [Fact]
    public void One_rate_has_to_serve_all_tasks()
    {
        // The rate 1 is perfect for the flat one and diverges on the steep one.
        TunedRate tuned = IterationTuner.Tune(Catalogue.Optimizer<double>("sgd"), [Parabola(1), Parabola(1), Parabola(10)], Tolerance, Cap);

        Assert.InRange(tuned.Setting.LearningRate, 0.05, 0.2);
        Assert.InRange(tuned.Total, 1, 1000);
    }

    [Fact]
    public void What_never_arrives_counts_as_ten_caps()
    {
        TunedRate tuned = IterationTuner.Tune(Steepest.Entry("stuck", OptimizerRole.Baseline, 1, 2) with { Create = _ => new Steepest(1e-300) }, [Parabola(1)], Tolerance, 600);

        Assert.Equal(10 * 600, tuned.Total);
    }

    private static LearningTask<double> Parabola(double h) => new ObjectiveTask<double>("parabola", () => new QuadraticObjective<double>([h], [0]), [1.0]);

    private static (double Rate, double Total) Exhaustive(OptimizerEntry<double> entry, LearningTask<double>[] tasks) =>
        Enumerable.Range(-40, 49).Select(k => Math.Pow(10, (double)k / IterationTuner.PerDecade)).Select(rate =>
        {
            var contender = new Contender<double>(entry.Name, entry.Role, entry.Create(new RuleSetting(rate, ScheduleName.Constant)));
            return (rate, tasks.Select((t, i) => NormRun.Run(t, i, contender, Tolerance, Cap).Iterations).Sum(s => double.IsFinite(s) ? s : 10.0 * Cap));
        }).MinBy(r => r.Item2);
}
