using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tests.Cases;

namespace MetaMirror.Tests.Objectives;

/// <summary>What every objective keeps: derivatives agree with differences, products are symmetric and linear, float follows double, nothing is allocated.</summary>
public sealed class ObjectiveContract
{
    /// <summary>Richardson-extrapolated central differences of step 1e-3: truncation h^4 times a fifth derivative, rounding eps / h.</summary>
    private const double Richardson = 1e-8;

    /// <summary>Products that are central differences themselves: eps^(2/3), times a constant.</summary>
    private const double Differences = 1e-8;

    /// <summary>Sums of at most a few hundred products in double.</summary>
    private const double Rounding = 1e-12;

    /// <summary>The same in float.</summary>
    private const double SingleRounding = 2e-5;

    /// <summary>Differences in float: eps^(2/3) plus the gradient's rounding over the step eps^(1/3).</summary>
    private const double SingleDifferences = 2e-2;

    private const double Step = 1e-3;

    /// <summary>Keeps a ReLU network on one piece for these draws (a jump would show); the complex-step tests have no step at all.</summary>
    private const double SmallStep = 1e-7;

    /// <summary>eps / <see cref="SmallStep"/> = 2e-9, times the terms that round.</summary>
    private const double SmallStepRounding = 1e-7;
    private static readonly BatchKey Batch = new(7, 3, 1, 5);

    public static TheoryData<string> Names => ObjectiveCases.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_is_the_derivative_of_the_loss(string name)
    {
        ObjectiveCase @case = ObjectiveCases.Named(name);
        foreach (BatchKey batch in new[] { Batch, BatchKey.Full })
        {
            var p = new Problem<double>(@case.Double(), batch);
            double[] u = Draws.Normal<double>(p.Length, 31);
            double Quotient(double h) => (p.Loss(Problem<double>.Along(p.Theta, h, u)) - p.Loss(Problem<double>.Along(p.Theta, -h, u))) / (2 * h);
            double step = @case.Kinked ? SmallStep : Step;
            double slope = ((4 * Quotient(step / 2)) - Quotient(step)) / 3;
            double[] g = p.Gradient(p.Theta);
            Assert.InRange(Math.Abs(Vectors.Dot<double>(g, u) - slope), 0, (@case.Kinked ? SmallStepRounding : Richardson) * Math.Max(1, Draws.Norm(g) * Draws.Norm(u)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Products_are_the_derivative_of_the_gradient(string name)
    {
        ObjectiveCase @case = ObjectiveCases.Named(name);
        foreach (BatchKey batch in new[] { Batch, BatchKey.Full })
        {
            var p = new Problem<double>(@case.Double(), batch);
            double[] v = Draws.Normal<double>(p.Length, 32);

            double step = @case.Kinked ? SmallStep : Step;
            double[] differences = new double[p.Length];
            double[] Quotient(double h)
            {
                double[] q = new double[p.Length];
                Vectors.Subtract<double>(p.Gradient(Problem<double>.Along(p.Theta, h, v)), p.Gradient(Problem<double>.Along(p.Theta, -h, v)), q);
                Vectors.Scale(1 / (2 * h), q);
                return q;
            }

            Vectors.LinearCombination<double>(4.0 / 3, Quotient(step / 2), -1.0 / 3, Quotient(step), differences);
            Assert.InRange(Draws.Distance(p.Products(1, v), differences), 0, @case.Kinked ? SmallStepRounding : Richardson);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Products_are_symmetric_and_many_are_as_one(string name)
    {
        ObjectiveCase @case = ObjectiveCases.Named(name);
        Check(@case.Double(), @case.Exact ? Rounding : Differences);
        Check(@case.Single(), @case.Exact ? SingleRounding : SingleDifferences);

        static void Check<T>(Objective<T> objective, double tolerance)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            const int Count = 5;
            var p = new Problem<T>(objective, Batch);
            T[] v = Draws.Normal<T>(Count * p.Length, 33);
            double[] products = p.Products(Count, v);
            double[] tangents = Draws.ToDouble<T>(v);
            double scale = Math.Max(1, Draws.Norm(products) * Draws.Norm(tangents));
            for (int j = 0; j < Count; j++)
            {
                Range row = (j * p.Length)..((j + 1) * p.Length);
                Assert.Equal(p.Products(1, v[row]), products[row]);
                Assert.InRange(
                    Math.Abs(Vectors.Dot<double>(tangents.AsSpan()[row], products.AsSpan(0, p.Length)) - Vectors.Dot<double>(tangents.AsSpan(0, p.Length), products.AsSpan()[row])),
                    0,
                    tolerance * scale);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Float_follows_double(string name)
    {
        ObjectiveCase @case = ObjectiveCases.Named(name);
        foreach (BatchKey batch in new[] { Batch, BatchKey.Full })
        {
            var single = new Problem<float>(@case.Single(), batch);
            var exact = new Problem<double>(@case.Double(), batch);
            double loss = exact.Loss(exact.Theta);
            Assert.InRange(Math.Abs(single.Loss(single.Theta) - loss), 0, SingleRounding * Math.Max(1, Math.Abs(loss)));
            Assert.InRange(Draws.Distance(single.Gradient(single.Theta), exact.Gradient(exact.Theta)), 0, SingleRounding);
            double[] products = single.Products(1, Draws.Normal<float>(single.Length, 34));
            Assert.InRange(Draws.Distance(products, exact.Products(1, Draws.Normal<double>(exact.Length, 34))), 0, @case.Exact ? SingleRounding : SingleDifferences);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_alone_has_the_same_bits_and_calls_repeat(string name)
    {
        var p = new Problem<double>(ObjectiveCases.Named(name).Double(), Batch);
        double[] g = new double[p.Length];
        double loss = p.Objective.Evaluate(p.Theta, p.Meta, Batch, g);
        Assert.Equal(loss, p.Loss(p.Theta));
        p.Objective.Evaluate(g, p.Meta, Batch.At(9), []);
        double[] again = new double[p.Length];
        Assert.Equal(loss, p.Objective.Evaluate(p.Theta, p.Meta, Batch, again));
        Assert.Equal(g, again);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Mixed_products_are_derivatives_in_the_meta_parameters(string name)
    {
        var p = new Problem<double>(ObjectiveCases.Named(name).Double(), Batch);
        int m = p.Meta.Length;
        double[] dMeta = Draws.Normal<double>(m, 35), v = Draws.Normal<double>(p.Length, 36);
        double[] metaGradient = new double[m], mixedTranspose = new double[m], mixed = new double[p.Length];
        p.Objective.AddMetaGradient(p.Theta, p.Meta, Batch, 1, metaGradient);
        p.Objective.AddMixedTransposeProduct(p.Theta, p.Meta, Batch, v, mixedTranspose);
        p.Objective.AddMixedProduct(p.Theta, p.Meta, Batch, dMeta, mixed);

        // Along a line the loss is a polynomial of the meta-parameters of degree 4 at most, so a Richardson step has no truncation error.
        double Slope(double h) => (p.LossAtMeta(Problem<double>.Along(p.Meta, h, dMeta)) - p.LossAtMeta(Problem<double>.Along(p.Meta, -h, dMeta))) / (2 * h);
        double slope = ((4 * Slope(Step / 2)) - Slope(Step)) / 3;
        Assert.InRange(Math.Abs(Vectors.Dot<double>(metaGradient, dMeta) - slope), 0, Richardson * Math.Max(1, Math.Abs(slope)));
        double[] differences = new double[p.Length];
        foreach ((double h, double weight) in ((double, double)[])[(Step / 2, 4.0 / 3), (Step, -1.0 / 3)])
        {
            Vectors.AddScaled<double>(weight / (2 * h), p.GradientAt(p.Theta, Problem<double>.Along(p.Meta, h, dMeta)), differences);
            Vectors.AddScaled<double>(-weight / (2 * h), p.GradientAt(p.Theta, Problem<double>.Along(p.Meta, -h, dMeta)), differences);
        }

        Assert.InRange(Draws.Distance(mixed, differences), 0, Richardson);
        Assert.InRange(Math.Abs(Vectors.Dot<double>(mixed, v) - Vectors.Dot<double>(mixedTranspose, dMeta)), 0, Rounding * Math.Max(1, Draws.Norm(mixed) * Draws.Norm(v)));

        // They add, with the stated weight.
        p.Objective.AddMetaGradient(p.Theta, p.Meta, Batch, 2, metaGradient);
        double[] once = new double[m];
        p.Objective.AddMetaGradient(p.Theta, p.Meta, Batch, 1, once);
        for (int i = 0; i < m; i++)
            Assert.Equal(3 * once[i], metaGradient[i], Rounding * Math.Max(1, Math.Abs(once[i])));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_is_allocated_once_warm(string name)
    {
        ObjectiveCase @case = ObjectiveCases.Named(name);
        Check(@case.Single());
        Check(@case.Double());

        static void Check<T>(Objective<T> objective)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            var p = new Problem<T>(objective, Batch);
            T[] g = new T[p.Length], v = Draws.Normal<T>(3 * p.Length, 37), products = new T[3 * p.Length];
            void Use(int step)
            {
                BatchKey batch = step % 2 == 0 ? Batch.At(step) : BatchKey.Full;
                objective.Evaluate(p.Theta, p.Meta, batch, g);
                objective.HessianVectorProducts(p.Theta, p.Meta, batch, 3, v, products);
                objective.Evaluate(p.Theta, p.Meta, batch, []);
            }

            int step = 0;
            Use(0);
            Allocation.AssertNone(() => Use(++step));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_point_that_is_not_finite_shows_in_the_loss(string name)
    {
        var p = new Problem<float>(ObjectiveCases.Named(name).Single(), Batch);
        float[] theta = [.. p.Theta];
        theta[0] = float.NaN;
        Assert.Equal(double.NaN, p.Loss(theta));
        Assert.True(double.IsFinite(p.Loss(p.Theta)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Wrong_lengths_are_refused(string name)
    {
        Objective<double> objective = ObjectiveCases.Named(name).Double();
        double[] meta = new Problem<double>(objective, Batch).Meta;
        Assert.ThrowsAny<ArgumentException>(() => objective.Evaluate(new double[objective.Layout.Length + 1], meta, Batch, []));
        Assert.ThrowsAny<ArgumentException>(() => objective.Evaluate(new double[objective.Layout.Length - 1], meta, Batch, []));
    }
}
