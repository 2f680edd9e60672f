using MetaMirror.Networks;
using MetaMirror.Objectives;
using MetaMirror.Tests.Documentation;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

/// <summary>Layers and joins from outside the library: derivatives equal central differences, alone, behind data and behind parameters.</summary>
public sealed class OwnLayerTests
{
    private const double Step = 1e-5;

    /// <summary>Differences of numbers near 1: Step^2 / 6 times a third derivative below 100, and 2^-53 / Step of rounding.</summary>
    private const double Tolerance = 2e-9;

    private static readonly FeatureShape Input = new(6);

    public static TheoryData<string> Names => ["layer of data", "layer between", "join", "join with data"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Derivatives_are_those_of_the_value(string name)
    {
        Network network = name switch
        {
            "layer of data" => new NetworkBuilder().Add(new Scale(6)).Tanh().Linear(3).Build(),
            "layer between" => new NetworkBuilder(Input).Linear(5).Tanh().Add(new Scale(5)).Tanh().Linear(3).Build(),
            "join" => new NetworkBuilder(Input).Linear(4).Residual(b => b.Linear(4).Tanh(), s => s.Linear(4).Sigmoid(), join: new Product()).Linear(3).Build(),
            _ => new NetworkBuilder(Input).Residual(b => b.Linear(6).Tanh(), join: new Product()).Linear(3).Build(),
        };
        var objective = new NetworkObjective<double>(network, Draws.Classification<double>(7, 6, 3));
        int n = network.Layout.Length;
        double[] theta = NetworkCases.Point<double>(network), v = Draws.Normal<double>(n, 77, 0.3), gradient = new double[n], product = new double[n];
        objective.Evaluate(theta, [], BatchKey.Full, gradient);
        objective.HessianVectorProducts(theta, [], BatchKey.Full, 1, v, product);

        (double up, double[] gUp) = At(Step);
        (double down, double[] gDown) = At(-Step);
        Assert.Equal((up - down) / (2 * Step), gradient.Zip(v, (g, d) => g * d).Sum(), Tolerance);
        for (int i = 0; i < n; i++)
            Assert.Equal((gUp[i] - gDown[i]) / (2 * Step), product[i], Tolerance);
        Assert.Contains(product, h => Math.Abs(h) > 1e-3);

        (double Loss, double[] Gradient) At(double h)
        {
            double[] g = new double[n], moved = [.. theta.Zip(v, (x, d) => x + (h * d))];
            return (objective.Evaluate(moved, [], BatchKey.Full, g), g);
        }
    }

    [Fact]
    public void A_join_of_one_input_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new NetworkBuilder(Input).Residual(b => b.Linear(6), join: new Tanh()).Build());
        Assert.Contains("Layer 0: Tanh takes one input", error.Message, StringComparison.Ordinal);
    }
}
