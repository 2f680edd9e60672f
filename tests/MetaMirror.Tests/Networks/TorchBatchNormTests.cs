using System.Text.Json;
using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tests.Objectives;
using MetaMirror.Tests.UpdateRules;

namespace MetaMirror.Tests.Networks;

/// <summary>Case A26 on its network with BatchNorm: five steps of PyTorch's optimizers over a sweep of options, by parameter displacement, and the running statistics after them.</summary>
public sealed class TorchBatchNormTests
{
    /// <summary>Of the largest displacement. The recipe's own `sensitivity` is at most 3.6e-12; ours is another order of the same sums. (The published check has 2.5e-6.)</summary>
    private const double Tolerance = 1e-9;

    /// <summary>
    /// Of the largest displacement, for a bias before a BatchNorm: its gradient is zero but for rounding, at most about 64 samples x 1e-16 x 0.1 = 1e-15, which Adagrad divides by
    /// itself plus 1e-10. Each of five steps moves it by at most 1e-5 of a usual step.
    /// </summary>
    private const double Noise = 5e-5;

    private static readonly JsonElement Fixture = TorchDraws.Fixture("torch-batchnorm-mlp.json");

    private static readonly Network Model = new NetworkBuilder().Linear(784, 64).BatchNorm2d().ReLU().Linear(64, 64).BatchNorm2d().ReLU().Linear(64, 10, bias: false).Build();

    private static readonly double[] Start = TorchDraws.Parameters(Model.Layout, 0);

    [Fact]
    public void Network_and_data_are_those_of_the_recipe()
    {
        TorchDraws.SameTensors(Fixture, Model.Layout);
        JsonElement checks = Fixture.GetProperty("checks");
        double[] sums = TorchDraws.Numbers(checks, "parameter_sums");
        Assert.Equal(sums.Length, Model.Layout.Blocks.Length);
        Assert.All(Model.Layout.Blocks.Zip(sums), p => Assert.Equal(p.Second, Start.AsSpan(p.First.Offset, p.First.Length).ToArray().Sum(), Tolerance));
        Assert.Equal(TorchDraws.Numbers(checks, "label_sums"), Batches().Select(b => (double)b.Data.Labels.ToArray().Sum()));
    }

    [Theory]
    [InlineData("SGD", 48)]
    [InlineData("Adam", 24)]
    [InlineData("AdamW", 24)]
    [InlineData("Adagrad", 16)]
    [InlineData("RMSprop", 32)]
    [InlineData("NAdam", 8)]
    public void Displacements_and_buffers_are_PyTorchs(string optimizer, int count)
    {
        JsonElement[] runs = [.. Fixture.GetProperty("configurations").EnumerateArray().Where(c => c.GetProperty("optimizer").ValueEquals(optimizer))];
        Assert.Equal(count, runs.Length);
        NetworkObjective<double>[] batches = Batches();
        var first = new double[Start.Length];
        double loss = batches[0].Evaluate(Start, [], BatchKey.Full, first);
        foreach (JsonElement f in runs)
        {
            var run = new RuleRun<double>(TorchCases.Rule(f)!, Model.Layout);
            var state = new double[Model.StateLayout.Length];
            Start.CopyTo(run.Values.Theta, 0);
            Model.InitializeState<double>(state);
            double[] losses = TorchDraws.Numbers(f, "losses");
            for (int b = 0; b < losses.Length; b++)
            {
                if (b == 0)
                    first.CopyTo(run.Values.Gradient, 0);
                Assert.Equal(losses[b], b == 0 ? loss : batches[b].Evaluate(run.Values.Theta, [], BatchKey.Full, run.Values.Gradient), Tolerance);
                batches[b].AdvanceState(run.Values.Theta, BatchKey.Full, state);
                run.Step();
            }

            Displaced(f, [.. run.Values.Theta.Zip(Start, (after, before) => after - before)]);
            Buffers(f, state);
        }
    }

    private static void Displaced(JsonElement f, double[] d)
    {
        double largest = d.Max(Math.Abs);
        double[] r = TorchDraws.Symmetric(3_000_000, d.Length);
        for (int b = 0; b < Model.Layout.Blocks.Length; b++)
        {
            ParameterBlock block = Model.Layout.Blocks[b];
            double tolerance = (block.Name is "0.bias" or "3.bias" ? Noise : Tolerance) * largest;
            double[] part = d[block.Offset..(block.Offset + block.Length)], expected = TorchDraws.Numbers(f.GetProperty("displacement")[b]), index = TorchDraws.Numbers(Fixture.GetProperty("index")[b]);
            for (int i = 0; i < expected.Length; i++)
                Near(expected[i], part[(int)index[i]], tolerance, f, block);
            double root = Math.Sqrt(part.Length);
            Near(f.GetProperty("norm")[b].GetDouble(), Draws.Norm(part), tolerance * root, f, block);
            Near(f.GetProperty("projection")[b].GetDouble(), Vectors.Dot<double>(part, r.AsSpan(block.Offset, block.Length)), tolerance * root, f, block);
        }
    }

    /// <summary>The running means take in the noise of the bias before them.</summary>
    private static void Buffers(JsonElement f, double[] state)
    {
        double[] norms = TorchDraws.Numbers(f, "buffer_norms"), sums = TorchDraws.Numbers(f, "buffer_sums");
        ParameterBlock[] blocks = [.. Model.StateLayout.Blocks.Where(b => b.Shape.Length > 0)];
        Assert.Equal(norms.Length, blocks.Length);
        for (int i = 0; i < blocks.Length; i++)
        {
            double[] part = state[blocks[i].Offset..(blocks[i].Offset + blocks[i].Length)];
            double tolerance = (blocks[i].Name.EndsWith("mean", StringComparison.Ordinal) ? Noise * f.GetProperty("options").GetProperty("lr").GetDouble() : Tolerance) * Math.Sqrt(part.Length);
            Near(norms[i], Draws.Norm(part), tolerance, f, blocks[i]);
            Near(sums[i], part.Sum(), tolerance * Math.Sqrt(part.Length), f, blocks[i]);
        }

        Assert.All(Model.StateLayout.Blocks.Where(b => b.Shape.Length == 0), b => Assert.Equal(5, state[b.Offset]));
    }

    private static void Near(double expected, double found, double tolerance, JsonElement f, ParameterBlock block) =>
        Assert.True(Math.Abs(expected - found) <= tolerance, $"{f.GetProperty("options")} {block}: {found:R}, expected {expected:R}, tolerance {tolerance:R}");

    private static NetworkObjective<double>[] Batches()
    {
        double[] x = TorchDraws.Symmetric(1_000_000, 5 * 64 * 784);
        int[] y = TorchDraws.Integers(2_000_000, 5 * 64, 10);
        var all = Dataset<double>.Classification("fixture", x, 784, y, 10);
        return [.. Enumerable.Range(0, 5).Select(b => new NetworkObjective<double>(Model, all.Slice(64 * b, 64)))];
    }
}
