using MetaMirror.Divergences;
using MetaMirror.Optimism;
using MetaMirror.UpdateRules;
using static MetaMirror.Tests.Optimism.GuidedRun;

namespace MetaMirror.Tests.Optimism;

/// <summary>PAPERS section 9, R18 and R20-R23: trajectories to the printed digits; and case A19.</summary>
public sealed class ReferenceTrajectoryTests
{
    /// <summary>Twelve printed digits, relative to the largest entry.</summary>
    private const double Printed = 1e-11;

    /// <summary>The Cholesky factor of H2 = [2 .5; .5 1]: in y = L^T theta the metric H2 is the identity.</summary>
    private static readonly double[] L = [Math.Sqrt(2), .5 / Math.Sqrt(2), Math.Sqrt(.875)];

    [Fact]
    public void R18_Omega_And_Its_Kin()
    {
        Near([.753825, .301825], Descend(new OmegaHint<double>(1, .9)));
        Near([.67935, .23635], Descend(new OmegaHint<double>(1, 0)));
        Near([.46233435, .04811635], Descend(new OmegaMomentumHint<double>(1, .9)));

        static double[] Descend(Hint<double> hint) => new GuidedRun(
            new Chain<double>(hint, new MirrorDescent<double>(new ScaledIdentity<double>(), .1)), [1, 1], 4, (w, g) =>
            {
                (g[0], g[1]) = ((2 * w[0]) + (.5 * w[1]) - 1, (.5 * w[0]) + w[1] + 1);
                return 0;
            }).End;
    }

    /// <summary>Case A19: optax's test_scale_by_optimistic_gradient. Its first update is g_0 (optax #1082), which is Omega without averaging.</summary>
    [Fact]
    public void Optimistic_Gradients_2_3_4_Give_The_Updates_2_4_5()
    {
        GuidedRun run = new(new Chain<double>(new OmegaHint<double>(1, 0), new Sgd<double>(new() { LearningRate = 1 })), [0], 3, Published);
        Assert.Equal([2, 4, 5], Updates(run));

        // With h_1 = 0, as the bound of PAPERS 6.8 (g) has it, the first update alone is another.
        run = new(new Chain<double>(new LastGradientHint<double>(), new Sgd<double>(new() { LearningRate = 1 })), [0], 3, Published);
        Assert.Equal([4, 4, 5], Updates(run));

        double Published(double[] x, double[] g)
        {
            g[0] = x[0] == 0 ? 2 : x[0] > -5 ? 3 : 4;
            return 0;
        }

        double[] Updates(GuidedRun r) => [.. Enumerable.Range(0, 3).Select(t => r.Points[t][0] - r.Points[t + 1][0])];
    }

    [Fact]
    public void R20_Trust_Region()
    {
        // rho = eta tau.
        var region = new TrustRegion<double>(.33 / .3, Mirror(.3));
        GuidedRun run = InMetricH2(region, 6);
        double[] norms = [.. run.Gradients.Select(Norm)], steps = [.. norms.Select(n => .3 * region.Factor(n * n, 0, .33 / .3).Value)];
        Near([1.06904496765, 1.06904496765, 1.06904496765, 1.06904496765, 1.51185789204, 1.06904496765], norms);
        Near([.3, .3, .3, .3, .218274483163, .3], steps);
        Near([1.10261064045, -.12871704497], Theta(run.End));
        double[] mean = new double[2];
        for (int t = 0; t < 6; t++)
        {
            double[] theta = Theta(run.Points[t]);
            for (int i = 0; i < 2; i++)
                mean[i] += steps[t] * theta[i] / steps.Sum();
        }

        Near([.488457569456, .0367165340816], mean);
        Near([1.25329970466], [run.Losses[^1]]);
    }

    [Fact]
    public void R21_Everything_At_Once()
    {
        var region = new TrustRegion<double>(1.2, new Chain<double>(new NesterovHint<double>(.9), Mirror(.2)));
        GuidedRun run = InMetricH2(new Chain<double>(new LinearSchedule<double>(0), region), 6);
        Near([1, 1, 1, .793725393319, .793725393319, 1], [.. run.Gradients.Select(g => region.Factor(Norm(g) * Norm(g), 0, 1.2).Value)]);
        Near([1.3078586893, -.274309315687], Theta(run.End));
    }

    [Fact]
    public void R22_Heavy_Ball_And_Optimism()
    {
        foreach (UpdateRule<double> rule in new UpdateRule<double>[]
                 {
                     new Chain<double>(new HeavyBallHint<double>(.5), Diagonal(.1)), new Chain<double>(new HeavyBallHint<double>(.5, RateMeaning.Total), Diagonal(.2)),
                 })
        {
            GuidedRun run = new(rule, [0, 0], 5, R15);
            Near([.3583940625, -.3077777664], run.End);
            Near([5.61527456913], [run.Linearized([1, -2]).Sum()]);
        }

        GuidedRun optimistic = new(new Chain<double>(new LastGradientHint<double>(), Diagonal(.1)), [0, 0], 5, R15);
        Near([.25696, -.2253928448], optimistic.End);
        Near([5.62071407796], [optimistic.Linearized([1, -2]).Sum()]);
        Near([2.81035703898], [optimistic.Losses.Sum()]);
    }

    [Fact]
    public void R23_Linear_Decay()
    {
        // Steps .4 (1 - t/5), t = 1 .. 4: a decay to 0 in four steps that starts at .32.
        GuidedRun run = new(new Chain<double>(new LinearSchedule<double>(0), Diagonal(.32)), [0, 0], 4, R15);
        Near([.34713856, -.302486454272], run.End);
        Near([.357191641816], [R15(run.End, new double[2])]);
    }

    private static MirrorDescent<double> Mirror(double rate) => new(new ScaledIdentity<double>(), rate);

    private static MirrorDescent<double> Diagonal(double rate) => new(new DiagonalQuadratic<double>([2, .5]), rate);

    private static double R15(double[] x, double[] g)
    {
        (g[0], g[1]) = (x[0] - 1, .1 * (x[1] + 2));
        return (g[0] * g[0] / 2) + (.05 * (x[1] + 2) * (x[1] + 2));
    }

    /// <summary>|x1 + x2 - 1| + 1/2 |x1 - x2 - 3| in the coordinates where H2 is the identity.</summary>
    private static GuidedRun InMetricH2(UpdateRule<double> rule, int steps) => new(rule, [0, 0], steps, (y, g) =>
    {
        double[] x = Theta(y);
        double a = x[0] + x[1] - 1, b = x[0] - x[1] - 3, sa = a >= 0 ? 1 : -1, sb = b >= 0 ? .5 : -.5;
        double g0 = sa + sb, g1 = sa - sb;
        g[0] = g0 / L[0];
        g[1] = (g1 - (L[1] * g[0])) / L[2];
        return Math.Abs(a) + (.5 * Math.Abs(b));
    });

    private static double[] Theta(double[] y)
    {
        double x1 = y[1] / L[2];
        return [(y[0] - (L[1] * x1)) / L[0], x1];
    }

    private static double Norm(double[] g) => Math.Sqrt((g[0] * g[0]) + (g[1] * g[1]));

    private static void Near(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        double largest = expected.Max(Math.Abs);
        foreach (double error in Difference(expected, found))
            Assert.True(Math.Abs(error) <= Printed * largest, $"expected {string.Join(' ', expected)}, found {string.Join(' ', found)}");
    }
}
