using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

public sealed class NegativeEntropyTests
{
    private static readonly ParameterLayout Layout = new(("left", [2]), ("right", [3]));

    [Fact]
    public void Every_Tensor_Is_A_Simplex_Of_Its_Own()
    {
        DivergenceHarness<double> harness = At(.25, .75, .2, .3, .5);
        harness.Step(1, [Math.Log(2), 0, 0, -Math.Log(3), 0]);
        Assert.Equal([.125 / .875, .75 / .875, .2 / 1.6, .9 / 1.6, .5 / 1.6], harness.Theta, (x, y) => Math.Abs(x - y) < 1e-15);
        Assert.Equal(25, harness.Divergence.DualNormSquared(harness.Context, [-3, 1, 2, 4, -1]));
    }

    [Theory]
    [InlineData(1e8)]
    [InlineData(1e300)]
    public void Huge_Steps_Go_To_A_Vertex(double g)
    {
        DivergenceHarness<double> harness = At(.5, .5, .2, .3, .5);
        harness.Step(1, [g, -g, g, 0, 2 * g]);
        Assert.Equal([0, 1, 0, 1, 0], harness.Theta);
        harness.Step(1, [-g, g, 1, 1, 1]);
        Assert.Equal([0, 1, 0, 1, 0], harness.Theta);
    }

    [Fact]
    public void Derivatives_At_A_Zero_Coordinate_Are_Finite_And_Dual()
    {
        RandomStream stream = Draws.Stream(51);
        DivergenceHarness<double> harness = At(0, 1, .2, 0, .8);
        double[] g = Draws.Normal(ref stream, 5), dTheta = Draws.Normal(ref stream, 5), a = Draws.Normal(ref stream, 5), tangent = [.. dTheta], cotangent = [.. a];
        harness.Divergence.StepJvp(harness.Context, .5, g, harness.Theta, [], [], 0, new double[5], tangent, []);
        harness.Divergence.StepVjp(harness.Context, .5, g, harness.Theta, [], cotangent, [], new double[5], [], new double[1]);
        Assert.True(Vectors.AllFinite<double>(tangent));
        Assert.Equal(Vectors.Dot<double>(a, tangent), Vectors.Dot<double>(cotangent, dTheta), 1e-13);

        // Right derivative in the first coordinate, which is 0: (step(theta + h e) - step(theta)) / h.
        DivergenceHarness<double> near = At(0, 1, .2, 0, .8);
        harness.Age = near.Age = 1;
        near.Theta[0] = 1e-8;
        double[] unit = [1, 0, 0, 0, 0];
        harness.Divergence.StepJvp(harness.Context, .5, g, harness.Theta, [], [], 0, new double[5], unit, []);
        near.Step(.5, g);
        harness.Step(.5, g);
        Assert.Equal((near.Theta[0] - harness.Theta[0]) / 1e-8, unit[0], 1e-6);
    }

    [Theory]
    [InlineData(-.1, 1.1)]
    [InlineData(.5, .6)]
    [InlineData(double.NaN, .5)]
    public void A_Start_Off_The_Simplex_Is_Refused(double first, double second)
    {
        DivergenceHarness<double> harness = At(first, second, .2, .3, .5);
        ArgumentException error = Assert.Throws<ArgumentException>(() => harness.Step(1, new double[5]));
        Assert.Contains("'left' on the simplex", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bregman_Is_Infinite_Where_The_Reference_Is_Zero() =>
        Assert.Equal(double.PositiveInfinity, At(1, 0, 1, 0, 0).Bregman([.5, .5, 1, 0, 0], [1, 0, 1, 0, 0]));

    private static DivergenceHarness<double> At(params double[] theta) => new(new NegativeEntropy<double>(), Layout, [], theta);
}
