using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Optimism;
using MetaMirror.Tests.Optimism;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

public sealed class TrustRegionTests
{
    private const double Tau = .5;
    private const double Rounding = 1e-14;
    private static readonly ParameterLayout Layout = new(("0.weight", [2, 3]), ("0.bias", [2]));

    public static TheoryData<string> Kinds => ["bounded", "predictable", "normalized"];

    private static DualNormScaling<T> Region<T>(string kind, UpdateRule<T> inside, double radius = Tau)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => kind switch
        {
            "bounded" => new TrustRegion<T>(radius, inside),
            "predictable" => new PredictableTrustRegion<T>(radius, inside),
            _ => new NormalizedGradient<T>(radius, inside),
        };

    [Fact]
    public void The_Step_In_The_Metric_Is_Never_Longer_Than_Rate_Times_Radius()
    {
        double[] p = [2, .5, 1, 3, .1, 1, 4, 2];
        RandomStream stream = new(new StreamKey(5, 0, 0, StreamPurpose.Test, 0));
        foreach (string kind in (string[])["bounded", "normalized"])
        {
            RuleRun<double> run = RuleRun<double>.At(0, Region(kind, new MirrorDescent<double>(new DiagonalQuadratic<double>([.. p]), .1)), Layout, ref stream);
            double[] before = [.. run.Values.Theta];
            run.Step();
            double length = Math.Sqrt(run.Values.Theta.Zip(before, (x, y) => x - y).Select((d, i) => d * d * p[i]).Sum());
            Assert.Equal(.1 * Tau, length, Rounding);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Metric_Rate_And_Radius_Have_One_Invariance(string kind)
    {
        // (P, eta, rho) ~ (k P, k eta, sqrt(k) rho), rho = eta tau (PAPERS 6.8 b).
        const double K = 4;
        double[] p = [2, .5, 1];
        UpdateRule<double> one = Region(kind, new MirrorDescent<double>(new DiagonalQuadratic<double>([.. p]), .1), Tau);
        UpdateRule<double> other = Region(kind, new MirrorDescent<double>(new DiagonalQuadratic<double>([.. p.Select(x => K * x)]), K * .1), Tau / Math.Sqrt(K));
        GuidedRun a = new(one, [1, 2, -1], 8, Loss), b = new(other, [1, 2, -1], 8, Loss);
        Assert.All(GuidedRun.Difference(a.End, b.End), d => Assert.Equal(0, d, Rounding));
        Assert.NotEqual(new GuidedRun(new MirrorDescent<double>(new DiagonalQuadratic<double>([.. p]), .1), [1, 2, -1], 8, Loss).End, a.End);

        static double Loss(double[] x, double[] g)
        {
            for (int i = 0; i < x.Length; i++)
                g[i] = (i + 1) * x[i];
            return 0;
        }
    }

    [Fact]
    public void The_Predictable_Region_Scales_By_The_Norm_Before()
    {
        RuleRun<double> run = new(new PredictableTrustRegion<double>(Tau, new MirrorDescent<double>(new ScaledIdentity<double>(), 1)), ParameterLayout.Vector(1));
        double theta = 0, norm = 0;
        foreach (double g in (double[])[3, .2, -2, 1])
        {
            run.Values.Gradient[0] = g;
            run.Step();
            theta -= norm > Tau ? Tau / norm * g : g;
            norm = Math.Abs(g);
            Assert.Equal(theta, run.Values.Theta[0], Rounding);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Derivatives_Are_Finite_At_A_Gradient_Of_Exactly_Zero(string kind)
    {
        foreach (Divergence<double> divergence in new Divergence<double>[] { new DiagonalQuadratic<double>(2), new BlockScaled<double>(), new MaxOfDiagonals<double>(2), new NegativeEntropy<double>() })
        {
            RandomStream stream = new(new StreamKey(6, 0, 0, StreamPurpose.Test, 0));
            RuleRun<double> run = new(Region(kind, new Chain<double>(new NesterovHint<double>(.9), new MirrorDescent<double>(divergence, .1))), Layout);
            for (int i = 0; i < Layout.Length; i++)
                run.Values.Theta[i] = 1.0 / Layout.BlockAt(i).Length;
            for (int step = 0; step < 3; step++)
            {
                Array.Clear(run.Values.Gradient);
                Arrays<double> t = run.Direction(ref stream), a = run.Direction(ref stream);
                double[] aMeta = new double[run.Meta.Length];
                run.Rule.Jvp(run.Context, run.Values.Iterate, run.MetaDirection(ref stream), t.Iterate);
                run.Rule.Vjp(run.Context, run.Values.Iterate, a.Iterate, aMeta);
                Assert.All(t.Flat.Concat(a.Flat).Concat(aMeta), x => Assert.True(double.IsFinite(x)));
                run.Step();
                Assert.All(run.Values.Flat, x => Assert.True(double.IsFinite(x)));
            }
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Single_Precision_Bears_Gradients_Whose_Squares_Vanish(string kind)
    {
        RuleRun<float> run = new(Region(kind, HintCases.Mirror<float>()), Layout);
        RandomStream stream = new(new StreamKey(8, 0, 0, StreamPurpose.Test, 0));
        Array.Fill(run.Values.Gradient, 1e-30f);
        run.Step();
        Array.Fill(run.Values.Gradient, 1e-30f);
        Arrays<float> t = run.Direction(ref stream), a = run.Direction(ref stream);
        float[] aMeta = new float[run.Meta.Length];
        run.Rule.Jvp(run.Context, run.Values.Iterate, run.MetaDirection(ref stream), t.Iterate);
        run.Rule.Vjp(run.Context, run.Values.Iterate, a.Iterate, aMeta);
        Assert.All(t.Flat.Concat(a.Flat).Concat(aMeta), x => Assert.True(float.IsFinite(x)));
        run.Step();
        Assert.All(run.Values.Flat, x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void What_Cannot_Be_Measured_Is_Refused()
    {
        Assert.Contains("'adam' has none", Assert.Throws<ArgumentException>(() => new TrustRegion<double>(1, new Adam<double>()).StateLength(Layout)).Message, StringComparison.Ordinal);
        Assert.Contains("The radius of trust-region must be positive", Assert.Throws<ArgumentOutOfRangeException>(() => new TrustRegion<double>(0, HintCases.Mirror<double>())).Message, StringComparison.Ordinal);
        Assert.Contains("The momentum of heavy-ball", Assert.Throws<ArgumentOutOfRangeException>(() => new HeavyBallHint<double>(1)).Message, StringComparison.Ordinal);
        Assert.Contains("The strength of omega-hint", Assert.Throws<ArgumentOutOfRangeException>(() => new OmegaHint<double>(-1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new TrustRegion<double>(1, null!));
        Assert.Throws<ArgumentNullException>(() => new SuppliedHint<double>(null!));
        Assert.Throws<NotSupportedException>(() => new NesterovHint<Half>(.9));
        var run = new RuleRun<double>(new TrustRegion<double>(1, HintCases.Mirror<double>()), Layout) { Meta = new double[3] };
        Assert.Contains("given 3 meta-parameters, expected 10", Assert.Throws<ArgumentException>(run.Step).Message, StringComparison.Ordinal);
    }
}
