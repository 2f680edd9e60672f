using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Cases;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>
/// PAPERS 2.4, 5.2: theta_* = argmin L + gamma B_phi(theta || theta_1), its derivatives in metric, gamma and theta_1 against the closed form
/// theta_* = (A + gamma P)^-1 (b + gamma P theta_1), against reverse mode through a converged run, and against differences.
/// </summary>
public sealed class ProximalTests
{
    /// <summary>Solvers stop at 1e-13 of the right side; the largest curvature is 5 times the smallest.</summary>
    private const double Solved = 1e-11;

    private const double Gamma = .7;
    private static readonly double[] B = [1, -1], P = [1.5, .6], Start = [.5, -.25], Slope = [.3, -1.1];

    public static TheoryData<ImplicitMethod> Methods => [.. Enum.GetValues<ImplicitMethod>()];

    [Theory]
    [MemberData(nameof(Methods))]
    public void As_an_objective_its_implicit_derivatives_are_those_of_the_closed_form(ImplicitMethod method)
    {
        MetaGradient gradient = MetaGradient.Of(Objective(400), new ValidationLoss<double>(), new ImplicitMode<double>(method, 3000, 1e-13));
        TrialProblem.AssertClose(ClosedForm(Gamma), gradient.At(MetaPlace.Objective), Solved, method.ToString());
        Assert.InRange(gradient.Report.FixedPointResidual!.Value, 0, 1e-13);
        Assert.Equal(CurvatureSign.Positive, gradient.Report.Solver!.Curvature);
    }

    [Fact]
    public void Reverse_and_forward_mode_through_the_converged_run_agree()
    {
        foreach (Hypergradient<double> mode in (Hypergradient<double>[])[new ReverseMode<double>(), new ForwardMode<double>()])
            TrialProblem.AssertClose(ClosedForm(Gamma), MetaGradient.Of(Objective(400), new ValidationLoss<double>(), mode).At(MetaPlace.Objective), Solved, mode.Name);
    }

    [Fact]
    public void In_the_metric_of_a_rule_it_is_not_zero_where_the_fixed_point_of_the_update_is()
    {
        const double eta = .4, horizon = 1 / (eta * Gamma);
        InnerProblem<double> problem = Rule(new DiagonalQuadratic<double>([.. P]), eta, 600);
        MetaGradient proximal = MetaGradient.Of(problem, new ValidationLoss<double>(), new ProximalMode<double>(horizon, 1e-13));
        double[] exact = ClosedForm(Gamma);
        TrialProblem.AssertClose([.. exact[3..5], exact[0], exact[1], exact[2] * -Gamma / eta], proximal.Total, Solved, "theta_1, metric, eta");
        Assert.True(proximal.Report.InnerSolver!.RelativeResidual <= 1e-13);
        Assert.Contains("proximal point converged", proximal.Report.Verdict, StringComparison.Ordinal);

        // The run itself converges to the minimizer of L, which no metric, rate or start moves.
        MetaGradient update = MetaGradient.Of(problem, new ValidationLoss<double>(), new ImplicitMode<double>(ImplicitMethod.Neumann, 2000, 1e-13));
        Assert.All(update.Total, g => Assert.InRange(Math.Abs(g), 0, 1e-13));
        Assert.DoesNotContain("did not end", update.Report.Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("diagonal")]
    [InlineData("scaled-identity")]
    [InlineData("block-scaled")]
    [InlineData("full")]
    [InlineData("kronecker")]
    public void On_a_loss_that_is_no_quadratic_it_equals_differences(string metric)
    {
        Divergence<double> divergence = metric switch
        {
            "diagonal" => new DiagonalQuadratic<double>([.. P]),
            "scaled-identity" => new ScaledIdentity<double>(.8),
            "block-scaled" => new BlockScaled<double>(.8),
            "full" => FullMatrixDivergence<double>.FromMetric([1.5, .4, .4, .6], 2),
            _ => new KroneckerDivergence<double>(),
        };
        var problem = new TrialProblem(
            new MirrorDescent<double>(divergence, .3, learnRate: true), new ValidationLoss<double>(), 5, fullBatch: true, new LearnedInitialPoint<double>([.. Start]));
        var mode = new ProximalMode<double>(tolerance: 1e-13);
        double[] total = problem.Compute(mode).Total, natural = problem.Meta.Natural.ToArray();
        double[] differences = new double[total.Length];
        for (int i = 0; i < natural.Length; i++)
        {
            // Richardson: h = 1e-3 leaves h^4 of truncation and 1e-13 / h of rounding.
            const double h = 1e-3;
            differences[i] = ((4 * Slope(h / 2)) - Slope(h)) / 3;
            double Slope(double step) => (At(step) - At(-step)) / (2 * step);
            double At(double step)
            {
                double[] moved = [.. natural];
                moved[i] += step;
                var meta = new MetaParameters<double>(problem.Meta);
                meta.SetNatural(moved);
                return mode.Compute(problem.Inner, problem.MetaObjective, meta, problem.Run, new double[natural.Length], new double[natural.Length]).Value;
            }
        }

        TrialProblem.AssertClose(differences, total, 1e-9, metric);
    }

    [Fact]
    public void A_start_that_the_objective_names_is_differentiated_by_both()
    {
        // E = B(theta_T || theta_1) at the minimizer: dE/dtheta_1 = -P (theta_* - theta_1), for the update too.
        InnerProblem<double> problem = Rule(new DiagonalQuadratic<double>([.. P]), .4, 600);
        double[] minimizer = Solve2(0, B), expected = [-P[0] * (minimizer[0] - Start[0]), -P[1] * (minimizer[1] - Start[1])];
        MetaGradient update = MetaGradient.Of(problem, new RelaxedRegretBound<double>(.1), new ImplicitMode<double>(ImplicitMethod.FixedPoint, 2000, 1e-13));
        TrialProblem.AssertClose(expected, update.At(MetaPlace.InitialPoint), Solved, "start");
        TrialProblem.AssertClose(
            MetaGradient.Of(problem, new RelaxedRegretBound<double>(.1), new ReverseMode<double>()).Total, update.Total, 1e-10, "reverse");
    }

    [Fact]
    public void In_single_precision_it_is_right_to_single_precision()
    {
        float[] a = [.. TrialProblem.H2.Select(x => (float)x)];
        var task = new ObjectiveTask<float>("prox", () => new QuadraticObjective<float>(a, [1, -1]), [.5f, -.25f])
        {
            Validation = () => new QuadraticObjective<float>(new float[4], [-.3f, 1.1f]),
        };
        var rule = new MirrorDescent<float>(new DiagonalQuadratic<float>([1.5f, .6f]), .4);
        var problem = new InnerProblem<float>(task, rule, new TaskInitialPoint<float>(), new Unroll(5, FullBatch: true));
        float[] total = new float[3], direct = new float[3];
        HypergradientReport report = new ProximalMode<float>(1 / (.4 * Gamma)).Compute(
            problem, new ValidationLoss<float>().ForThread(rule, task.Layout), problem.CreateMetaParameters(), default, total, direct);
        Assert.True(report.Succeeded, report.Verdict);
        TrialProblem.AssertClose(ClosedForm(Gamma).AsSpan(..2), [total[0], total[1]], 1e-3, "float");
    }

    /// <summary>(dE/dP_1, dE/dP_2, dE/dgamma, dE/dtheta_1) for E = Slope^T theta_*: -gamma z Delta, -z^T P Delta, gamma P z, z = (A + gamma P)^-1 Slope.</summary>
    private static double[] ClosedForm(double gamma)
    {
        double[] point = Solve2(gamma, [B[0] + (gamma * P[0] * Start[0]), B[1] + (gamma * P[1] * Start[1])]), z = Solve2(gamma, Slope);
        double[] delta = [point[0] - Start[0], point[1] - Start[1]];
        return
        [
            -gamma * z[0] * delta[0], -gamma * z[1] * delta[1], -((z[0] * P[0] * delta[0]) + (z[1] * P[1] * delta[1])), gamma * P[0] * z[0], gamma * P[1] * z[1],
        ];
    }

    /// <summary>(A + gamma P) x = right by Cramer's rule.</summary>
    private static double[] Solve2(double gamma, double[] right)
    {
        double[] h = TrialProblem.H2;
        double a = h[0] + (gamma * P[0]), c = h[3] + (gamma * P[1]), determinant = (a * c) - (h[1] * h[2]);
        return [((c * right[0]) - (h[1] * right[1])) / determinant, ((a * right[1]) - (h[2] * right[0])) / determinant];
    }

    private static ObjectiveTask<double> Task(Func<Objective<double>> objective) => new("prox", objective, Start)
    {
        Validation = () => new QuadraticObjective<double>(new double[4], [-Slope[0], -Slope[1]]),
    };

    private static InnerProblem<double> Objective(int steps) => new(
        Task(() => new BregmanProximal<double>(new QuadraticObjective<double>(TrialProblem.H2, B), new DiagonalQuadratic<double>([.. P]), Gamma, [.. Start])),
        new Sgd<double>(new SgdOptions { LearningRate = .3, Learn = [] }), new TaskInitialPoint<double>(), new Unroll(steps, FullBatch: true));

    private static InnerProblem<double> Rule(Divergence<double> divergence, double eta, int steps) => new(
        Task(() => new QuadraticObjective<double>(TrialProblem.H2, B)), new MirrorDescent<double>(divergence, eta, learnRate: true),
        new LearnedInitialPoint<double>([.. Start]), new Unroll(steps, FullBatch: true));
}
