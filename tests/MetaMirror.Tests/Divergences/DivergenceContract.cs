using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Tests.Cases;

namespace MetaMirror.Tests.Divergences;

/// <summary>What every divergence must do: definition of B, convexity constants, the mirror step as a minimizer.</summary>
public sealed class DivergenceContract
{
    private const double Eta = 0.3;
    private const int Steps = 4;
    private const int Trials = 40;

    /// <summary>B and its parts are sums of about ten products of size 1 to 10: some 100 roundings of 1e-16.</summary>
    private const double Rounding = 1e-13;

    /// <summary>Three steps in float: some 100 roundings of 6e-8.</summary>
    private const double SingleRounding = 6e-6;

    public static TheoryData<string> Names => DivergenceCases.Names;

    public static TheoryData<string> Exact => DivergenceCases.Exact;

    public static TheoryData<string> WithOracle => DivergenceCases.WithOracle;

    [Theory, MemberData(nameof(Names))]
    public void Bregman_Is_Its_Definition_Not_Negative_And_Zero_At_Equal_Points(string name)
    {
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(1);
        for (int trial = 0; trial < Trials; trial++)
        {
            double[] a = c.DrawPoint(ref stream), b = c.DrawPoint(ref stream), slope = new double[a.Length];
            var harness = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, c.DrawMeta(ref stream), a);
            double bregman = harness.Bregman(a, b);
            Assert.True(bregman > 0);
            Assert.Equal(0, harness.Bregman(a, a));
            harness.Divergence.PotentialGradient(harness.Context, b, b, slope);
            double definition = harness.Divergence.Potential(harness.Context, a, b) - harness.Divergence.Potential(harness.Context, b, b) - Dot(slope, Minus(a, b));
            Assert.Equal(definition, bregman, Rounding * (1 + bregman));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Bregman_Meets_The_Three_Point_Identity(string name)
    {
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(2);
        for (int trial = 0; trial < Trials; trial++)
        {
            double[] x = c.DrawPoint(ref stream), y = c.DrawPoint(ref stream), z = c.DrawPoint(ref stream), center = c.DrawPoint(ref stream);
            double[] atY = new double[x.Length], atZ = new double[x.Length];
            var harness = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, c.DrawMeta(ref stream), x);
            harness.Divergence.PotentialGradient(harness.Context, y, center, atY);
            harness.Divergence.PotentialGradient(harness.Context, z, center, atZ);
            double left = Around(harness, center, x, y) + Around(harness, center, y, z);
            Assert.Equal(left, Around(harness, center, x, z) + Dot(Minus(atZ, atY), Minus(x, y)), Rounding * (1 + left));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Potential_Is_Strongly_Convex_In_The_Norms_That_It_Names(string name)
    {
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(3);
        bool isBound = c.Double() is not DiagonalDivergence<double> { Lambda.IsLowerBound: false };
        for (int trial = 0; trial < Trials; trial++)
        {
            double[] a = c.DrawPoint(ref stream), b = c.DrawPoint(ref stream), g = Draws.Normal(ref stream, a.Length), delta = Minus(a, b);
            var harness = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, c.DrawMeta(ref stream), a);
            double bregman = harness.Bregman(a, b) * (1 + Rounding), along = Dot(g, delta);

            // B >= 1/2 ||delta||^2 and <g, delta> <= ||g||_* ||delta|| together say B >= <g, delta>^2 / (2 ||g||_*^2).
            Assert.True(bregman >= along * along / (2 * harness.Divergence.DualNormSquared(harness.Context, g)));
            if (isBound && harness.Divergence.Domain == DivergenceDomain.Everywhere)
                Assert.True(bregman >= harness.Divergence.StrongConvexity(harness.Context) / 2 * Dot(delta, delta));
        }
    }

    [Theory, MemberData(nameof(Exact))]
    public void Exact_Steps_Minimize_The_Sum_Of_Gradients_Plus_Bregman(string name)
    {
        // Without constraints the steps add up in the dual: theta_{t+1} = argmin <g_1 + ... + g_t, theta> + B(theta||theta_1) / eta.
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(4);
        for (int trial = 0; trial < Trials / 4; trial++)
        {
            double[] start = c.DrawPoint(ref stream), sum = new double[start.Length];
            var harness = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, c.DrawMeta(ref stream), start);
            for (int step = 0; step < Steps; step++)
            {
                double[] g = Draws.Normal(ref stream, start.Length);
                sum = Plus(sum, g);
                harness.Step(Eta, g);
                double best = Value(harness.Theta);
                for (int perturbation = 0; perturbation < Trials; perturbation++)
                {
                    double[] other = Plus(harness.Theta, Draws.Normal(ref stream, start.Length, Math.Pow(10, -4 * stream.NextDouble())));
                    if (harness.Divergence.Domain == DivergenceDomain.Simplex)
                    {
                        other = [.. other.Select(Math.Abs)];
                        DivergenceCase.Normalize(other);
                    }

                    Assert.True(Value(other) >= best - (Rounding * (1 + Math.Abs(best))));
                }
            }

            double Value(double[] theta) => Dot(sum, theta) + (harness.Bregman(theta, start) / Eta);
        }
    }

    [Theory, MemberData(nameof(WithOracle))]
    public void Closed_Form_Steps_Meet_The_First_Order_Condition_And_Equal_The_Numerical_Step(string name)
    {
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(5);
        bool simplex = c.Double().Domain == DivergenceDomain.Simplex;
        double[] meta = c.DrawMeta(ref stream), start = c.DrawPoint(ref stream);
        var closed = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, meta, start);
        var numerical = new DivergenceHarness<double>(new NumericalMirrorStep<double>(c.Oracle!(meta)), DivergenceCase.Layout, [], start);
        for (int step = 0; step < 10 * Steps; step++)
        {
            double[] g = Draws.Normal(ref stream, start.Length), before = new double[g.Length], after = new double[g.Length];
            closed.Divergence.PotentialGradient(closed.Context, closed.Theta, start, before);
            closed.Step(Eta, g);
            numerical.Step(Eta, g);
            if (simplex)
                DivergenceCase.Normalize(numerical.Theta);
            Close(numerical.Theta, closed.Theta, 1e-11);
            closed.Divergence.PotentialGradient(closed.Context, closed.Theta, start, after);
            double[] residual = Plus(Minus(after, before), [.. g.Select(x => Eta * x)]);
            foreach (ParameterBlock block in DivergenceCase.Layout.Blocks)
            {
                // On the simplex the multiplier of sum theta = 1 is left: equal in all entries of a tensor.
                double multiplier = simplex ? residual[block.Offset] : 0;
                Assert.All(residual.AsSpan(block.Offset, block.Length).ToArray(), x => Assert.Equal(multiplier, x, 1e-12));
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Float_Agrees_With_Double(string name)
    {
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(6);
        float[] meta = Single(c.DrawMeta(ref stream)), start = Single(c.DrawPoint(ref stream));
        var narrow = new DivergenceHarness<float>(c.Single(), DivergenceCase.Layout, meta, start);
        var wide = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, Wide(meta), Wide(start));
        if (wide.Divergence.Domain == DivergenceDomain.Simplex)
            DivergenceCase.Normalize(wide.Theta);
        for (int step = 0; step < Steps; step++)
        {
            float[] g = Single(Draws.Normal(ref stream, start.Length));
            narrow.Step((float)Eta, g);
            wide.Step((float)Eta, Wide(g));
        }

        Close(wide.Theta, Wide(narrow.Theta), SingleRounding);
        Close(
            [wide.Bregman(wide.Theta, Wide(start)), wide.Divergence.StrongConvexity(wide.Context), wide.Divergence.DualNormSquared(wide.Context, Wide(start))],
            [narrow.Bregman(narrow.Theta, start), narrow.Divergence.StrongConvexity(narrow.Context), narrow.Divergence.DualNormSquared(narrow.Context, start)],
            10 * SingleRounding);
    }

    [Theory, MemberData(nameof(Names))]
    public void Steps_And_Derivatives_Allocate_Nothing(string name)
    {
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(7);
        double[] start = c.DrawPoint(ref stream), g = Draws.Normal(ref stream, start.Length, 0.1), aEta = new double[1];
        var harness = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, c.DrawMeta(ref stream), start);
        double[] meta = new double[c.MetaLength], tangent = new double[start.Length], dGradient = new double[start.Length], dState = new double[harness.State.Length];
        Allocation.AssertNone(Once);

        void Once()
        {
            harness.Divergence.StepJvp(harness.Context, Eta, g, harness.Theta, harness.State, meta, 0, dGradient, tangent, dState);
            harness.Divergence.StepVjp(harness.Context, Eta, g, harness.Theta, harness.State, tangent, dState, dGradient, meta, aEta);
            harness.Step(Eta, g);
            _ = harness.Bregman(harness.Theta, start) + harness.Divergence.DualNormSquared(harness.Context, g) + harness.Divergence.StrongConvexity(harness.Context);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Meta_Parameters_Are_Positive_Stored_By_Their_Logarithm_Or_Free_And_Named_Once(string name)
    {
        Divergence<double> divergence = DivergenceCases.Named(name).Double();
        var meta = new MetaParameters<double>([], divergence.MetaSpecs(DivergenceCase.Layout), []);

        // Free are only what lies below the diagonal of a Cholesky factor and the columns of a low-rank term: any value is a metric there.
        bool IsFree(MetaParameterEntry<double> e) =>
            divergence is FactoredDivergence<double> && (e.Spec.Name.EndsWith(".lower", StringComparison.Ordinal) || e.Spec.Name.EndsWith(".low_rank", StringComparison.Ordinal));
        Assert.All(meta.Entries, e => Assert.Equal(IsFree(e) ? MetaTransform.Identity : MetaTransform.Log, e.Spec.Transform));
        Assert.All(meta.Entries.Where(e => !IsFree(e)), e => Assert.All(meta.Natural.Slice(e.Offset, e.Spec.Length).ToArray(), x => Assert.True(x > 0)));
        Assert.Equal(meta.Length, DivergenceCases.Named(name).MetaLength);
    }

    [Theory, MemberData(nameof(Names))]
    public void Wrong_Lengths_Are_Refused_With_Both_Lengths(string name)
    {
        DivergenceCase c = DivergenceCases.Named(name);
        RandomStream stream = Draws.Stream(8);
        var harness = new DivergenceHarness<double>(c.Double(), DivergenceCase.Layout, c.DrawMeta(ref stream), c.DrawPoint(ref stream));
        int n = harness.Theta.Length;
        ArgumentException error = Assert.Throws<ArgumentException>(() => harness.Divergence.Step(harness.Context, Eta, new double[n + 1], harness.Theta, harness.State));
        Assert.Contains($"length {n + 1}, expected {n}", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => harness.Divergence.Step(harness.Context, Eta, new double[n], new double[n + 1], harness.State));
    }

    private static double Around(DivergenceHarness<double> harness, double[] center, double[] a, double[] b)
    {
        double[] slope = new double[a.Length];
        harness.Divergence.PotentialGradient(harness.Context, b, center, slope);
        return harness.Divergence.Potential(harness.Context, a, center) - harness.Divergence.Potential(harness.Context, b, center) - Dot(slope, Minus(a, b));
    }

    private static void Close(double[] expected, double[] actual, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance * (1 + Math.Abs(expected[i])));
    }

    private static double Dot(double[] a, double[] b) => Vectors.Dot<double>(a, b);

    private static double[] Minus(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];

    private static double[] Plus(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static float[] Single(double[] x) => [.. x.Select(v => (float)v)];

    private static double[] Wide(float[] x) => [.. x.Select(v => (double)v)];
}
