using MetaMirror.Objectives;

namespace MetaMirror.Tests.Objectives;

/// <summary>Regularizers, proximal terms, differences and delegates beyond the contract.</summary>
public sealed class WrapperTests
{
    [Fact]
    public void Weights_are_declared_after_those_of_the_inner_objective()
    {
        var objective = new Proximal<double>(new Regularized<double>(new Rosenbrock<double>(), new RegularizerWeight(0.5)), 2, [1, 2]);
        Assert.Equal(["l2", "center"], objective.MetaSpecs.Select(s => s.Name));
        Assert.Equal(1e-8, objective.MetaSpecs[0].Lower);
        var meta = new MetaParameters<double>([], [], objective.MetaSpecs);
        Assert.Equal([0.5, 1, 2], meta.Natural.ToArray());

        // Rosenbrock(2, 3) = 1 + 100; 1/2 0.5 13; 2/2 (1 + 1).
        Assert.Equal(101 + 3.25 + 2, objective.Evaluate([2, 3], meta.Natural, BatchKey.Full, []), 1e-12);
        meta.SetNatural([-1.0, 1, 2]);
        Assert.Equal(1e-8, meta.Natural[0]);
    }

    [Fact]
    public void A_fixed_weight_is_not_learned_and_may_be_zero()
    {
        MetaParameterSpec<double> spec = new Regularized<double>(new Rosenbrock<double>(), RegularizerWeight.Fixed(0)).MetaSpecs[0];
        Assert.False(spec.Learned);
        Assert.Equal([0.0], new MetaParameters<double>([], [], [spec]).Natural.ToArray());
    }

    [Fact]
    public void Bad_weights_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Regularized<double>(new Rosenbrock<double>(), new RegularizerWeight(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Regularized<double>(new Rosenbrock<double>(), new RegularizerWeight(double.NaN)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Proximal<double>(new Rosenbrock<double>(), 0));
        Assert.Throws<ArgumentException>(() => new Proximal<double>(new Rosenbrock<double>(), 1, [1]));
        var objective = new Regularized<double>(new Rosenbrock<double>(), new RegularizerWeight(1));
        Assert.Contains("meta has length 0, expected 1", Assert.Throws<ArgumentException>(() => objective.Evaluate([1, 1], [], BatchKey.Full, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Difference_products_do_not_depend_on_the_length_of_v_and_vanish_with_it()
    {
        var exact = new Rosenbrock<double>();
        var differences = new FiniteDifferenceHessian<double>(exact);
        double[] h = new double[2], expected = new double[2];
        foreach (double scale in new[] { 1e-150, 1e-8, 1, 1e8, 1e150 })
        {
            double[] v = [0.6 * scale, -0.8 * scale];
            exact.HessianVectorProducts([1.2, -0.3], [], BatchKey.Full, 1, v, expected);
            differences.HessianVectorProducts([1.2, -0.3], [], BatchKey.Full, 1, v, h);
            Assert.Equal(expected[0] / scale, h[0] / scale, 1e-6);
            Assert.Equal(expected[1] / scale, h[1] / scale, 1e-6);
        }

        differences.HessianVectorProducts([1.2, -0.3], [], BatchKey.Full, 1, [0, 0], h);
        Assert.Equal([0.0, 0], h);
    }

    [Fact]
    public void Delegates_see_the_batch()
    {
        var seen = new List<BatchKey>();
        var objective = new DelegateObjective<float>(ParameterLayout.Vector(1), (ReadOnlySpan<float> theta, in BatchKey batch, Span<float> gradient) =>
        {
            seen.Add(batch);
            gradient.Fill(1);
            return theta[0];
        });
        Assert.False(objective.HasExactProducts);
        Assert.Equal(2, objective.Evaluate([2f], [], new BatchKey(1, 2, 3, 4), new float[1]));
        Assert.Equal([new BatchKey(1, 2, 3, 4)], seen);
    }

    [Fact]
    public void A_quadratic_keeps_the_symmetric_part()
    {
        var objective = new QuadraticObjective<double>([2, 1, 3, 4], [1, -1], c: 5);
        Assert.Equal([2.0, 2, 2, 4], objective.A.ToArray());
        double[] g = new double[2];

        // 1/2 (2 + 4 + 4) - (1 - 1) + 5 at (1, 1).
        Assert.Equal(10, objective.Evaluate([1, 1], [], BatchKey.Full, g));
        Assert.Equal([3.0, 7], g);
        Assert.Equal([4.0, 4, 4, 8], QuadraticObjective<double>.FromQ([2, 1, 3, 4], [1, -1]).A.ToArray());
    }
}
