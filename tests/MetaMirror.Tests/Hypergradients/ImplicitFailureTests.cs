using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.MetaLearners;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>Solvers that fail give a verdict and zeros, or an error in meta-learning: never NaN, never the numbers of a failed solve.</summary>
public sealed class ImplicitFailureTests
{
    private static readonly double[] Saddle = [1, 0, 0, -.5];

    [Fact]
    public void A_proximal_problem_without_a_minimum_says_so()
    {
        TrialProblem problem = Problem(Saddle, steps: 4);
        (double[] total, double[] direct, HypergradientReport report) = problem.Compute(new ProximalMode<double>(100));
        AssertNothing(total, direct, report, "There is no hypergradient.");
        Assert.Equal(CurvatureSign.Negative, report.InnerSolver!.Curvature);
    }

    [Fact]
    public void A_larger_gamma_makes_the_same_problem_convex()
    {
        // gamma P = 1 / (.3 * 2) > .5.
        (double[] total, _, HypergradientReport report) = Problem(Saddle, steps: 4).Compute(new ProximalMode<double>(2));
        Assert.True(report.Succeeded, report.Verdict);
        Assert.Equal((CurvatureSign.Positive, CurvatureSign.Positive), (report.InnerSolver!.Curvature, report.Solver!.Curvature));
        Assert.All(total, g => Assert.True(double.IsFinite(g) && g != 0));
    }

    [Fact]
    public void Too_few_steps_of_either_solver_give_a_verdict()
    {
        var quartic = new TrialProblem(new MirrorDescent<double>(new DiagonalQuadratic<double>(), .3), new FinalLoss<double>(), 40, fullBatch: true);
        (double[] total, double[] direct, HypergradientReport report) = quartic.Compute(new ProximalMode<double>(maximumSteps: 1));
        AssertNothing(total, direct, report, "Allow more iterations");
        Assert.Equal(SolveStatus.MaximumIterations, report.InnerSolver!.Status);
        (total, direct, report) = quartic.Compute(new ProximalMode<double>(maximumProducts: 1));
        AssertNothing(total, direct, report, "Allow more iterations");
        Assert.Equal(SolveStatus.MaximumIterations, report.Solver!.Status);
    }

    [Theory]
    [InlineData(ImplicitMethod.Neumann, SolveStatus.Diverged)]
    [InlineData(ImplicitMethod.FixedPoint, SolveStatus.Diverged)]
    [InlineData(ImplicitMethod.StationarityNeumann, SolveStatus.Diverged)]
    [InlineData(ImplicitMethod.ConjugateGradient, SolveStatus.NegativeCurvature)]
    public void At_a_saddle_every_solver_that_needs_a_minimum_says_so(ImplicitMethod method, SolveStatus status)
    {
        (double[] total, double[] direct, HypergradientReport report) = Problem(Saddle, steps: 20).Compute(new ImplicitMode<double>(method, 500, 1e-10));
        AssertNothing(total, direct, report, "There is no hypergradient.");
        Assert.Equal((status, CurvatureSign.Negative), (report.Solver!.Status, report.Solver.Curvature));
    }

    [Fact]
    public void Normal_equations_solve_at_a_saddle_but_cannot_make_it_a_fixed_point()
    {
        (_, _, HypergradientReport report) = Problem(Saddle, steps: 20).Compute(new ImplicitMode<double>(ImplicitMethod.NormalConjugateGradient, 500, 1e-10));
        Assert.True(report.Succeeded, report.Verdict);
        Assert.Contains("did not end at a fixed point", report.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_not_finite_has_no_hypergradient()
    {
        TrialProblem problem = Problem([1e200, 0, 0, 1], steps: 4);
        foreach (Hypergradient<double> mode in (Hypergradient<double>[])[new ImplicitMode<double>(ImplicitMethod.Neumann), new ProximalMode<double>()])
        {
            (double[] total, double[] direct, HypergradientReport report) = problem.Compute(mode);
            AssertNothing(total, direct, report, "no hypergradient");
        }
    }

    [Fact]
    public void Meta_learning_stops_with_the_verdict()
    {
        var task = new ObjectiveTask<double>("saddle", () => new QuadraticObjective<double>(Saddle, [1, -1]), [.5, -.25]);
        var learner = new MetaLearner<double>(
            new TaskFamily<double>([task]), new MirrorDescent<double>(new DiagonalQuadratic<double>(), .3), new TaskInitialPoint<double>(), new Descents.Unroll(4, FullBatch: true),
            new HypergradientStep<double>(new ProximalMode<double>(100), new FinalLoss<double>(), Families.Descent(.1)), new MetaLearnerOptions { OuterSteps = 2 });
        SolveFailedException error = Assert.Throws<SolveFailedException>(() => learner.Learn());
        Assert.Contains("proximal point", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_proximal_form_is_refused_by_name()
    {
        AssertRefused("'max-of-diagonals' is none", new TrialProblem(new MirrorDescent<double>(new MaxOfDiagonals<double>(2), .1), new FinalLoss<double>(), 3, fullBatch: true));
        AssertRefused("'adam' has none", new TrialProblem(new Adam<double>(), new FinalLoss<double>(), 3, fullBatch: true));
        AssertRefused("full batches", new TrialProblem(new MirrorDescent<double>(new DiagonalQuadratic<double>(), .1), new FinalLoss<double>(), 3));
        AssertRefused("'trajectory-loss' has terms along the path", new TrialProblem(new MirrorDescent<double>(new DiagonalQuadratic<double>(), .1), new TrajectoryLoss<double>(), 3, fullBatch: true));
        Assert.Contains("gamma", Assert.Throws<ArgumentOutOfRangeException>(
            () => new BregmanProximal<double>(new QuadraticObjective<double>(Saddle, [1, 1]), new DiagonalQuadratic<double>(), 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProximalMode<double>(horizon: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProximalMode<double>(tolerance: double.NaN));
    }

    private static void AssertRefused(string text, TrialProblem problem) =>
        Assert.Contains(text, Assert.Throws<ArgumentException>(() => problem.Compute(new ProximalMode<double>())).Message, StringComparison.Ordinal);

    private static void AssertNothing(double[] total, double[] direct, HypergradientReport report, string text)
    {
        Assert.False(report.Succeeded);
        Assert.Contains(text, report.Verdict, StringComparison.Ordinal);
        Assert.All(total.Concat(direct), g => Assert.Equal(0, g));
    }

    private static TrialProblem Problem(double[] a, int steps) => new(
        new MirrorDescent<double>(new DiagonalQuadratic<double>(), .3), new FinalLoss<double>(), steps, fullBatch: true, objective: () => new QuadraticObjective<double>(a, [1, -1]));
}
