using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Cases;

/// <summary>PAPERS 6.6 (R11): the un-relaxed bound's closed form, iterated on a quadratic, tends to Newton's step: u = eta h / P -> sqrt(u (2 - u)) -> 1.</summary>
public sealed class NewtonFixedPointTests
{
    /// <summary>Printed to 12 digits.</summary>
    private const double Printed = 1e-11;

    private static readonly double[] Converged = [.31224989992, .725947518654, .961714738094, .999266850606, .999999731246, 1];

    [Fact]
    public void Converged_runs_square_root_their_way_to_Newton()
    {
        // The first run contracts by 1 - .05 a step: 1,500 steps leave nothing of the start.
        double[] found = Sequence(.05, 1500, 6);
        for (int i = 0; i < Converged.Length; i++)
            Assert.Equal(Converged[i], found[i], Printed);
        double u = .05;
        foreach (double next in found)
        {
            Assert.Equal(Math.Sqrt(u * (2 - u)), next, 1e-9);
            u = next;
        }
    }

    [Theory]
    [InlineData(5, new[] { .0223584215995, .0499694139879, .111442947468, .245810110711, .511900230602, .84893394344 })]
    [InlineData(20, null)]
    public void Short_runs_tend_there_too_with_the_end_of_the_run_as_reference(int steps, double[]? printed)
    {
        double[] found = Sequence(.01, steps, 12);
        for (int i = 0; i < printed?.Length; i++)
            Assert.Equal(printed[i], found[i], Printed);
        Assert.Equal(1, found[^1], 1e-9);
    }

    [Fact]
    public void Short_runs_with_the_minimizer_as_reference()
    {
        // theta_* stands in the statistics where theta_T stood; the same closed form by hand.
        double[] printed = [.492932799753, .862391199084, .990486658315, .999954747141, .999999998976];
        double u = .05;
        foreach (double expected in printed)
        {
            var statistics = new BoundStatistics(ParameterLayout.Vector(1), withFactors: false);
            Descent<double> descent = Start(u, 5);
            Assert.False(descent.Run(new Gradients(statistics), TestContext.Current.CancellationToken).Diverged);
            statistics.AddRun<double>([1], [0]);
            Assert.Equal((1, 5), (statistics.Runs, statistics.Steps));
            u = Curvature / Math.Sqrt(statistics.SquaredGradients[0] / statistics.SquaredDisplacements[0]);
            Assert.Equal(expected, u, Printed);
        }
    }

    [Fact]
    public void Every_coordinate_finds_its_own_Newton_step()
    {
        double[] h = [100, 1, .01];
        var task = new ObjectiveTask<double>("diagonal", () => new QuadraticObjective<double>([100, 0, 0, 0, 1, 0, 0, 0, .01], [1, 2, 3]), [1, -1, 2]);
        MetaLearner<double> learner = Learner(new TaskFamily<double>([task]), new DiagonalQuadratic<double>(200), .9, 4000, 25);
        learner.Learn();
        double eta = learner.Meta.Of(MetaPlace.Rule)[^1];
        for (int i = 0; i < h.Length; i++)
            Assert.Equal(h[i], learner.Meta.Natural[i] / eta, 1e-4 * h[i]);
    }

    [Fact]
    public void The_full_matrix_tends_to_the_Hessian()
    {
        // Two tasks a unit vector away from the minimizer: A = I / 2, G = mean of sum_t g_t g_t^T along converged runs, Q <- A^-1 # G.
        double[] h = [2, .9, .9, .6], q = [20, 0, 0, 20], twice = [2, 0, 0, 2];
        double[][] printed =
        [
            [4.35825536297, 1.51200486483, 1.51200486483, 2.00624779545], [2.37097570382, .998843072697, .998843072697, .817219812959],
            [2.02662837719, .900079003888, .900079003888, .626505482249],
        ];
        for (int k = 0; k < 7; k++)
        {
            double[] inverse = new double[4], sums = new double[4], next = new double[4];
            SymmetricMatrix.Power(q, 2, -1, double.NegativeInfinity, inverse);
            for (int task = 0; task < 2; task++)
            {
                double[] theta = [task == 0 ? -1 : 0, task == 1 ? -1 : 0];
                for (int t = 0; t < 5000; t++)
                {
                    double[] g = [(h[0] * theta[0]) + (h[1] * theta[1]), (h[2] * theta[0]) + (h[3] * theta[1])];
                    for (int i = 0; i < 4; i++)
                        sums[i] += g[i / 2] * g[i % 2] / 2;
                    theta = [theta[0] - (inverse[0] * g[0]) - (inverse[1] * g[1]), theta[1] - (inverse[2] * g[0]) - (inverse[3] * g[1])];
                }
            }

            SymmetricMatrix.Geodesic(twice, sums, 0.5, 2, next);
            q = next;
            if (k < printed.Length)
                TrialProblem.AssertClose(printed[k], q, Printed, $"Q_{k + 1}");
        }

        TrialProblem.AssertClose(h, q, 1e-13, "Q_7");
    }

    private const double Curvature = 3;

    private static double[] Sequence(double u, int steps, int outerSteps)
    {
        var task = new ObjectiveTask<double>("parabola", () => new QuadraticObjective<double>([Curvature], [0]), [1]);
        MetaLearner<double> learner = Learner(new TaskFamily<double>([task]), new DiagonalQuadratic<double>(Curvature / u), 1, steps, outerSteps);
        var found = new List<double>();
        learner.Learn(afterStep: l => found.Add(Curvature / l.Meta.Natural[0]));
        return [.. found];
    }

    private static MetaLearner<double> Learner(TaskFamily<double> tasks, Divergence<double> divergence, double eta, int steps, int outerSteps) => new(
        tasks, new MirrorDescent<double>(divergence, eta), new TaskInitialPoint<double>(), new Unroll(steps, FullBatch: true),
        new ClosedFormStep<double>(damping: 1, displacementFloor: 0, gradientFloor: 0), new MetaLearnerOptions { OuterSteps = outerSteps, StoppingChange = 0 });

    private static Descent<double> Start(double u, int steps)
    {
        var rule = new MirrorDescent<double>(new DiagonalQuadratic<double>(Curvature / u), 1);
        var descent = new Descent<double>(new QuadraticObjective<double>([Curvature], [0]), rule, new Unroll(steps, FullBatch: true));
        descent.Start([1], new MetaParameters<double>([], rule.MetaSpecs(descent.Layout), []), default);
        return descent;
    }

    private sealed class Gradients(BoundStatistics statistics) : DescentObserver<double>
    {
        public override void Visit(in PathPoint<double> point, ReadOnlySpan<double> state) => statistics.AddGradient(point.Gradient);
    }
}
