using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>The closed form of full and Kronecker metrics inside the outer loop: iterated on quadratics it tends to the Hessian (PAPERS 6.6).</summary>
public sealed class ClosedFormMatrixTests
{
    private const double Eta = .5;

    [Fact]
    public void The_full_matrix_tends_to_the_Hessian()
    {
        double[] h = [2, .9, .9, .6];
        MetaLearner<double> learner = Learner(
            Tasks(h, ParameterLayout.Vector(2), 2), new FullMatrixDivergence<double>(20 * Eta), new ClosedFormStep<double>(1, 0, 0, 0), 7);
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        double[] p = new double[4], c = [.. learner.Meta.Of(MetaPlace.Rule)[..3]];

        // P = C C^T with C = [c0 0; c2 c1].
        (p[0], p[1], p[2], p[3]) = (c[0] * c[0], c[0] * c[2], c[0] * c[2], (c[2] * c[2]) + (c[1] * c[1]));
        TrialProblem.AssertClose([.. h.Select(v => Eta * v)], p, 1e-10, "P");
    }

    [Fact]
    public void The_Kronecker_metric_tends_to_a_Hessian_of_its_kind()
    {
        // H = L x R on W (2 x 2), with tr(R) = 2, and a bias with a diagonal Hessian.
        double[] l = [2, .5, .5, 1], r = [1.4, -.3, -.3, .6], b = [3, .2], h = new double[36];
        for (int i = 0; i < 16; i++)
            h[(i / 4 * 6) + (i % 4)] = l[(i / 8 * 2) + (i % 4 / 2)] * r[(i / 4 % 2 * 2) + (i % 2)];
        (h[28], h[35]) = (b[0], b[1]);
        var layout = new ParameterLayout(("w", [2, 2]), ("b", [2]));
        var divergence = new KroneckerDivergence<double>(new KroneckerOptions { Initial = 8 * Eta });
        MetaLearner<double> learner = Learner(
            Tasks(h, layout, 6), divergence, new ClosedFormStep<double>(1, 0, 0, 0, new BoundStatisticsOptions { Displacements = true, Gradients = 4000 }), 12);
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        MirrorView<double> view = new MirrorDescent<double>(divergence, Eta).Mirror(layout)!;
        var context = new DivergenceContext<double>
        {
            Layout = layout,
            Meta = learner.Meta.Of(MetaPlace.Rule).Slice(view.MetaStart, view.MetaLength),
            Scratch = new double[divergence.ScratchLength(layout)],
        };
        double[] found = new double[4];
        divergence.Factor(context, "w", FactorSide.Left, found);
        TrialProblem.AssertClose([.. l.Select(v => Eta * v)], found, 1e-6, "L");
        divergence.Factor(context, "w", FactorSide.Right, found);
        TrialProblem.AssertClose(r, found, 1e-6, "R");
        divergence.Factor(context, "b", FactorSide.Left, found);
        TrialProblem.AssertClose([Eta * b[0], 0, 0, Eta * b[1]], found, 1e-6, "bias");
    }

    [Fact]
    public void Damping_goes_part_of_the_way_along_the_geodesic()
    {
        double[] h = [2, .9, .9, .6];
        double[] Learned(double damping)
        {
            MetaLearner<double> learner = Learner(
                Tasks(h, ParameterLayout.Vector(2), 2), new FullMatrixDivergence<double>(4), new ClosedFormStep<double>(damping, 0, 0, 0), 1);
            learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
            double[] c = [.. learner.Meta.Of(MetaPlace.Rule)[..3]];
            return [c[0] * c[0], c[0] * c[2], c[0] * c[2], (c[2] * c[2]) + (c[1] * c[1])];
        }

        double[] expected = new double[4];
        SymmetricMatrix.Geodesic([4, 0, 0, 4], Learned(1), .3, 2, expected);
        TrialProblem.AssertClose(expected, Learned(.3), 1e-12, "P");
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_anything_runs()
    {
        TaskFamily<double> tasks = Tasks([1, 0, 0, 1], ParameterLayout.Vector(2), 1);
        ArgumentException thin = Assert.Throws<ArgumentException>(() => Learner(
            tasks, new KroneckerDivergence<double>(new KroneckerOptions { Left = FactorKind.Diagonal }), new ClosedFormStep<double>(), 1));
        Assert.Contains("dense or low-rank factors", thin.Message, StringComparison.Ordinal);
        ArgumentException sums = Assert.Throws<ArgumentException>(() => Learner(
            tasks, new FullMatrixDivergence<double>(), new ClosedFormStep<double>(keeps: BoundStatisticsOptions.Diagonal), 1));
        Assert.Contains("with displacements and gradients", sums.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Learner(tasks, new MaxOfDiagonals<double>(2), new ClosedFormStep<double>(), 1));
    }

    /// <summary>Tasks that start a unit vector away from the minimizer 0.</summary>
    private static TaskFamily<double> Tasks(double[] h, ParameterLayout layout, int count) => new(
    [
        .. Enumerable.Range(0, count).Select(k => new ObjectiveTask<double>(
            $"task {k}", () => new QuadraticObjective<double>(h, new double[layout.Length], 0, layout), [.. Enumerable.Range(0, layout.Length).Select(i => i == k ? 1.0 : 0)])),
    ]);

    private static MetaLearner<double> Learner(TaskFamily<double> tasks, Divergence<double> divergence, ClosedFormStep<double> step, int outerSteps) => new(
        tasks, new MirrorDescent<double>(divergence, Eta), new TaskInitialPoint<double>(), new Unroll(600, FullBatch: true),
        step, new MetaLearnerOptions { OuterSteps = outerSteps, StoppingChange = 0 });
}
