using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>The Kronecker metric against the dense algebra of L kron R, at the sizes of CASES A17 and at sizes where products are blocked.</summary>
public sealed class KroneckerDivergenceTests
{
    private const double Eta = .3;

    /// <summary>Solves with condition numbers up to some thousands: 1e-16 each, a few hundred roundings.</summary>
    private const double Rounding = 1e-11;

    private const double DualityTolerance = 1e-12;

    public static TheoryData<int, int, FactorKind, FactorKind> Shapes
    {
        get
        {
            FactorKind[] kinds = [FactorKind.Dense, FactorKind.Diagonal, FactorKind.LowRank];
            var data = new TheoryData<int, int, FactorKind, FactorKind>();
            foreach ((int m, int n) in new[] { (3, 2), (4, 1), (1, 5), (1, 1), (19, 37), (40, 9) })
            {
                foreach (FactorKind left in kinds)
                {
                    foreach (FactorKind right in kinds)
                        data.Add(m, n, left, right);
                }

                data.Add(m, n, FactorKind.Identity, FactorKind.Dense);
                data.Add(m, n, FactorKind.Dense, FactorKind.Identity);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Every_Member_Equals_The_Dense_Algebra_Of_The_Product(int m, int n, FactorKind left, FactorKind right)
    {
        RandomStream stream = Draws.Stream(201);
        DivergenceHarness<double> harness = Harness(m, n, left, right, ref stream);
        int size = m * n;
        double[] g = Draws.Normal(ref stream, size), start = [.. harness.Theta], l = Factor(harness, FactorSide.Left), r = Factor(harness, FactorSide.Right);
        double[] p = new double[size * size], c = new double[size * size], y = new double[size], slope = new double[size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
                p[(i * size) + j] = l[(i / n * m) + (j / n)] * r[(i % n * n) + (j % n)];
        }

        Assert.True(Cholesky.TryFactor<double>(p, size, c));
        Cholesky.Solve<double>(c, size, g, y);
        harness.Step(Eta, g);
        Close([.. start.Zip(y, (x, v) => x - (Eta * v))], harness.Theta);
        Close([Dot(g, y)], [harness.Divergence.DualNormSquared(harness.Context, g)]);

        double[] dense = new double[size], difference = [.. harness.Theta.Zip(start, (x, s) => x - s)];
        Gemm.MultiplyVector<double>(false, size, size, 1, p, start, 0, dense);
        harness.Divergence.PotentialGradient(harness.Context, start, start, slope);
        Close(dense, slope);
        Close([Dot(start, dense) / 2], [harness.Divergence.Potential(harness.Context, start, start)]);
        Gemm.MultiplyVector<double>(false, size, size, 1, p, difference, 0, dense);
        Close([Dot(difference, dense) / 2], [harness.Bregman(harness.Theta, start)]);

        Close([2 * Enumerable.Range(0, size).Sum(i => Math.Log(c[i * (size + 1)]))], [((KroneckerDivergence<double>)harness.Divergence).LogDeterminant(harness.Context)]);

        double[] valuesL = Eigenvalues(l, m), valuesR = Eigenvalues(r, n);
        Close([valuesL[0] * valuesR[0]], [harness.Divergence.StrongConvexity(harness.Context)]);
        if (left != FactorKind.Identity && right != FactorKind.Identity)
            Assert.Equal(n, valuesR.Sum(), n * Rounding);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Derivatives_Are_Dual_And_Agree_With_Central_Differences(int m, int n, FactorKind left, FactorKind right)
    {
        RandomStream stream = Draws.Stream(202);
        DivergenceHarness<double> harness = Harness(m, n, left, right, ref stream);
        int size = m * n, metas = harness.Meta.Length;
        double[] g = Draws.Normal(ref stream, size), dG = Draws.Normal(ref stream, size), dMeta = Draws.Normal(ref stream, metas, .1), a = Draws.Normal(ref stream, size);
        double[] tangent = new double[size], aTheta = [.. a], aG = new double[size], aMeta = new double[metas], aEta = new double[1];
        harness.Divergence.StepJvp(harness.Context, Eta, g, harness.Theta, [], dMeta, .7, dG, tangent, []);
        harness.Divergence.StepVjp(harness.Context, Eta, g, harness.Theta, [], aTheta, [], aG, aMeta, aEta);
        Assert.Equal(a, aTheta);
        double[] right2 = [Dot(aG, dG), Dot(aMeta, dMeta), .7 * aEta[0]];
        Assert.Equal(Dot(a, tangent), right2.Sum(), DualityTolerance * size * (Math.Abs(Dot(a, tangent)) + right2.Sum(Math.Abs)));

        // Second-order differences: h^2 of the third derivative, 1e-16 / h of rounding.
        const double h = 1e-6;
        double[] point = Draws.Normal(ref stream, size), gBregman = new double[metas], gNorm = new double[metas], gLambda = new double[metas];
        harness.Divergence.AddBregmanGradient(harness.Context, point, harness.Theta, 1, [], [], gBregman);
        harness.Divergence.AddDualNormSquaredGradient(harness.Context, g, 1, [], gNorm);
        harness.Divergence.AddStrongConvexityGradient(harness.Context, 1, gLambda);
        double[] above = Values(h), below = Values(-h), at = Values(0);
        double[] expected = [.. above.Zip(below, (x, y) => (x - y) / (2 * h))];
        double[] found = [Dot(gBregman, dMeta), Dot(gNorm, dMeta), Dot(gLambda, dMeta)];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-7 * (1 + Math.Abs(at[i])));

        double[] Values(double t)
        {
            double[] meta = [.. harness.Meta.Zip(dMeta, (x, d) => x + (t * d))];
            var moved = new DivergenceHarness<double>(harness.Divergence, harness.Layout, meta, harness.Theta);
            return [moved.Bregman(point, moved.Theta), moved.Divergence.DualNormSquared(moved.Context, g), moved.Divergence.StrongConvexity(moved.Context)];
        }
    }

    [Fact]
    public void Diagonal_Factors_Equal_The_Diagonal_Divergence()
    {
        RandomStream stream = Draws.Stream(203);
        var layout = new ParameterLayout(("w", [3, 2, 2]), ("b", [3]), ("scale", []));
        double[] l = Draws.Positive(ref stream, 3), r = Draws.Positive(ref stream, 4), b = Draws.Positive(ref stream, 3), theta = Draws.Normal(ref stream, layout.Length), g = Draws.Normal(ref stream, layout.Length);
        double[] p = [.. l.SelectMany(x => r.Select(y => x * y)), .. b, 2.5];
        foreach (FactorKind kind in new[] { FactorKind.Diagonal, FactorKind.Dense })
        {
            double[] left = kind == FactorKind.Diagonal ? l : Diagonal(l), right = kind == FactorKind.Diagonal ? r : Diagonal(r);
            var kronecker = KroneckerDivergence<double>.FromFactors(
                layout, [new("w", [.. left], [.. right]), new("b", [.. b], []), new("scale", [2.5], [])], new KroneckerOptions { Left = kind, Right = kind });
            DivergenceHarness<double> factored = Started(kronecker, layout, theta), diagonal = Started(new DiagonalQuadratic<double>([.. p]), layout, theta);
            factored.Step(Eta, g);
            diagonal.Step(Eta, g);
            Close(diagonal.Theta, factored.Theta);
            Close([diagonal.Bregman(theta, g), diagonal.Divergence.DualNormSquared(diagonal.Context, g), diagonal.Divergence.StrongConvexity(diagonal.Context)],
                [factored.Bregman(theta, g), factored.Divergence.DualNormSquared(factored.Context, g), factored.Divergence.StrongConvexity(factored.Context)]);
        }
    }

    [Fact]
    public void The_Gauge_Changes_Neither_Metric_Nor_Start()
    {
        RandomStream stream = Draws.Stream(204);
        var layout = new ParameterLayout(("w", [4, 3]));
        double[] l = Spd(ref stream, 4), r = Spd(ref stream, 3), theta = new double[12], g = Draws.Normal(ref stream, 12);
        DivergenceHarness<double> reference = Started(From(1), layout, theta);
        reference.Step(Eta, g);
        foreach (double c in new[] { 1e-3, .7, 40 })
        {
            DivergenceHarness<double> scaled = Started(From(c), layout, theta);
            scaled.Step(Eta, g);
            Close(reference.Theta, scaled.Theta);
            Close(reference.Meta, scaled.Meta);
        }

        // Along the gauge, C_R times a number, the metric's derivative is zero.
        double[] aMeta = new double[reference.Meta.Length];
        reference.Divergence.AddBregmanGradient(reference.Context, g, theta, 1, [], [], aMeta);
        Assert.Equal(0, Dot(aMeta[10..], reference.Meta[10..]), Rounding * Dot([.. aMeta.Select(Math.Abs)], [.. reference.Meta.Select(Math.Abs)]));

        KroneckerDivergence<double> From(double c) => KroneckerDivergence<double>.FromFactors(layout, [new("w", [.. l.Select(x => c * x)], [.. r.Select(x => x / c)])]);
    }

    [Fact]
    public void A_Low_Rank_Start_Is_Exact_For_Its_Own_Form_And_Keeps_The_Largest_Directions()
    {
        RandomStream stream = Draws.Stream(205);
        const int n = 30, rank = 4;
        double[] u = Draws.Normal(ref stream, n * rank), r = new double[n * n];
        Gemm.Multiply<double>(false, true, n, n, rank, 1, u, u, 0, r);
        for (int i = 0; i < n; i++)
            r[i * (n + 1)] += .5;
        var layout = new ParameterLayout(("w", [2, n]));
        var options = new KroneckerOptions { Right = FactorKind.LowRank, Rank = rank };
        DivergenceHarness<double> harness = Started(KroneckerDivergence<double>.FromFactors(layout, [new("w", [1, 0, 0, 1], [.. r])], options), layout, new double[2 * n]);
        double scale = n / Enumerable.Range(0, n).Sum(i => r[i * (n + 1)]);
        Close([.. r.Select(x => x * scale)], Factor(harness, FactorSide.Right));
        Assert.Equal(1 + (n * rank) + 3, harness.Meta.Length);
    }

    internal static DivergenceHarness<double> Started(Divergence<double> divergence, ParameterLayout layout, double[] theta) =>
        new(divergence, layout, new MetaParameters<double>([], divergence.MetaSpecs(layout), []).Natural.ToArray(), theta);

    internal static double[] Spd(ref RandomStream stream, int n)
    {
        double[] x = Draws.Normal(ref stream, n * n), a = new double[n * n];
        Gemm.Multiply<double>(false, true, n, n, n, 1, x, x, 0, a);
        for (int i = 0; i < n; i++)
            a[i * (n + 1)] += .3;
        return a;
    }

    internal static double[] Factor(DivergenceHarness<double> harness, FactorSide side)
    {
        ParameterBlock block = harness.Layout.Blocks[0];
        int n = side == FactorSide.Left ? block.Rows : block.Columns;
        double[] f = new double[n * n];
        ((KroneckerDivergence<double>)harness.Divergence).Factor(harness.Context, block.Name, side, f);
        return f;
    }

    /// <summary>Random metas: Cholesky factors with a diagonal near 1 and small entries below it, so that conditions stay moderate.</summary>
    private static DivergenceHarness<double> Harness(int m, int n, FactorKind left, FactorKind right, ref RandomStream stream)
    {
        var divergence = new KroneckerDivergence<double>(new KroneckerOptions { Left = left, Right = right, Rank = 3 });
        var layout = new ParameterLayout(("w", [m, n]));
        List<double> meta = [];
        foreach (MetaParameterSpec<double> spec in divergence.MetaSpecs(layout))
            meta.AddRange(spec.Transform == MetaTransform.Log ? Draws.Positive(ref stream, spec.Length, .3) : Draws.Normal(ref stream, spec.Length, .5 / Math.Sqrt(Math.Max(m, n))));
        return new(divergence, layout, [.. meta], Draws.Normal(ref stream, m * n));
    }

    private static double[] Eigenvalues(double[] a, int n)
    {
        double[] values = new double[n];
        SymmetricEigen.Decompose(a, n, values, new double[n * n]);
        return values;
    }

    private static double[] Diagonal(double[] d)
    {
        double[] a = new double[d.Length * d.Length];
        for (int i = 0; i < d.Length; i++)
            a[i * (d.Length + 1)] = d[i];
        return a;
    }

    private static double Dot(double[] a, double[] b) => Vectors.Dot<double>(a, b);

    private static void Close(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = 1 + expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], Rounding * scale);
    }
}
