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
/// Can implicit gradients train learning rates? PAPERS 2.3 in numbers: exactly zero at convergence, off it the wrong size (T u / (1 - u)), and for
/// 1 &lt; u &lt; 2 the wrong sign; the documentation quotes the small experiment at the end.
/// </summary>
public sealed class ImplicitRateTests
{
    /// <summary>Solves to 1e-15 of a number that is (1 - u)^T of its start.</summary>
    private const double Tolerance = 1e-9;

    [Theory]
    [InlineData(.2148, 5)]
    [InlineData(.05, 5)]
    [InlineData(.05, 40)]
    [InlineData(1.3, 5)]
    [InlineData(1.3, 6)]
    [InlineData(1.8, 12)]
    public void True_over_implicit_is_T_u_over_1_minus_u_with_the_wrong_sign_above_1(double u, int steps)
    {
        TrialProblem problem = OneDimension(u, steps, new FinalLoss<double>());
        double exact = problem.Compute(new ReverseMode<double>()).Total[0];
        (double[] total, _, HypergradientReport report) = problem.Compute(new ImplicitMode<double>(ImplicitMethod.NormalConjugateGradient, 50, 1e-15));
        Assert.Equal(steps * u / (1 - u), exact / total[0], Tolerance * Math.Abs(steps * u / (1 - u)));
        Assert.Equal(u > 1, exact * total[0] < 0);
        Assert.Contains("did not end at a fixed point", report.Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(.2148, 1)]
    [InlineData(.2148, 3)]
    [InlineData(.05, 10)]
    [InlineData(1.3, 4)]
    public void Terms_of_the_series_give_1_minus_1_minus_u_to_the_i_of_it(double u, int terms)
    {
        TrialProblem problem = OneDimension(u, 5, new FinalLoss<double>());
        double limit = problem.Compute(new ImplicitMode<double>(ImplicitMethod.NormalConjugateGradient, 50, 1e-15)).Total[0];
        foreach (Hypergradient<double> mode in (Hypergradient<double>[])[new ImplicitMode<double>(ImplicitMethod.Neumann, terms - 1, 0), new ImplicitMode<double>(ImplicitMethod.FixedPoint, terms, 0)])
            Assert.Equal(1 - Math.Pow(1 - u, terms), problem.Compute(mode).Total[0] / limit, Tolerance);
    }

    [Fact]
    public void T1_T2_is_the_series_of_no_repeats()
    {
        // dE/dm = m o Delta^2 + 2 eta g_T o Delta / m for E = B(theta_T || theta_1) (PAPERS 2.4); in P = m^2: Delta^2 / 2 + eta g_T o Delta / P.
        const double eta = .3;
        double[] p = [2, .7];
        var problem = new TrialProblem(new MirrorDescent<double>(new DiagonalQuadratic<double>([.. p]), eta), new RelaxedRegretBound<double>(0), 7, fullBatch: true, penalty: false);
        (double[] total, double[] direct, HypergradientReport report) = problem.Compute(new ImplicitMode<double>(ImplicitMethod.Neumann, 0, 0));
        double[] gradient = new double[2], end = problem.Inner.Descent.Theta.ToArray(), start = problem.Inner.Descent.Initial.ToArray();
        problem.Inner.Descent.Objective.Evaluate(end, [], BatchKey.Full, gradient);
        for (int i = 0; i < 2; i++)
        {
            double delta = end[i] - start[i];
            Assert.Equal(delta * delta / 2, direct[i], 1e-15);
            Assert.Equal((delta * delta / 2) + (eta * gradient[i] * delta / p[i]), total[i], 1e-15);
        }

        Assert.Equal(0, report.Solver!.Iterations);
        Assert.Contains("truncated after 0 iterations as asked", report.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Stationarity_by_its_series_has_the_sign_and_the_final_factor()
    {
        // Ridge in one weight: dw_*/dl = -w_* / (h + l) = -.5 / 2.5 with h = 2, l = .5, b = 1.25; alpha = 1 / ||H||, so one term is exact in one dimension.
        var weight = new RegularizerWeight(.5);
        var task = new ObjectiveTask<double>("ridge", () => new Regularized<double>(new QuadraticObjective<double>([2.0], [1.25]), weight), [0.0])
        {
            Validation = () => new QuadraticObjective<double>([0.0], [-1.0]),
        };
        var problem = new Descents.InnerProblem<double>(
            task, new Sgd<double>(new SgdOptions { LearningRate = .3, Learn = [] }), new TaskInitialPoint<double>(), new Descents.Unroll(100, FullBatch: true));
        foreach (int repeats in (int[])[0, 1, 30])
        {
            MetaGradient gradient = MetaGradient.Of(problem, new ValidationLoss<double>(), new ImplicitMode<double>(ImplicitMethod.StationarityNeumann, repeats, 0));
            Assert.Equal(-.2, gradient.At(MetaPlace.Objective)[0], 1e-13);
        }
    }

    [Fact]
    public void Learning_two_rates_reverse_mode_stops_at_newton_and_the_implicit_gradient_walks_past_it()
    {
        // Curvatures 1 and .1, T = 10, E = final loss, P moved by 5 % against the sign of its hypergradient; u = eta h / P starts at (.5, .05).
        List<(double U1, double U2, double Loss)> reverse = Learn(new ReverseMode<double>());
        List<(double U1, double U2, double Loss)> implicitly = Learn(new ImplicitMode<double>(ImplicitMethod.NormalConjugateGradient, 50, 1e-13));
        Assert.Equal([.. reverse[..15].Select(x => x.U1)], [.. implicitly[..15].Select(x => x.U1)]);
        Assert.Equal(1.007, implicitly[14].U1, .001);
        Assert.All(reverse[14..], x => Assert.InRange(x.U1, .95, 1.06));
        Assert.InRange(reverse[60].U2, 1, 1.01);
        Assert.InRange(reverse[60].Loss, 0, 1e-30);
        Assert.Equal(28, implicitly.FindIndex(x => x.U1 > 2));
        Assert.Equal(1.448e-3, implicitly.Min(x => x.Loss), 1e-6);
        Assert.True(implicitly[60].Loss > 1e18);
    }

    [Fact]
    public void At_convergence_it_moves_nothing()
    {
        TrialProblem problem = TwoDimensions(1200, [1, 1]);
        Assert.All(problem.Compute(new ImplicitMode<double>(ImplicitMethod.NormalConjugateGradient, 50, 1e-13)).Total, g => Assert.InRange(Math.Abs(g), 0, 1e-24));
    }

    private static List<(double U1, double U2, double Loss)> Learn(Hypergradient<double> mode)
    {
        double[] p = [1, 1];
        var path = new List<(double, double, double)>();
        for (int k = 0; k <= 60; k++)
        {
            (double[] total, _, HypergradientReport report) = TwoDimensions(10, p).Compute(mode);
            path.Add((.5 / p[0], .05 / p[1], report.Value));
            for (int i = 0; i < 2; i++)
                p[i] *= Math.Exp(-.05 * Math.Sign(total[i]));
        }

        return path;
    }

    private static TrialProblem TwoDimensions(int steps, double[] p) => new(
        new MirrorDescent<double>(new DiagonalQuadratic<double>([.. p]), .5), new FinalLoss<double>(), steps, fullBatch: true, start: [1, 1],
        objective: () => new QuadraticObjective<double>([1, 0, 0, .1], [0, 0]));

    private static TrialProblem OneDimension(double u, int steps, MetaObjective<double> objective) => new(
        new MirrorDescent<double>(new DiagonalQuadratic<double>([1.0]), u), objective, steps, fullBatch: true, start: [1.0], objective: () => new QuadraticObjective<double>([1.0], [0.0]));
}
