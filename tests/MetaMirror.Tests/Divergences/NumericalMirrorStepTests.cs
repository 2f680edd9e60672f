using MetaMirror.Divergences;

namespace MetaMirror.Tests.Divergences;

public sealed class NumericalMirrorStepTests
{
    [Fact]
    public void A_Gradient_Out_Of_Reach_Fails_By_Name_And_Leaves_Theta()
    {
        // grad sqrt(1 + x^2) lies in (-1, 1): no point has the gradient 2.
        var harness = new DivergenceHarness<double>(new NumericalMirrorStep<double>(new BoundedSlopePotential()), ParameterLayout.Vector(1), [], [.5]);
        MirrorStepFailedException error = Assert.Throws<MirrorStepFailedException>(() => harness.Step(1, [-2]));
        Assert.Equal([.5], harness.Theta);
        Assert.True(error.Residual > 1e-3);
        Assert.True(error.Iterations > 0);
        Assert.Contains("'bounded-slope' did not converge", error.Message, StringComparison.Ordinal);
        harness.Step(1, [.1]);
        double slope = (.5 / Math.Sqrt(1.25)) - .1;
        Assert.Equal(slope / Math.Sqrt(1 - (slope * slope)), harness.Theta[0], 1e-12);
    }

    [Fact]
    public void Too_Few_Steps_Are_A_Failure_Too()
    {
        var step = new NumericalMirrorStep<double>(new QuarticPotential<double>(), new NewtonOptions(MaximumSteps: 1));
        var harness = new DivergenceHarness<double>(step, ParameterLayout.Vector(1), [1], [.5]);
        Assert.Equal(1, Assert.Throws<MirrorStepFailedException>(() => harness.Step(1, [-200])).Iterations);
    }

    [Theory]
    [InlineData(-50)]
    [InlineData(0)]
    [InlineData(20)]
    public void Steps_Stay_Inside_The_Domain(double g)
    {
        // Entropy on the positive axis: theta+ = theta exp(-g), however large the step.
        var harness = new DivergenceHarness<double>(new NumericalMirrorStep<double>(new EntropyPotential()), ParameterLayout.Vector(1), [], [.5]);
        harness.Step(1, [g]);
        Assert.Equal(1, harness.Theta[0] / (.5 * Math.Exp(-g)), 1e-9);
    }

    [Fact]
    public void Coupled_Potentials_Are_Solved_And_Differentiated()
    {
        // Central differences of the smooth maximum, whose Hessian is not diagonal: truncation h^2 and rounding 1e-13/h balance near 1e-8.
        const double h = 1e-5;
        double[] theta = [.3, -.2, .5], g = [1, -2, .5], dTheta = [.2, .1, -.4], dG = [.3, .5, -.1];
        var step = new NumericalMirrorStep<double>(new SoftMaxPotential(5, [[1, 4, 2], [3.5, 1, 2.2]], [.1, 0, 0]));
        double[] plus = Stepped(step, theta, dTheta, g, dG, h), minus = Stepped(step, theta, dTheta, g, dG, -h), tangent = [.. dTheta];
        var harness = new DivergenceHarness<double>(step, ParameterLayout.Vector(3), [], theta);
        step.StepJvp(harness.Context, .5, g, theta, [], [], 1, dG, tangent, []);
        for (int i = 0; i < 3; i++)
            Assert.Equal((plus[i] - minus[i]) / (2 * h), tangent[i], 1e-8);
    }

    private static double[] Stepped(NumericalMirrorStep<double> step, double[] theta, double[] dTheta, double[] g, double[] dG, double h)
    {
        var harness = new DivergenceHarness<double>(step, ParameterLayout.Vector(3), [], [.. theta.Zip(dTheta, (x, d) => x + (h * d))]);
        harness.Step(.5 + h, [.. g.Zip(dG, (x, d) => x + (h * d))]);
        return harness.Theta;
    }

    private sealed class BoundedSlopePotential : Potential<double>
    {
        public override string Name => "bounded-slope";

        public override double Value(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta) => Math.Sqrt(1 + (theta[0] * theta[0]));

        public override void Gradient(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, Span<double> gradient) => gradient[0] = theta[0] / Value(theta, meta);

        public override void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, ReadOnlySpan<double> v, Span<double> product) =>
            product[0] = v[0] * Math.Pow(Value(theta, meta), -3);

        public override double StrongConvexity(ReadOnlySpan<double> meta) => 0;
    }
}
