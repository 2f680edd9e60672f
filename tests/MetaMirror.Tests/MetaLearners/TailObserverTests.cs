using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>Tails of runs: their sums are those of the tails taken one by one, and late phases are learned from; runs that ran away are left out.</summary>
public sealed class TailObserverTests
{
    private const double Tolerance = 1e-12;
    private static readonly double[] Hessian = [2, .9, .9, .6];

    [Fact]
    public void Sums_are_those_of_the_tails_taken_one_by_one()
    {
        var layout = ParameterLayout.Vector(2);
        double[][] points = [[1, 0], [.5, .2], [.4, .1], [.3, .05]], gradients = [[2, 1], [1, -1], [.5, .25]];
        var observer = new TailObserver<double>(new BoundStatistics(layout, BoundStatisticsOptions.Diagonal), [0, 2, 7]);
        for (int t = 0; t < 3; t++)
            observer.Visit(Point(t, points[t], gradients[t]), []);
        observer.Finish(points[0], points[3]);

        double[] a = new double[2], g = new double[2];
        foreach (int k in (int[])[0, 2])
        {
            double[] d = [points[3][0] - points[k][0], points[3][1] - points[k][1]];
            double size = (d[0] * d[0]) + (d[1] * d[1]), squares = gradients[k..].Sum(x => (x[0] * x[0]) + (x[1] * x[1])), u = 1 / Math.Sqrt(size * squares);
            for (int i = 0; i < 2; i++)
            {
                a[i] += u * d[i] * d[i];
                g[i] += u * gradients[k..].Sum(x => x[i] * x[i]);
            }
        }

        Assert.Equal(2, observer.Statistics.Runs);
        TrialProblem.AssertClose(a, observer.Statistics.SquaredDisplacements.ToArray(), Tolerance, "A");
        TrialProblem.AssertClose(g, observer.Statistics.SquaredGradients.ToArray(), Tolerance, "G");
    }

    [Fact]
    public void A_tail_that_does_not_move_is_no_run()
    {
        var observer = new TailObserver<double>(new BoundStatistics(ParameterLayout.Vector(2), BoundStatisticsOptions.Diagonal), [0, 1]);
        observer.Visit(Point(0, [1, 0], [1, 0]), []);
        observer.Visit(Point(1, [0, 0], [1e-30, 0]), []);
        observer.Finish([1, 0], [0, 0]);

        Assert.Equal(1, observer.Statistics.Runs);
    }

    [Fact]
    public void One_task_with_tails_teaches_what_whole_runs_need_two_for()
    {
        var learner = Learner([1, 0], new FullMatrixDivergence<double>(4), new ClosedFormStep<double>(.5, 0, 0, 1e-6, tails: [0, 1, 2, 3, 5]), 8);
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        double[] c = [.. learner.Meta.Of(MetaPlace.Rule)[..3]];

        // The Hessian is found in the direction that the one run takes and in those that its tails take.
        double worst = Math.Max(Math.Abs((c[0] * c[0]) - Hessian[0]), Math.Abs((c[0] * c[2]) - Hessian[1]));
        Assert.True(worst < 0.05 * Hessian[0], $"P differs from the Hessian by {worst}.");
    }

    [Fact]
    public void A_run_that_ran_away_is_reported_left_out_and_answered_with_a_larger_metric()
    {
        // eta h / p = 3 in one direction: the last loss is seen after 39 steps: (1 - 3)^78 = 3.02e23, finite.
        var learner = Learner([0, 1], new DiagonalQuadratic<double>(1), new ClosedFormStep<double>(), 1, [3, 0, 0, 1e-3], [[1, 0], [0, 1]], 40);
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        OuterStepReport report = learner.History[0];

        Assert.Equal("task 0", Assert.Single(report.Diverged).Task);
        Assert.Contains("the loss grew to 3.02e+23 times its start", report.Diverged[0].Inner.ToString(), StringComparison.Ordinal);
        Assert.InRange(report.Value, 0, 1);
        Assert.All(learner.Meta.Natural.ToArray(), p => Assert.True(double.IsFinite(p)));
    }

    [Fact]
    public void Where_all_runs_ran_away_the_metric_is_doubled()
    {
        var step = new ClosedFormStep<double>();
        MetaLearner<double> learner = Learner([0, 1], new DiagonalQuadratic<double>(1), step, 1, [3, 0, 0, 3], [[1, 0], [0, 1]], 40);
        TaskOutcome away = new("task", double.NaN, new DescentResult(40, true, "loss"), 40, 0);
        double[] before = learner.Meta.Natural.ToArray();
        step.Apply(learner.Meta, [away, away], 1, 2);

        TrialProblem.AssertClose([2 * before[0], 2 * before[1]], learner.Meta.Natural[..2].ToArray(), Tolerance, "P");
        Assert.Throws<MetaLearningDivergedException>(() => Learner(
            [0, 1], new DiagonalQuadratic<double>(1), new ClosedFormStep<double>(), 1, [3, 0, 0, 3], [[1, 0], [0, 1]], 40).Learn(cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Matrices_grow_as_a_whole()
    {
        var layout = new ParameterLayout(("w", [2, 3]), ("b", [2]));
        foreach (Divergence<double> divergence in (Divergence<double>[])[new FullMatrixDivergence<double>(2), new KroneckerDivergence<double>(new KroneckerOptions { Initial = 2 })])
        {
            double[] meta = [.. divergence.MetaSpecs(layout).SelectMany(s => s.Initial.Length == 1 ? Enumerable.Repeat(s.Initial[0], s.Length) : s.Initial.ToArray())];
            double[] g = [1, 2, 3, 4, 5, 6, 7, 8];
            double before = Norm(), expected = before / 3;
            FactoredMetricUpdate<double>.Grow(divergence, layout, meta, 3);
            TrialProblem.AssertClose([expected], [Norm()], Tolerance, divergence.Name);

            double Norm() => divergence.DualNormSquared(
                new DivergenceContext<double> { Layout = layout, Meta = meta, Scratch = new double[divergence.ScratchLength(layout)] }, g);
        }
    }

    private static PathPoint<double> Point(int step, double[] theta, double[] gradient) =>
        new() { Step = step, Steps = 3, Theta = theta, Gradient = gradient, Loss = 1 };

    private static MetaLearner<double> Learner(
        double[] start, Divergence<double> divergence, ClosedFormStep<double> step, int outerSteps, double[]? h = null, double[][]? starts = null, int innerSteps = 200) => new(
        new TaskFamily<double>((starts ?? [start]).Select((s, k) => new ObjectiveTask<double>(
            $"task {k}", () => new QuadraticObjective<double>(h ?? Hessian, new double[2], 0, ParameterLayout.Vector(2)), s))),
        new MirrorDescent<double>(divergence, 1), new TaskInitialPoint<double>(), new Unroll(innerSteps, FullBatch: true), step,
        new MetaLearnerOptions { OuterSteps = outerSteps, StoppingChange = 0 });
}
