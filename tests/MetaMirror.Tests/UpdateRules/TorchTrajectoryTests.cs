using System.Text.Json;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Case A26: five steps of PyTorch 1.13's optimizers over a sweep of options, compared by parameter displacement.</summary>
public sealed class TorchTrajectoryTests
{
    /// <summary>
    /// The recipe's own sensitivity to the order of the samples, stored beside each run, is at most 1.3e-12 of the largest displacement;
    /// ours is another order again. (The published check has 2.5e-6.)
    /// </summary>
    private const double Tolerance = 1e-9;

    private static readonly Lazy<(double Loss, double[] Gradient)> FirstGradient = new(() =>
    {
        var gradient = new double[TorchNetwork.Layout.Length];
        return (new TorchNetwork().Evaluate(TorchNetwork.Initial, 0, gradient), gradient);
    });

    [Fact]
    public void Hashed_Numbers_Are_Those_Of_The_Recipe()
    {
        JsonElement checks = TorchCases.Fixture("torch-optimizers.json").GetProperty("checks");
        Assert.Equal(Numbers(checks.GetProperty("u_0_to_4")), Enumerable.Range(0, 5).Select(k => TorchNetwork.Hash((uint)k)));
        Assert.Equal(Numbers(checks.GetProperty("first_weights")), TorchNetwork.Initial[..5]);
        Assert.Equal(Numbers(checks.GetProperty("first_inputs")), TorchNetwork.Inputs[0][..5]);
        Assert.Equal(Numbers(checks.GetProperty("label_sums")), TorchNetwork.Labels.Select(y => (double)y.Sum()));
    }

    [Theory]
    [InlineData("torch-optimizers.json", "SGD", 60)]
    [InlineData("torch-optimizers.json", "Adam", 24)]
    [InlineData("torch-optimizers.json", "AdamW", 24)]
    [InlineData("torch-optimizers.json", "Adagrad", 16)]
    [InlineData("torch-optimizers.json", "RMSprop", 32)]
    [InlineData("torch-optimizers.json", "NAdam", 8)]
    [InlineData("torch-optimizers-extra.json", "SGD", 2)]
    [InlineData("torch-optimizers-extra.json", "RMSprop", 2)]
    public void Displacements_Are_Those_Of_PyTorch(string file, string optimizer, int count)
    {
        JsonElement fixture = TorchCases.Fixture(file);
        JsonElement[] runs = [.. fixture.GetProperty("configurations").EnumerateArray().Where(c => string.Equals(c.GetProperty("optimizer").GetString(), optimizer, StringComparison.Ordinal)).Where(c => TorchCases.Rule(c) is not null)];
        Assert.Equal(count, runs.Length);
        var network = new TorchNetwork();
        foreach (JsonElement run in runs)
        {
            double[] displacement = Displacement(TorchCases.Rule(run)!, network, Numbers(run.GetProperty("losses")));
            for (int b = 0; b < TorchNetwork.Layout.Blocks.Length; b++)
            {
                ParameterBlock block = TorchNetwork.Layout.Blocks[b];
                double[] found = displacement[block.Offset..(block.Offset + block.Length)], expected = Numbers(run.GetProperty("displacement")[b]);
                double[] index = Numbers(fixture.GetProperty("index")[b]);
                double largest = expected.Max(Math.Abs), norm = run.GetProperty("norm")[b].GetDouble();
                Assert.InRange(Math.Sqrt(Vectors.SquaredNorm<double>(found)), norm * (1 - Tolerance), norm * (1 + Tolerance));
                for (int i = 0; i < expected.Length; i++)
                    Assert.True(Math.Abs(found[(int)index[i]] - expected[i]) <= Tolerance * largest, $"{run.GetProperty("options")} {block} entry {index[i]}: {found[(int)index[i]]}, expected {expected[i]}");
            }
        }
    }

    private static double[] Displacement(UpdateRule<double> rule, TorchNetwork network, double[] losses)
    {
        var run = new RuleRun<double>(rule, TorchNetwork.Layout);
        TorchNetwork.Initial.CopyTo(run.Values.Theta, 0);
        for (int b = 0; b < losses.Length; b++)
        {
            double loss = FirstGradient.Value.Loss;
            if (b == 0)
                FirstGradient.Value.Gradient.CopyTo(run.Values.Gradient, 0);
            else
                loss = network.Evaluate(run.Values.Theta, b, run.Values.Gradient);
            Assert.Equal(losses[b], loss, Tolerance);
            run.Step();
        }

        return [.. run.Values.Theta.Zip(TorchNetwork.Initial, (after, before) => after - before)];
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];
}
