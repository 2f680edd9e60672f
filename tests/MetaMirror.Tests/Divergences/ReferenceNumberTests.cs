using MetaMirror.Divergences;

namespace MetaMirror.Tests.Divergences;

/// <summary>Reference numbers of PAPERS section 9 for divergences: R1 to R6 and R12.</summary>
public sealed class ReferenceNumberTests
{
    /// <summary>The numbers are printed to 12 digits.</summary>
    private const double Printed = 1e-11;

    private static readonly double[] P1 = [1, 4];
    private static readonly double[] P2 = [4, 1];

    [Fact]
    public void R1_Hypergradient_Of_Three_Diagonal_Steps()
    {
        double[] m = [1.5, .8];
        const double k = .2;
        var run = new UnrolledRun(new DiagonalQuadratic<double>(), Squared(m), [1, -1], [.5, -.25], .1, 3);
        Close([.5, -.40380859375, .50341796875, -.525737628053, .509126939251, -.616465354268], [.. run.States.Skip(1).SelectMany(x => x)]);
        Close([.0430687075288, .355568707529], [run.Bregman, run.Bregman + (k / run.StrongConvexity)]);
        (double[] lambda, double[] direct, double[] total, double[] adjoint) = run.Reverse();
        direct = PerRoot(direct, m);
        total = PerRoot(total, m);
        Close([.000124951530132, .107437484703], direct);
        Close([-.000321926355366, -.15426287068], [total[0] - direct[0], total[1] - direct[1]]);
        Close([-.000196974825234, -.046825385977], total);
        double[] penalty = PerRoot([.. lambda.Select(x => -k * x / (run.StrongConvexity * run.StrongConvexity))], m);
        Close([-.000196974825234, -.828075385977], [total[0] + penalty[0], total[1] + penalty[1]]);
        Close([.0496492565174, -.106623627804], adjoint);
    }

    [Fact]
    public void R2_Hypergradient_Of_Six_Printed_Steps_With_Switches()
    {
        double[] m = [1, 2, 2, 1, 1.7, 1.65];
        var divergence = new MaxOfDiagonals<double>(3, center: Center.Origin, step: MaxStep.Printed);
        var run = new UnrolledRun(divergence, Squared(m), [2, -1], [.3, 1.2], .3, 6);
        Assert.Equal([1, 1, 3, 2, 2, 2, 3], run.ActiveComponents(divergence));
        Close([.735557172112, -.710034992798], run.End);
        Close([7.58058367139], [run.Bregman]);
        (_, double[] direct, double[] total, _) = run.Reverse();
        Close([-.351334303267, 6.28816796543, 0, 0, .919775400856, .831846990145], PerRoot(direct, m));
        Close([-.766636977644, 5.72447466253, -.184999405813, -8.07340969615, .884360672365, .409048193032], PerRoot(total, m));
    }

    [Theory]
    [InlineData(0, 1, 1, 0, 4)]
    [InlineData(1, .5, 1, 0, .125)]
    [InlineData(99.9, 100, 100, 99.9, 30.01)]
    public void R3_Bregman_Values_About_The_Origin(double u1, double u2, double r1, double r2, double expected) =>
        Assert.Equal(expected, Pair(Center.Origin, MaxStep.Exact, [0, 0]).Bregman([u1, u2], [r1, r2]), Printed * 30);

    [Fact]
    public void R3_Centered_Values_Are_The_Largest_Quadratic() =>
        Assert.Equal([2.5, .5], [Pair(Center.Start, MaxStep.Exact, [0, 0]).Bregman([0, 1], [1, 0]), Pair(Center.Start, MaxStep.Exact, [0, 0]).Bregman([1, .5], [1, 0])]);

    [Fact]
    public void R4_Exact_Step_Of_Two_Components()
    {
        DivergenceHarness<double> dual = Pair(Center.Start, MaxStep.Exact, [0, 0]);
        dual.Step(1, [-1, -2]);
        Close([7.0 / 9, 2.0 / 9, .6, .6], [dual.State[2], dual.State[3], .. dual.Theta]);
        Close([.9], [dual.Divergence.Potential(dual.Context, dual.Theta, [0, 0])]);
        DivergenceHarness<double> exact = Pair(Center.Origin, MaxStep.Exact, [1, .5]), printed = Pair(Center.Origin, MaxStep.Printed, [1, .5]);
        exact.Step(.3, [5, -2]);
        printed.Step(.3, [5, -2]);
        Close([2.5, 1.1, 19.0 / 108, 89.0 / 108], exact.State);
        Close([.72, .72], exact.Theta);
        Close([.625, 1.1], printed.Theta);
    }

    [Fact]
    public void R5_Exact_Step_And_Derivatives_Of_Three_Components()
    {
        double[] p = [1, 4, 2, 3.5, 1, 2.2, 2, 2.1, 4], z = [1, 1.3, 1.1];
        var harness = new DivergenceHarness<double>(new MaxOfDiagonals<double>(3), ParameterLayout.Vector(3), p, [0, 0, 0]);
        harness.Step(1, [.. z.Select(x => -x)]);
        Close([.226132715949, .0107208560948, .763146427957], harness.State[3..6]);
        Close([.558675270211, .516311631086, .311752765188], harness.Theta);
        Close([.786404216165], [harness.Divergence.Potential(harness.Context, harness.Theta, [0, 0, 0])]);

        var conjugate = new MaxConjugate<double>(3, p, z);
        double[] a = [.2, .3, .5], q = new double[3], h = new double[9];
        conjugate.Evaluate(a, q, h);
        double unit = conjugate.Scale * conjugate.Scale;
        Close([.959195292238, .67062670977, .839861649917], [.. q.Select(x => x / unit)]);
        Close([.812957896337], [(a[0] * q[0] / unit) + (a[1] * q[1] / unit) + (a[2] * q[2] / unit)]);
        Close([2.97747822382, 1.17327391847, 1.94182552834, 1.17327391847, 1.44988694094, 1.34326510712, 1.94182552834, 1.34326510712, 1.77675732406], [.. h.Select(x => x / unit)]);
    }

    [Theory]
    [InlineData(MaxStep.Exact, 100, -.643, -.821485074627, 1.86355483636, .523578562856)]
    [InlineData(MaxStep.Exact, 2000, 1.07217555556, 1.22001313433, .202509118994, .5984121318)]
    [InlineData(MaxStep.Printed, 100, -3.805355875, -4.21100480597, 2.77405601375, .7808253749)]
    [InlineData(MaxStep.Printed, 2000, -12.0920929861, -13.2344735821, 9.02170677697, 27.4278987918)]
    public void R6_Printed_Step_Walks_Away_From_The_Minimizer(MaxStep step, int steps, double end1, double end2, double averageRegret, double ratio)
    {
        const double eta = .1;
        double[] start = [-1.785, .357], minimizer = [1.11, 1.225];
        var harness = new DivergenceHarness<double>(
            new MaxOfDiagonals<double>(2, center: Center.Origin, step: step), ParameterLayout.Vector(2), [8, .75, .9, 6.7], start);
        double regret = 0, squares = 0;
        for (int t = 0; t < steps; t++)
        {
            double v1 = 1.09 * (harness.Theta[0] - 1.11), v2 = .99 * (harness.Theta[1] - 1.225);
            double plus = .337 * Sign(v1 + v2), minus = Sign(v1 - v2);
            double[] g = [1.09 * (plus + minus), .99 * (plus - minus)];
            regret += (.337 * Math.Abs(v1 + v2)) + Math.Abs(v1 - v2);
            squares += (g[0] * g[0]) + (g[1] * g[1]);
            harness.Step(eta, g);
        }

        double bregman = harness.Bregman(minimizer, start), lambda = harness.Divergence.StrongConvexity(harness.Context);
        Close([33.897038375, .75], [bregman, lambda]);
        Close([end1, end2], harness.Theta);
        Close([averageRegret], [regret / steps]);
        Close([ratio], [regret / ((bregman / eta) + (eta / (2 * lambda) * squares))]);
        Assert.Equal(step == MaxStep.Printed && steps == 2000, ratio > 1);
    }

    [Fact]
    public void R12_Relaxed_Bound_Collapses_To_One_Rate()
    {
        // E(P) = mean B + k / lambda with mean squared displacements (4, 1, .25) and k = 1: minimal at P = lambda* I among all diagonals.
        double[] delta = [2, 1, .5], zero = [0, 0, 0];
        double best = Math.Sqrt(2 / 5.25);
        Close([.617213399848, 3.2403703492], [best, Value([best, best, best])]);
        var stream = Draws.Stream(31);
        for (int trial = 0; trial < 1000; trial++)
        {
            double[] other = Draws.Positive(ref stream, 3, Math.Pow(10, -3 * stream.NextDouble()));
            Assert.True(Value([.. other.Select(x => best * x)]) >= Value([best, best, best]));
        }

        double Value(double[] p)
        {
            var harness = new DivergenceHarness<double>(new DiagonalQuadratic<double>(), ParameterLayout.Vector(3), p, zero);
            return harness.Bregman(delta, zero) + (1 / harness.Divergence.StrongConvexity(harness.Context));
        }
    }

    [Fact]
    public void R12_Total_Gradient_Changes_Its_Sign_At_The_Hump()
    {
        // B of T steps on h/2 theta^2 from 1, x = eta h T / p: B = eta h T (1 - (1 - x/T)^T)^2 / (2 x), largest at the x where dB/dp = 0.
        const int steps = 500;
        Close([1.25693922107, .407776717324], [HumpOf(steps), 2 * Hump(HumpOf(steps), steps).Value]);

        // In the limit of many steps: both have series in 1 / T, whose first four terms cancel between T, 2T, ..., 16T.
        double[] at = [.. Enumerable.Range(0, 5).Select(k => HumpOf(400 << k))], values = [.. at.Select((x, k) => 2 * Hump(x, 400 << k).Value)];
        Close([1.25643120863, .407264377589], [Limit(at), Limit(values)]);
    }

    private static double Limit(double[] halving)
    {
        for (int order = 1; order < halving.Length; order++)
        {
            for (int k = halving.Length - 1; k >= order; k--)
                halving[k] += (halving[k] - halving[k - 1]) / ((1 << order) - 1);
        }

        return halving[^1];
    }

    /// <summary>The x where the total derivative of B vanishes, by bisection.</summary>
    private static double HumpOf(int steps)
    {
        double low = 1, high = 2;
        for (int i = 0; i < 50; i++)
        {
            double x = (low + high) / 2;
            if (Hump(x, steps).Slope < 0)
                low = x;
            else
                high = x;
        }

        return low;
    }

    /// <summary>B and dB/dp at p = 1 with eta h T = x, by the product's own step and its transpose.</summary>
    private static (double Value, double Slope) Hump(double x, int steps)
    {
        double eta = x / steps;
        var harness = new DivergenceHarness<double>(new ScaledIdentity<double>(), ParameterLayout.Vector(1), [1], [1]);
        double[] path = new double[steps];
        for (int t = 0; t < steps; t++)
        {
            path[t] = harness.Theta[0];
            harness.Step(eta, [path[t]]);
        }

        double[] a = [0], aMeta = [0], aGradient = [0], theta = [0], g = [0], aEta = [0], start = [1];
        harness.Divergence.AddBregmanGradient(harness.Context, harness.Theta, start, 1, a, [], aMeta);
        for (int t = steps - 1; t >= 0; t--)
        {
            aGradient[0] = 0;
            theta[0] = g[0] = path[t];
            harness.Divergence.StepVjp(harness.Context, eta, g, theta, [], a, [], aGradient, aMeta, aEta);
            a[0] += aGradient[0];
        }

        // In units of eta h T, which is x at p = 1.
        return (harness.Bregman(harness.Theta, start) / x, aMeta[0]);
    }

    private static DivergenceHarness<double> Pair(Center center, MaxStep step, double[] theta) =>
        new(new MaxOfDiagonals<double>(2, center: center, step: step), ParameterLayout.Vector(2), [.. P1, .. P2], theta);

    private static double Sign(double x) => x > 0 ? 1 : -1;

    private static double[] Squared(double[] m) => [.. m.Select(x => x * x)];

    /// <summary>dE/dm = dE/dP 2 m.</summary>
    private static double[] PerRoot(double[] perMetric, double[] m) => [.. perMetric.Zip(m, (x, r) => 2 * r * x)];

    private static void Close(double[] expected, double[] actual, double tolerance = Printed)
    {
        double scale = expected.Max(Math.Abs);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance * scale);
    }
}
