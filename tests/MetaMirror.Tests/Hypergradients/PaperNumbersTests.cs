using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>Reference numbers of the papers page, printed to 12 digits: compared at 1e-11 of the largest entry.</summary>
public sealed class PaperNumbersTests
{
    private const double Printed = 1e-11;

    [Fact]
    public void R1_hypergradient_of_a_three_step_unroll()
    {
        double[] m = [1.5, 0.8];
        var rule = new MirrorDescent<double>(new DiagonalQuadratic<double>([m[0] * m[0], m[1] * m[1]]), 0.1);
        var problem = new TrialProblem(rule, new RelaxedRegretBound<double>(0.2), 3, fullBatch: true, penalty: false);
        (double[] total, double[] direct, HypergradientReport report) = problem.Compute(new ReverseMode<double>());
        Assert.Equal(0.355568707529, report.Value, 1e-11);
        TrialProblem.AssertClose([0.509126939251, -0.616465354268], ThetaOf(problem), Printed, "theta_T");

        // dE/dm = dE/dP 2 m; the direct part includes d(k/lambda)/dm, lambda = m_2^2.
        double[] dm = [total[0] * 2 * m[0], total[1] * 2 * m[1]];
        TrialProblem.AssertClose([-0.000196974825234, -0.828075385977], dm, Printed, "dE/dm");
        double relaxed = -2 * 0.2 / Math.Pow(m[1], 3);
        TrialProblem.AssertClose([0.000124951530132, 0.107437484703 + relaxed], [direct[0] * 2 * m[0], direct[1] * 2 * m[1]], Printed, "direct");
    }

    [Fact]
    public void R2_hypergradient_through_switches_of_three_components()
    {
        double[] m = [1, 2, 2, 1, 1.7, 1.65];
        var divergence = new MaxOfDiagonals<double>(3, [.. m.Select(x => x * x)], Center.Origin, MaxStep.Printed);
        var rule = new MirrorDescent<double>(divergence, 0.3);
        var problem = new TrialProblem(
            rule, new RelaxedRegretBound<double>(0), 6, start: [0.3, 1.2], objective: () => new QuarticObjective(TrialProblem.H2, [2, -1]), fullBatch: true);
        foreach (Hypergradient<double> mode in (Hypergradient<double>[])[new ReverseMode<double>(), new ForwardMode<double>()])
        {
            (double[] total, double[] direct, HypergradientReport report) = problem.Compute(mode);
            Assert.Equal(7.58058367139, report.Value, 1e-10);
            TrialProblem.AssertClose([0.735557172112, -0.710034992798], ThetaOf(problem), Printed, "theta_T");
            double[] dm = [.. total.Take(6).Select((g, i) => g * 2 * m[i])];
            TrialProblem.AssertClose(
                [-0.766636977644, 5.72447466253, -0.184999405813, -8.07340969615, 0.884360672365, 0.409048193032], dm, Printed, "dB/dM");
            TrialProblem.AssertClose(
                [-0.351334303267, 6.28816796543, 0, 0, 0.919775400856, 0.831846990145], [.. direct.Take(6).Select((g, i) => g * 2 * m[i])], Printed, "direct");
        }
    }

    [Theory]
    [InlineData(5, 1.36780438105)]
    [InlineData(20, 5.4712175242)]
    [InlineData(60, 16.4136525726)]
    public void R13_off_convergence_the_implicit_hypergradient_is_wrong_by_the_ratio_T_u_over_1_minus_u(int steps, double ratio)
    {
        // One dimension, curvature 1, u = eta h / P = .2148; E = final loss, so dE/dtheta_T is the same for both.
        var rule = new MirrorDescent<double>(new DiagonalQuadratic<double>([1.0]), 0.2148);
        var problem = new TrialProblem(
            rule, new FinalLoss<double>(), steps, fullBatch: true, start: [1.0], objective: () => new QuadraticObjective<double>([1.0], [0.0]));
        double exact = problem.Compute(new ReverseMode<double>()).Total[0];
        (double[] implicitTotal, _, HypergradientReport report) = problem.Compute(new ImplicitMode<double>(ImplicitMethod.FixedPoint, 2000, 1e-15));
        Assert.Equal(ratio, exact / implicitTotal[0], Printed * ratio);
        Assert.True(report.FixedPointResidual > 1e-9, "off convergence the report says so");

        (double[] three, _, _) = problem.Compute(new ImplicitMode<double>(ImplicitMethod.Neumann, 2, 0));
        Assert.Equal(0.515893545792, three[0] / implicitTotal[0], Printed);
    }

    [Fact]
    public void At_a_minimizer_the_implicit_hypergradient_of_a_metric_is_zero()
    {
        var rule = new MirrorDescent<double>(new DiagonalQuadratic<double>([2.0, 0.7]), 0.3);
        var problem = new TrialProblem(
            rule, new ValidationLoss<double>(), 400, fullBatch: true, objective: () => new QuadraticObjective<double>(TrialProblem.H2, [1, -1]));
        foreach (ImplicitMethod method in (ImplicitMethod[])[ImplicitMethod.Neumann, ImplicitMethod.FixedPoint, ImplicitMethod.NormalConjugateGradient])
        {
            (double[] total, _, HypergradientReport report) = problem.Compute(new ImplicitMode<double>(method, 500, 1e-12));
            Assert.True(report.Succeeded, report.Verdict);
            Assert.All(total, g => Assert.True(Math.Abs(g) < 1e-12, $"{method}: {g}"));
        }

        Assert.All(problem.Compute(new ReverseMode<double>()).Total, g => Assert.True(Math.Abs(g) < 1e-12, $"reverse agrees: {g}"));
    }

    private static double[] ThetaOf(TrialProblem problem)
    {
        problem.Inner.Start(problem.Meta, problem.Run);
        Assert.False(problem.Inner.Descent.Run().Diverged);
        return problem.Inner.Descent.Theta.ToArray();
    }
}
