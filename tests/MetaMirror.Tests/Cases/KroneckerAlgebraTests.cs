using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Tests.Divergences;

namespace MetaMirror.Tests.Cases;

/// <summary>
/// Case A17: products with both factors, with and without a bias, against the matrix A kron B times vec(X): to the last bit on small integers; the logarithm of the determinant;
/// shapes that don't fit. Inverse factors and smallest eigenvalues are in <see cref="KroneckerDivergenceTests"/>.
/// </summary>
public sealed class KroneckerAlgebraTests
{
    /// <summary>Logarithms of up to 40 pivots, conditions up to some hundreds.</summary>
    private const double Rounding = 1e-12;

    /// <summary>The case's shapes, and one where both factors are full.</summary>
    public static TheoryData<int, int> Shapes => new() { { 3, 2 }, { 4, 1 }, { 1, 5 }, { 1, 1 }, { 4, 3 } };

    [Theory, MemberData(nameof(Shapes))]
    public void Products_of_integers_by_both_factors_beside_a_bias_are_exact(int m, int n)
    {
        DivergenceHarness<double> harness = Integers(m, n);
        double[] p = Product(harness, inverse: false), product = new double[harness.Layout.Length];
        harness.Divergence.PotentialGradient(harness.Context, harness.Theta, harness.Theta, product);
        Assert.Equal(Multiply(p, harness.Theta[..(m * n)]), product[..(m * n)]);

        // The bias has a diagonal of its own, 1, 2, ...
        Assert.Equal(harness.Theta[(m * n)..].Select((b, i) => (i + 1) * b), product[(m * n)..]);
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(1, 5)]
    [InlineData(1, 1)]
    [InlineData(4, 3)]
    public void The_inverse_factors_applied_and_added_to_integers_are_exact(int m, int n)
    {
        // theta + (L^-1 kron R^-1) vec(G): Cholesky factors with a diagonal of ones (or, of order 1, of two) have an inverse of integers. Order 2 has none with a trace that is a power of two.
        DivergenceHarness<double> harness = Integers(m, n);
        double[] g = [.. Enumerable.Range(0, harness.Layout.Length).Select(i => (i * 3 % 5) - 2.0)], bias = harness.Theta[..(m * n)];
        harness.Step(-1, g);
        Assert.Equal(bias.Zip(Multiply(Product(harness, inverse: true), g[..(m * n)]), (b, y) => b + y), harness.Theta[..(m * n)]);
    }

    [Theory]
    [InlineData(FactorKind.Dense, FactorKind.Dense)]
    [InlineData(FactorKind.LowRank, FactorKind.Diagonal)]
    [InlineData(FactorKind.Diagonal, FactorKind.LowRank)]
    [InlineData(FactorKind.Identity, FactorKind.Dense)]
    public void The_determinant_is_that_of_the_dense_metric(FactorKind left, FactorKind right)
    {
        RandomStream stream = Draws.Stream(206);
        var layout = new ParameterLayout(("w", [5, 6]), ("b", [5]), ("scale", []), ("empty", [0, 3]));
        var divergence = new KroneckerDivergence<double>(new KroneckerOptions { Left = left, Right = right, Rank = 2 });
        double[] meta = [.. divergence.MetaSpecs(layout).SelectMany(s => s.Transform == MetaTransform.Log ? Positive(s.Length) : Normal(s.Length))];
        var harness = new DivergenceHarness<double>(divergence, layout, meta, new double[layout.Length]);

        // Columns of the metric are gradients of its potential at unit vectors.
        int size = layout.Length;
        double[] dense = new double[size * size], c = new double[size * size];
        for (int i = 0; i < size; i++)
            divergence.PotentialGradient(harness.Context, [.. Enumerable.Range(0, size).Select(j => i == j ? 1.0 : 0)], harness.Theta, dense.AsSpan(i * size, size));
        Assert.True(Cholesky.TryFactor<double>(dense, size, c));
        double expected = 2 * Enumerable.Range(0, size).Sum(i => Math.Log(c[i * (size + 1)])), found = divergence.LogDeterminant(harness.Context);
        Assert.Equal(expected, found, Rounding * size * (1 + Math.Abs(expected)));

        double[] Positive(int length) => Draws.Positive(ref stream, length, .3);

        double[] Normal(int length) => Draws.Normal(ref stream, length, .3);
    }

    [Fact]
    public void The_determinant_of_a_full_metric_is_its_own()
    {
        var full = FullMatrixDivergence<double>.FromMetric([4, 2, 2, 3], 2);
        DivergenceHarness<double> harness = KroneckerDivergenceTests.Started(full, ParameterLayout.Vector(2), [0, 0]);
        Assert.Equal(Math.Log(8), full.LogDeterminant(harness.Context), Rounding);
    }

    [Fact]
    public void A_matrix_with_another_number_of_rows_is_refused()
    {
        // The case's: factors of orders 2 and 3, data with 3 rows.
        var layout = new ParameterLayout(("w", [2, 3]));
        var divergence = new KroneckerDivergence<double>(new KroneckerOptions { Left = FactorKind.Dense, Right = FactorKind.Dense });
        DivergenceHarness<double> harness = KroneckerDivergenceTests.Started(divergence, layout, new double[6]);
        Refused("expected 6", () => divergence.PotentialGradient(harness.Context, new double[9], new double[9], new double[9]));
        Refused("expected 6", () => divergence.Step(harness.Context, 1, new double[9], harness.Theta, []));
        Refused("expected 6", () => divergence.Step(harness.Context, 1, new double[6], new double[9], []));
        Refused("9 meta-parameters", () => divergence.LogDeterminant(new DivergenceContext<double> { Layout = new(("w", [3, 3])), Meta = harness.Meta, Scratch = new double[divergence.ScratchLength(layout)] }));
        double[] two = [2, 0, 0, 2], three = [1, 0, 0, 0, 1, 0, 0, 0, 1];
        Refused("'w', left factor", () => KroneckerDivergence<double>.FromFactors(new ParameterLayout(("w", [3, 3])), [new("w", [.. two], [.. three])]));
        Refused("'w', left factor", () => KroneckerDivergence<double>.FromFactors(layout, [new("w", [.. three], [.. three])]));

        static void Refused(string why, Action action) => Assert.Contains(why, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// Integers everywhere: unit lower Cholesky factors with small entries below. Since R is divided by tr(R) / columns, its trace is a power of two times its order: columns
    /// ones below a diagonal of ones; of order 2, where there is no such matrix but the identity, diag(1, 3); of order 1, 4.
    /// </summary>
    private static DivergenceHarness<double> Integers(int m, int n)
    {
        var options = new KroneckerOptions { Left = FactorKind.Dense, Right = n == 2 ? FactorKind.Diagonal : FactorKind.Dense };
        double[] left = [.. Enumerable.Repeat(m == 1 ? 2.0 : 1, m), .. Enumerable.Range(0, m * (m - 1) / 2).Select(i => (i * 3 % 4) - 1.0)];
        double[] right = n switch
        {
            1 => [2],
            2 => [1, 3],
            _ => [.. Enumerable.Repeat(1.0, n), .. Enumerable.Range(0, n * (n - 1) / 2).Select(i => i < n ? 1.0 - (2 * (i % 2)) : 0)],
        };
        double[] bias = [.. Enumerable.Range(1, m).Select(i => (double)i)];
        double[] theta = [.. Enumerable.Range(0, (m * n) + m).Select(i => (i * 5 % 7) - 3.0)];
        return new(new KroneckerDivergence<double>(options), new ParameterLayout(("w", [m, n]), ("b", [m])), [.. left, .. right, .. bias], theta);
    }

    /// <summary>L kron R or its inverse, by the indices of its definition, [mn, mn].</summary>
    private static double[] Product(DivergenceHarness<double> harness, bool inverse)
    {
        double[] a = Matrix(FactorSide.Left), b = Matrix(FactorSide.Right);
        (int m, int n) = ((int)Math.Sqrt(a.Length), (int)Math.Sqrt(b.Length));
        return [.. Enumerable.Range(0, m * n).SelectMany(i => Enumerable.Range(0, m * n).Select(j => a[(i / n * m) + (j / n)] * b[(i % n * n) + (j % n)]))];

        double[] Matrix(FactorSide side)
        {
            double[] f = KroneckerDivergenceTests.Factor(harness, side);
            int order = (int)Math.Sqrt(f.Length);
            double[] l = new double[f.Length], unit = new double[f.Length];
            if (!inverse)
                return f;
            Assert.True(Cholesky.TryFactor<double>(f, order, l));
            for (int i = 0; i < order; i++)
            {
                unit[i * (order + 1)] = 1;
                Cholesky.Solve<double>(l, order, unit.AsSpan(i * order, order), unit.AsSpan(i * order, order));
            }

            // Integers, or fourths of order 1: the solve above may round.
            return [.. unit.Select(x => Math.Round(4 * x) / 4)];
        }
    }

    private static double[] Multiply(double[] a, double[] x) => [.. Enumerable.Range(0, x.Length).Select(i => Enumerable.Range(0, x.Length).Sum(j => a[(i * x.Length) + j] * x[j]))];
}
