using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>Every derivative of every divergence: complex step of the scalar reference, and JVP against VJP.</summary>
public sealed class DerivativeContract
{
    private const double Eta = 0.3;
    private const double DEta = -0.7;
    private const int Steps = 3;
    private const int Trials = 12;

    /// <summary>Imaginary step: its square is below any rounding, so the derivative has no truncation error.</summary>
    private const double H = 1e-30;

    private const double ComplexStepTolerance = 1e-10;
    private const double DualityTolerance = 1e-12;

    public static TheoryData<string> Names => DivergenceCases.Names;

    [Theory, MemberData(nameof(Names))]
    public void Runs_And_Their_Tangents_Equal_The_Scalar_Reference(string name)
    {
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(11);
        for (int trial = 0; trial < Trials; trial++)
        {
            double[] start = c.DrawPoint(ref stream), meta = c.DrawMeta(ref stream), dMeta = Draws.Normal(ref stream, meta.Length), dTheta = Draws.Normal(ref stream, start.Length);
            var harness = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, meta, start);
            double[] tangent = [.. dTheta], dState = new double[harness.State.Length];
            var gradients = new Complex[Steps][];
            for (int step = 0; step < Steps; step++)
            {
                double[] g = Draws.Normal(ref stream, start.Length), dG = Draws.Normal(ref stream, start.Length);
                gradients[step] = Along(g, dG);
                harness.Divergence.StepJvp(harness.Context, Eta, g, harness.Theta, harness.State, dMeta, DEta, dG, tangent, dState);
                harness.Step(Eta, g);
            }

            Complex[] expected = c.Reference.Run(new Complex(Eta, DEta * H), gradients, Along(start, dTheta), Along(meta, dMeta));
            Close([.. expected.Select(x => x.Real)], harness.Theta);
            Close([.. expected.Select(x => x.Imaginary / H)], tangent);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Cotangent_Map_Is_The_Transpose_Of_The_Tangent_Map(string name)
    {
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(12);
        for (int trial = 0; trial < Trials; trial++)
        {
            var harness = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, c.DrawMeta(ref stream), c.DrawPoint(ref stream));
            for (int step = 0; step < Steps; step++)
            {
                double[] g = Draws.Normal(ref stream, harness.Theta.Length);
                AssertDual(harness, g, ref stream);
                harness.Step(Eta, g);
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Gradients_Of_Bregman_Equal_The_Complex_Step(string name)
    {
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(13);
        for (int trial = 0; trial < Trials; trial++)
        {
            double[] point = c.DrawPoint(ref stream), reference = c.DrawPoint(ref stream), meta = c.DrawMeta(ref stream);
            double[] dPoint = Draws.Normal(ref stream, point.Length), dReference = Draws.Normal(ref stream, point.Length), dMeta = Draws.Normal(ref stream, meta.Length);
            double[] aPoint = new double[point.Length], aReference = new double[point.Length], aMeta = new double[meta.Length];
            var harness = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, meta, point);
            harness.Divergence.AddBregmanGradient(harness.Context, point, reference, 2, aPoint, aReference, aMeta);
            Complex expected = c.Reference.Bregman(Along(point, dPoint), Along(reference, dReference), Along(meta, dMeta));
            Close([expected.Real, 2 * expected.Imaginary / H], [harness.Bregman(point, reference), Dot(aPoint, dPoint) + Dot(aReference, dReference) + Dot(aMeta, dMeta)]);

            // Destinations may be empty, one at a time and all at once.
            double[] again = new double[point.Length], metaAgain = new double[meta.Length];
            harness.Divergence.AddBregmanGradient(harness.Context, point, reference, 2, again, [], []);
            Assert.Equal(aPoint, again);
            Array.Clear(again);
            harness.Divergence.AddBregmanGradient(harness.Context, point, reference, 2, [], again, []);
            Assert.Equal(aReference, again);
            harness.Divergence.AddBregmanGradient(harness.Context, point, reference, 2, [], [], metaAgain);
            Assert.Equal(aMeta, metaAgain);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Gradients_Of_Lambda_And_Dual_Norm_Equal_The_Complex_Step(string name)
    {
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(14);
        for (int trial = 0; trial < Trials; trial++)
        {
            double[] meta = c.DrawMeta(ref stream), dMeta = Draws.Normal(ref stream, meta.Length), aLambda = new double[meta.Length], aMeta = new double[meta.Length];
            double[] g = Draws.Normal(ref stream, DivergenceCase.Layout.Length), dG = Draws.Normal(ref stream, g.Length), aG = new double[g.Length];
            var harness = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, meta, c.DrawPoint(ref stream));
            harness.Divergence.AddStrongConvexityGradient(harness.Context, 3, aLambda);
            harness.Divergence.AddDualNormSquaredGradient(harness.Context, g, 3, aG, aMeta);
            Complex lambda = c.Reference.StrongConvexity(Along(meta, dMeta)), norm = c.Reference.DualNormSquared(Along(g, dG), Along(meta, dMeta));
            Close([lambda.Real, 3 * lambda.Imaginary / H], [harness.Divergence.StrongConvexity(harness.Context), Dot(aLambda, dMeta)]);
            Close([norm.Real, 3 * norm.Imaginary / H], [harness.Divergence.DualNormSquared(harness.Context, g), Dot(aG, dG) + Dot(aMeta, dMeta)]);
        }
    }

    private static void AssertDual(DivergenceHarness<double> harness, double[] g, ref RandomStream stream)
    {
        int n = g.Length, m = harness.State.Length;
        double[] dTheta = Draws.Normal(ref stream, n), dState = harness.Age == 0 ? new double[m] : Draws.Normal(ref stream, m), dG = Draws.Normal(ref stream, n), dMeta = Draws.Normal(ref stream, harness.Meta.Length);
        double[] aTheta = Draws.Normal(ref stream, n), aState = Draws.Normal(ref stream, m), aG = new double[n], aMeta = new double[dMeta.Length], aEta = new double[1];
        double[] thetaOut = [.. dTheta], stateOut = [.. dState], thetaIn = [.. aTheta], stateIn = [.. aState];
        harness.Divergence.StepJvp(harness.Context, Eta, g, harness.Theta, harness.State, dMeta, DEta, dG, thetaOut, stateOut);
        harness.Divergence.StepVjp(harness.Context, Eta, g, harness.Theta, harness.State, thetaIn, stateIn, aG, aMeta, aEta);
        double[] left = [Dot(aTheta, thetaOut), Dot(aState, stateOut)];
        double[] right = [Dot(thetaIn, dTheta), Dot(stateIn, dState), Dot(aG, dG), Dot(aMeta, dMeta), aEta[0] * DEta];
        double scale = left.Concat(right).Sum(Math.Abs);
        Assert.Equal(left.Sum(), right.Sum(), DualityTolerance * scale);
    }

    private static Complex[] Along(double[] x, double[] dx) => [.. x.Zip(dx, (a, b) => new Complex(a, H * b))];

    private static double Dot(double[] a, double[] b) => Vectors.Dot<double>(a, b);

    private static void Close(double[] expected, double[] actual)
    {
        double scale = 1 + expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], ComplexStepTolerance * scale);
    }
}
