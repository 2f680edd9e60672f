using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>The simplex problem of the exact max-of-quadratics step: hard inputs, and what it reports.</summary>
public sealed class ExactMaxStepTests
{
    /// <summary>The solver stops at a relative gap of 1e-14; measuring it by plain sums over up to 300 terms adds as much again.</summary>
    private const double GapTolerance = 1e-13;

    [Theory]
    [InlineData(1, 5, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(2, 300, .1)]
    [InlineData(2, 7, 4)]
    [InlineData(3, 2, 1)]
    [InlineData(3, 300, .1)]
    [InlineData(3, 40, 1)]
    [InlineData(4, 3, 4)]
    [InlineData(8, 60, .5)]
    [InlineData(16, 9, 1)]
    [InlineData(16, 200, .3)]
    public void Steps_Close_The_Fenchel_Young_Gap(int components, int n, double spread)
    {
        RandomStream stream = Draws.Stream(41);
        int onTies = 0, trials = Math.Max(5, 400 / n);
        for (int trial = 0; trial < trials; trial++)
        {
            double[] start = Draws.Normal(ref stream, n), metric = Draws.Positive(ref stream, components * n, spread);
            var harness = new DivergenceHarness<double>(new MaxOfDiagonals<double>(components), ParameterLayout.Vector(n), metric, start);
            for (int step = 0; step < 6; step++)
            {
                harness.Step(1, Draws.Normal(ref stream, n));
                double gap = RelativeGap(harness, start);
                Assert.InRange(gap, -GapTolerance, GapTolerance);
                onTies += ActivationOf(harness).Support > 1 ? 1 : 0;
            }
        }

        // With one component or one coordinate the solution is a vertex; otherwise these draws must reach larger faces too.
        Assert.Equal(components > 1 && n > 1, onTies > 0);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(5, 0)]
    [InlineData(3, 1e-15)]
    [InlineData(3, 1e-12)]
    [InlineData(4, 1e-9)]
    [InlineData(3, 1e-7)]
    [InlineData(3, 1e-5)]
    [InlineData(6, 1e-3)]
    public void Nearly_Equal_Components_Are_Solved_And_Differentiated(int components, double spread)
    {
        const int n = 30;
        RandomStream stream = Draws.Stream(42);
        for (int trial = 0; trial < 10; trial++)
        {
            double[] common = Draws.Positive(ref stream, n), relative = Draws.Positive(ref stream, components * n, spread), start = Draws.Normal(ref stream, n);
            double[] metric = [.. relative.Select((r, i) => r * common[i % n])];
            var harness = new DivergenceHarness<double>(new MaxOfDiagonals<double>(components), ParameterLayout.Vector(n), metric, start);
            for (int step = 0; step < 5; step++)
            {
                double[] g = Draws.Normal(ref stream, n), tangent = new double[n], dState = new double[harness.State.Length];
                harness.Divergence.StepJvp(harness.Context, 1, g, harness.Theta, harness.State, new double[metric.Length], 1, g, tangent, dState);
                Assert.True(Vectors.AllFinite<double>(tangent));
                harness.Step(1, g);
                Assert.InRange(RelativeGap(harness, start), -GapTolerance, GapTolerance);
            }
        }
    }

    [Theory]
    [InlineData(1e-250)]
    [InlineData(1e-20)]
    [InlineData(1e20)]
    [InlineData(1e200)]
    public void Weights_Do_Not_Depend_On_The_Scale_Of_The_Gradient(double scale)
    {
        const int n = 8;
        RandomStream stream = Draws.Stream(43);
        double[] metric = Draws.Positive(ref stream, 3 * n), g = Draws.Normal(ref stream, n);
        var one = new DivergenceHarness<double>(new MaxOfDiagonals<double>(3), ParameterLayout.Vector(n), metric, new double[n]);
        var other = new DivergenceHarness<double>(new MaxOfDiagonals<double>(3), ParameterLayout.Vector(n), metric, new double[n]);
        one.Step(1, g);
        other.Step(1, [.. g.Select(x => x * scale)]);
        for (int j = 0; j < 3; j++)
            Assert.Equal(one.State[n + j], other.State[n + j], 1e-12);
        for (int i = 0; i < n; i++)
            Assert.Equal(one.Theta[i], other.Theta[i] / scale, 1e-12);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_Warm_Start_With_A_Tiny_Wrong_Weight_Ends_On_The_Exact_Face(int components)
    {
        // z = (0, 1) belongs to P_1 = diag(1, 4) alone; a weight of 1e-16 elsewhere is within the gap, but derivatives would see a larger face.
        double[] metric = [1, 4, 4, 1, 2, 2];
        var harness = new DivergenceHarness<double>(new MaxOfDiagonals<double>(components), ParameterLayout.Vector(2), metric[..(2 * components)], [0, 0]);
        harness.Step(1, [0, -1]);
        harness.State[2] = 1 - 1e-16;
        harness.State[3] = 1e-16;
        harness.Step(1, [0, 0]);
        Assert.Equal([1, 0], harness.State[2..4]);
        Assert.Equal([0, .25], harness.Theta);
    }

    [Fact]
    public void Zero_Gradients_Stay_At_The_Center()
    {
        var harness = new DivergenceHarness<double>(new MaxOfDiagonals<double>(3), ParameterLayout.Vector(2), [1, 2, 2, 1, 1.5, 1.5], [3, -4]);
        harness.Step(1, [0, 0]);
        Assert.Equal([3, -4], harness.Theta);
        harness.Step(1, [0, 1]);
        Assert.Equal(3, harness.Theta[0]);
        Assert.Equal(-4.5, harness.Theta[1]);
    }

    [Fact]
    public void What_Is_Not_Finite_Reaches_Theta()
    {
        var harness = new DivergenceHarness<double>(new MaxOfDiagonals<double>(2), ParameterLayout.Vector(2), [1, 2, 2, 1], [3, -4]);
        harness.Step(1, [double.MaxValue, 1]);
        harness.Step(1, [double.MaxValue, 1]);
        Assert.False(double.IsFinite(harness.Theta[0]));
    }

    [Fact]
    public void Share_Of_Gaussian_Duals_On_The_Tie_Surface_Is_The_Known_One()
    {
        // 2/pi (arctan 4 - arctan 1/4) for P = diag(1, 4), diag(4, 1) (PAPERS 6.2).
        const int draws = 20_000;
        double expected = 2 / Math.PI * (Math.Atan(4) - Math.Atan(.25)), deviation = Math.Sqrt(expected * (1 - expected) / draws);
        RandomStream stream = Draws.Stream(44);
        int ties = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            var harness = new DivergenceHarness<double>(new MaxOfDiagonals<double>(2), ParameterLayout.Vector(2), [1, 4, 4, 1], [0, 0]);
            harness.Step(1, Draws.Normal(ref stream, 2));
            ties += ActivationOf(harness).Support == 2 ? 1 : 0;
        }

        Assert.Equal(.68808, expected, 1e-5);
        Assert.InRange((double)ties / draws, expected - (4 * deviation), expected + (4 * deviation));
    }

    [Fact]
    public void Log_Sum_Exp_Smoothing_Converges_To_The_Exact_Step()
    {
        // phi <= phi_tau <= phi + log(N)/tau and strong convexity give lambda/2 ||theta_tau - theta||^2 <= log(N)/tau.
        const int n = 4, components = 3;
        var stiff = new NewtonOptions(MaximumSteps: 5000);
        RandomStream stream = Draws.Stream(45);
        for (int trial = 0; trial < 20; trial++)
        {
            double[] metric = Draws.Positive(ref stream, components * n), start = Draws.Normal(ref stream, n), g = Draws.Normal(ref stream, n, 3);
            double[][] rows = [.. metric.Chunk(n)];
            var exact = new DivergenceHarness<double>(new MaxOfDiagonals<double>(components), ParameterLayout.Vector(n), metric, start);
            exact.Step(1, g);
            foreach (double tau in new[] { 10.0, 1e2, 1e3, 1e4 })
            {
                var smooth = new DivergenceHarness<double>(new NumericalMirrorStep<double>(new SoftMaxPotential(tau, rows, start), stiff), ParameterLayout.Vector(n), [], start);
                smooth.Step(1, g);
                double distance = smooth.Theta.Zip(exact.Theta, (x, y) => (x - y) * (x - y)).Sum();
                Assert.True(metric.Min() / 2 * distance <= Math.Log(components) / tau);
            }
        }
    }

    [Fact]
    public void Activation_Tells_Ties_And_Degenerate_Ties()
    {
        double[] metric = [1, 4, 4, 1];
        var divergence = new MaxOfDiagonals<double>(2);
        var harness = new DivergenceHarness<double>(divergence, ParameterLayout.Vector(2), metric, [0, 0]);
        double[] weights = new double[2];
        Assert.Equal(new MaxActivation(0, 2, IsDegenerate: false), divergence.Activation(harness.Context, harness.Theta, harness.State, weights));
        Assert.Equal([.5, .5], weights);

        // z = (1, 2) is a tie with weights (7/9, 2/9); z = (1, 4) = P_1 (1, 1) lies on the edge of that region; z = (0, 1) belongs to P_1 alone.
        harness.Step(1, [-1, -2]);
        MaxActivation tie = divergence.Activation(harness.Context, harness.Theta, harness.State, weights);
        Assert.Equal((2, false), (tie.Support, tie.IsDegenerate));
        Assert.Equal(7.0 / 9, weights[0], 1e-12);
        harness.Step(1, [0, -2]);
        Assert.True(divergence.Activation(harness.Context, harness.Theta, harness.State, weights).IsDegenerate);
        harness.Step(1, [1, 3]);
        Assert.Equal(new MaxActivation(0, 1, IsDegenerate: false), divergence.Activation(harness.Context, harness.Theta, harness.State, weights));
        Assert.Equal([1, 0], weights);
    }

    [Fact]
    public void Printed_Step_Puts_All_Weight_On_The_Largest_Component()
    {
        var divergence = new MaxOfDiagonals<double>(2, center: Center.Origin, step: MaxStep.Printed);
        var harness = new DivergenceHarness<double>(divergence, ParameterLayout.Vector(2), [1, 4, 4, 1], [1, .5]);
        double[] weights = new double[2];
        Assert.Equal(1, divergence.Activation(harness.Context, harness.Theta, harness.State, weights).Largest);
        Assert.Equal([0, 1], weights);
        Assert.False(divergence.IsExactMirrorStep);
    }

    [Fact]
    public void One_Component_Is_The_Diagonal_Divergence()
    {
        RandomStream stream = Draws.Stream(46);
        double[] metric = Draws.Positive(ref stream, 5), start = Draws.Normal(ref stream, 5);
        foreach (Center center in new[] { Center.Start, Center.Origin })
        {
            foreach (MaxStep step in new[] { MaxStep.Exact, MaxStep.Printed })
            {
                var diagonal = new DivergenceHarness<double>(new DiagonalQuadratic<double>(), ParameterLayout.Vector(5), metric, start);
                var one = new DivergenceHarness<double>(new MaxOfDiagonals<double>(1, center: center, step: step), ParameterLayout.Vector(5), metric, start);
                for (int t = 0; t < 5; t++)
                {
                    double[] g = Draws.Normal(ref stream, 5);
                    diagonal.Step(.2, g);
                    one.Step(.2, g);
                }

                for (int i = 0; i < 5; i++)
                    Assert.Equal(diagonal.Theta[i], one.Theta[i], 1e-14);
                Assert.Equal(diagonal.Bregman(one.Theta, start), one.Bregman(one.Theta, start), 1e-13);
            }
        }
    }

    [Fact]
    public void Initial_Metrics_Are_Drawn_From_The_Seed_Around_Their_Median()
    {
        ParameterLayout layout = new(("0.weight", [50, 20]), ("0.bias", [50]));
        IReadOnlyList<MetaParameterSpec<double>> specs = new MaxOfDiagonals<double>(3, 2, .1, 7).MetaSpecs(layout);
        Assert.Equal(["0.0.weight", "0.0.bias", "1.0.weight", "1.0.bias", "2.0.weight", "2.0.bias"], specs.Select(s => s.Name));
        double[] logs = [.. specs.SelectMany(s => s.Initial).Select(p => Math.Log(p / 2))];
        double mean = logs.Average(), deviation = Math.Sqrt(logs.Average(x => x * x));

        // Four standard errors of 3150 draws.
        Assert.Equal(0, mean, 4 * .1 / Math.Sqrt(logs.Length));
        Assert.Equal(.1, deviation, 4 * .1 / Math.Sqrt(2.0 * logs.Length));
        Assert.Equal(specs[0].Initial, new MaxOfDiagonals<double>(3, 2, .1, 7).MetaSpecs(layout)[0].Initial);
        Assert.NotEqual(specs[0].Initial, new MaxOfDiagonals<double>(3, 2, .1, 8).MetaSpecs(layout)[0].Initial);
    }

    [Fact]
    public void Wrong_Options_Are_Refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaxOfDiagonals<double>(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaxOfDiagonals<double>(17));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaxOfDiagonals<double>(2, initial: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaxOfDiagonals<double>(2, spread: -1));
        ArgumentException error = Assert.Throws<ArgumentException>(() => new MaxOfDiagonals<double>(2, [1, 2, 3]).MetaSpecs(ParameterLayout.Vector(2)));
        Assert.Contains("3 start values, expected 2 x 2", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new BlockScaled<double>([1, 2]).MetaSpecs(ParameterLayout.Vector(2)));
        Assert.Throws<ArgumentException>(() => new DiagonalQuadratic<double>([1, 2, 3]).MetaSpecs(ParameterLayout.Vector(2)));
    }

    private static MaxActivation ActivationOf(DivergenceHarness<double> harness)
    {
        var divergence = (MaxOfDiagonals<double>)harness.Divergence;
        return divergence.Activation(harness.Context, harness.Theta, harness.State, new double[divergence.Components]);
    }

    /// <summary>phi(y) + phi*(z) - &lt;z, y&gt; over phi(y), y = theta - c, with phi*(z) &lt;= h(a) by plain sums.</summary>
    private static double RelativeGap(DivergenceHarness<double> harness, double[] center)
    {
        int n = center.Length, components = harness.Meta.Length / n;
        double conjugate = 0, inner = 0;
        double[] y = new double[n];
        for (int i = 0; i < n; i++)
        {
            double z = harness.State[i], d = 0;
            for (int j = 0; j < components; j++)
                d += harness.State[n + j] * harness.Meta[(j * n) + i];
            y[i] = z / d;
            conjugate += z * z / d / 2;
            inner += z * y[i];
            Assert.Equal(center[i] + y[i], harness.Theta[i], 1e-12 * (1 + Math.Abs(y[i])));
        }

        // theta = c + y is rounded to c's size; phi is measured at y itself.
        double phi = harness.Divergence.Potential(harness.Context, y, new double[n]);
        return (phi + conjugate - inner) / phi;
    }
}
