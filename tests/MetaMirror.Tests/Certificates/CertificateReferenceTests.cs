using MetaMirror.Certificates;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tests.Certificates;

/// <summary>PAPERS section 9, R20 to R24: numbers that were computed twice, in 50 digits too.</summary>
public sealed class CertificateReferenceTests
{
    /// <summary>The numbers are printed to 12 digits.</summary>
    private const double Printed = 1e-11;

    private static readonly DenseGeometry H2 = new([2, .5, .5, 1], 2);
    private static readonly DiagonalGeometry P = new([2, .5]);

    /// <summary>|x1 + x2 - 1| + 1/2 |x1 - x2 - 3|, sign(0) = +1, minimum 0 at (2, -1).</summary>
    private static double Kinks(double[] x, double[] g)
    {
        double a = x[0] + x[1] - 1, b = x[0] - x[1] - 3, s = a >= 0 ? 1 : -1, r = b >= 0 ? .5 : -.5;
        g[0] = s + r;
        g[1] = s - r;
        return Math.Abs(a) + (Math.Abs(b) / 2);
    }

    /// <summary>1/2 (x1 - 1)^2 + .05 (x2 + 2)^2.</summary>
    private static double Bowl(double[] x, double[] g)
    {
        g[0] = x[0] - 1;
        g[1] = .1 * (x[1] + 2);
        return (g[0] * g[0] / 2) + (.05 * (x[1] + 2) * (x[1] + 2));
    }

    private static readonly Comparator Kink = Comparator.Minimizer([2, -1]);
    private static readonly Comparator Bottom = Comparator.Minimizer([1, -2]);

    [Fact]
    public void R20_Trust_Region()
    {
        // rho = eta tau = .33.
        DescentForm form = new([.. Enumerable.Repeat(.3, 6)]) { Scaling = GradientScaling.DualNorm, Radius = 1.1 };
        RunSums sums = FormRun.Of(H2, form, Kinks, [0, 0]);
        CertifiedRun run = FormRun.Certified(sums, Kinks, Kink, LossCurvature.Convex);
        Near([1.06904496765, 1.06904496765, 1.06904496765, 1.06904496765, 1.51185789204, 1.06904496765], sums.DualNorms);
        Near([.3, .3, .3, .3, .218274483163, .3], sums.Weights);
        Near([1.10261064045, -.12871704497], sums.Final);
        Near([.488457569456, .0367165340816], sums.Average);
        Near([7], [run.Distance * run.Distance]);
        double perWeight = sums.WeightSum / sums.Steps;
        Certificate regret = FormRun.Certify<WeightedRegret>(run);
        Near([3.01765822715, 3.81159285714], [regret.Measured!.Value * perWeight, regret.Bound!.Value * perWeight]);
        Near([1.74895537878, 2.21826774156], Pair(FormRun.Certify<AverageIterate>(run)));
        Near([1.74895537878, 1.8485736863], Pair(FormRun.Certify<UniversalAverage>(run)));
        Near([1.25329970466, 2.63418673987], Pair(FormRun.Certify<LastIterate>(run)));
    }

    [Fact]
    public void R21_Everything_At_Once()
    {
        DescentForm form = new([.. Enumerable.Range(1, 6).Select(t => .2 * (1 - ((t - 1) / 6.0)))])
        {
            Momentum = MomentumForm.Nesterov, Mu = .9, Scaling = GradientScaling.DualNorm, Radius = 1.2,
        };
        RunSums sums = FormRun.Of(H2, form, Kinks, [0, 0]);
        CertifiedRun run = FormRun.Certified(sums, Kinks, Kink, LossCurvature.Convex);
        double[] scales = [.. Enumerable.Range(0, 6).Select(t => sums.Weights[t] / sums.Gamma[t])];
        Near([1, 1, 1, .793725393319, .793725393319, 1], scales);
        Near([.48140163, .3548907, .244323, .15147, .0783, .027], sums.Kappa);
        Near([.7348907, .560989666667, .404803333333, .2683, .153666666667, .0633333333333], sums.Gamma);
        Near([1.3078586893, -.274309315687], sums.Final);
        Near([4.06114218758], [run.WeightedRegret]);
        Near([-.399172445071], [Vectors.Sum(sums.HintProducts)]);
        Certificate all = FormRun.Certify<DeployedOptimizer>(run);
        Near([4.5523750155, 2.16888961918, 1.90423072716], [all.Bound!.Value * sums.WeightSum, all.Bound.Value, all.Measured!.Value]);
        Near([1.98673159005], [FormRun.Certify<UniversalAverage>(run).Bound!.Value]);
        Assert.True(FormRun.Certify<DeployedInAdvance>(run).Bound >= all.Bound);
    }

    [Fact]
    public void R22_Heavy_Ball_And_Its_Identity()
    {
        DescentForm form = new([.. Enumerable.Repeat(.1, 5)]) { Momentum = MomentumForm.HeavyBall, Mu = .5 };
        RunSums sums = FormRun.Of(P, form, Bowl, [0, 0]);
        CertifiedRun run = FormRun.Certified(sums, Bowl, Bottom, LossCurvature.Convex);
        Near([.3583940625, -.3077777664], sums.Final);
        Near([5.61527456913], [sums.PlainLinearizedRegret(Bottom.Point)]);
        Certificate regret = FormRun.Certify<HeavyBallRegret>(run);
        Near([3.22035778793, 10.9269966516], [regret.Measured!.Value, regret.Bound!.Value]);
        Assert.False(new MomentumRegret().Certify(run).IsExceeded);
    }

    [Fact]
    public void R22_Optimism()
    {
        DescentForm form = new([.. Enumerable.Repeat(.1, 5)]) { Momentum = MomentumForm.Optimistic };
        RunSums sums = FormRun.Of(P, form, Bowl, [0, 0]);
        CertifiedRun run = FormRun.Certified(sums, Bowl, Bottom, new LossCurvature(true, 0, 1));
        Near([.25696, -.2253928448], sums.Final);
        Near([5.62071407796], [sums.PlainLinearizedRegret(Bottom.Point)]);

        // ||u - theta_1||_P^2 / (2 eta) = 20, and eta / 2 sum ||g_t - h_t||^2 less ||h_t||^2, which the identity gives back.
        Certificate regret = FormRun.Certify<WeightedRegret>(run);
        double[] hints = [0, .. sums.DualNorms[..4]];
        Near([2.81035703898, 20.0293802827], [regret.Measured!.Value, regret.Bound!.Value + (.05 * hints.Sum(h => h * h))]);
        Near([2.81035703898, 20], Pair(FormRun.Certify<OptimisticRegret>(run)));
    }

    [Fact]
    public void R23_Linear_Decay()
    {
        DescentForm form = new([.. Enumerable.Range(1, 5).Select(t => .4 * (1 - (t / 5.0)))]);
        List<double[]> path = [];
        RunSums sums = FormRun.Of(P, form, Bowl, [0, 0], path);
        Certificate certificate = FormRun.Certify<LinearDecay>(FormRun.Certified(sums, Bowl, Bottom, LossCurvature.Convex));
        Near([.34713856, -.302486454272], path[4]);
        Near([.357191641816, 1.07604503215], Pair(certificate));
    }

    [Fact]
    public void R24_Complexity_Terms_Of_Theorem4_1_Corrected_And_Printed()
    {
        var theorem = new FamilyTheorem
        {
            Divergences = [.. Enumerable.Repeat(1.0, 50)], Eta = .1, Steps = 10, Lipschitz = 1, StrongConvexity = 1, Radius = 1.5, MetricNorm = 4, Components = 2, Delta = .05,
        };
        Near([25.4558441227, 25.9287153656], [theorem.RademacherTerm, theorem.ConfidenceTerm]);
        Near([1.27279220614, .49899835987], [theorem.PrintedRademacherTerm, theorem.PrintedConfidenceTerm]);
        Assert.Equal(10 + .5, theorem.EmpiricalTerm, 12);
    }

    private static double[] Pair(Certificate certificate) => [certificate.Measured!.Value, certificate.Bound!.Value];

    private static void Near(ReadOnlySpan<double> expected, ReadOnlySpan<double> found)
    {
        Assert.Equal(expected.Length, found.Length);
        double size = Vectors.MaxAbs(expected);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - found[i]) <= Printed * size, $"entry {i}: expected {expected[i]:R}, found {found[i]:R}");
    }
}
