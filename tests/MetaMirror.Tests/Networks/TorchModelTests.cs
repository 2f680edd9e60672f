using System.Text.Json;
using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

/// <summary>LeNet-5 and ResNet-18 against PyTorch in float64: names, loss, gradient and Hessian-vector product tensor by tensor, BatchNorm's buffers, evaluation with them.</summary>
public sealed class TorchModelTests
{
    /// <summary>
    /// Of a tensor's norm. The recipe moved every parameter by one unit in the last place and reversed the batch: that changed no tensor by
    /// more than 4e-13 of its norm (`sensitivity`). Ours is another order of longer sums, at most 4,608 products each: a factor of 250.
    /// </summary>
    private const double Tolerance = 1e-10;

    /// <summary>Counters: see the fixtures' recipe.</summary>
    private const long Inputs = 20_000_000, Labels = 30_000_000, Direction = 40_000_000, Projections = 60_000_000, Spacing = 20_000_000;

    [Theory]
    [InlineData("torch-lenet.json", 0)]
    [InlineData("torch-resnet18.json", 0)]
    [InlineData("torch-resnet18.json", 1)]
    public void Model_is_PyTorchs(string file, int number)
    {
        JsonElement f = TorchDraws.Fixture(file).GetProperty("networks")[number];
        int[] image = [.. f.GetProperty("input").EnumerateArray().Select(e => e.GetInt32())];
        var input = new FeatureShape(image[0], image[1], image[2]);
        Network network = file.Contains("lenet", StringComparison.Ordinal) ? Network.LeNet5() : Network.ResNet18(input);
        TorchDraws.SameTensors(f, network.Layout);
        int n = network.Layout.Length, batch = f.GetProperty("batch").GetInt32();
        Assert.Equal(f.GetProperty("parameters").GetInt32(), n);
        double[] w = TorchDraws.Parameters(network.Layout, 0), v = TorchDraws.Symmetric(Direction, n), x = TorchDraws.Symmetric(Inputs, batch * input.Size);
        int[] y = TorchDraws.Integers(Labels, batch, 10);
        Drawn(f.GetProperty("checks"), w, x, y, v);

        var objective = new NetworkObjective<double>(network, Dataset<double>.Classification("fixture", x, input.Size, y, 10));
        double[] g = new double[n], hv = new double[n], state = new double[network.StateLayout.Length];
        double loss = f.GetProperty("loss").GetDouble();
        Assert.Equal(loss, objective.Evaluate(w, [], BatchKey.Full, g), Tolerance * loss);
        objective.HessianVectorProducts(w, [], BatchKey.Full, 1, v, hv);
        Assert.Equal(f.GetProperty("gradient_dot_v").GetDouble(), Vectors.Dot<double>(g, v), Tolerance * Draws.Norm(g) * Draws.Norm(v));
        Assert.Equal(f.GetProperty("v_dot_hvp").GetDouble(), Vectors.Dot<double>(hv, v), Tolerance * Draws.Norm(hv) * Draws.Norm(v));
        Kept(f, "gradient", network.Layout, g);
        Kept(f, "hvp", network.Layout, hv);
        double[] u = TorchDraws.Symmetric(Direction + (2 * Spacing), n), hu = new double[n];
        objective.HessianVectorProducts(w, [], BatchKey.Full, 1, u, hu);
        Assert.Equal(Vectors.Dot<double>(u, hv), Vectors.Dot<double>(v, hu), Tolerance * Draws.Norm(hv) * Draws.Norm(u));

        objective.InitializeState(state);
        objective.AdvanceState(w, BatchKey.Full, state);
        Assert.Equal(f.TryGetProperty("buffers", out JsonElement buffers), state.Length > 0);
        if (state.Length == 0)
            return;
        Buffers(buffers, network.StateLayout, state);
        double after = f.GetProperty("evaluation").GetProperty("loss").GetDouble();
        Assert.Equal(after, objective.EvaluateAll(w, state).Loss, Tolerance * after);
    }

    private static void Drawn(JsonElement checks, double[] w, double[] x, int[] y, double[] v)
    {
        // Sums of 10^7 numbers: numpy adds in pairs, we in order.
        const double rounding = 1e-7;
        Assert.Equal(checks.GetProperty("w_sum").GetDouble(), w.Sum(), rounding);
        Assert.Equal(checks.GetProperty("x_sum").GetDouble(), x.Sum(), rounding);
        Assert.Equal(checks.GetProperty("v_sum").GetDouble(), v.Sum(), rounding);
        Assert.Equal(TorchDraws.Numbers(checks, "labels"), y.Select(i => (double)i));
    }

    private static void Kept(JsonElement f, string vector, ParameterLayout layout, double[] found)
    {
        JsonElement expected = f.GetProperty(vector);
        int samples = f.GetProperty("samples").GetInt32();
        double[] norms = TorchDraws.Numbers(expected, "norm");
        for (int b = 0; b < norms.Length; b++)
        {
            ParameterBlock block = layout.Blocks[b];
            ReadOnlySpan<double> part = found.AsSpan(block.Offset, block.Length);
            Near(norms[b], Math.Sqrt(Vectors.SquaredNorm(part)), norms[b], $"norm of {vector} {block}");
            double[] entries = TorchDraws.Numbers(expected.GetProperty("at_index")[b]);
            Assert.Equal(Math.Min(samples, part.Length), entries.Length);
            for (int c = 0; c < entries.Length; c++)
                Near(entries[c], part[(int)(((2L * c) + 1) * part.Length / (2 * entries.Length))], norms[b], $"{vector} {block}, sample {c}");
        }

        JsonElement projections = expected.GetProperty("projections");
        var r = new double[layout.Blocks.Max(b => b.Length)];
        for (int j = 0; j < projections.GetArrayLength(); j++)
        {
            double[] dots = TorchDraws.Numbers(projections[j]);
            for (int b = 0; b < norms.Length; b++)
            {
                ParameterBlock block = layout.Blocks[b];
                Span<double> part = r.AsSpan(0, block.Length);
                TorchDraws.FillSymmetric(Projections + (j * Spacing) + block.Offset, part);
                Near(dots[b], Vectors.Dot<double>(part, found.AsSpan(block.Offset, block.Length)), norms[b], $"{vector} {block}, projection {j}");
            }
        }
    }

    private static void Buffers(JsonElement f, ParameterLayout layout, double[] state)
    {
        string[] names = TorchDraws.Names(f, "names");
        Assert.Equal(names, layout.Blocks.Where(b => b.Shape.Length > 0).Select(b => b.Name));
        for (int i = 0; i < names.Length; i++)
        {
            ParameterBlock block = layout[names[i]];
            double[] found = state[block.Offset..(block.Offset + block.Length)], entries = TorchDraws.Numbers(f.GetProperty("at_index")[i]);
            double norm = f.GetProperty("norm")[i].GetDouble();
            Near(norm, Draws.Norm(found), norm, $"norm of {block}");
            Near(f.GetProperty("sum")[i].GetDouble(), found.Sum(), norm * Math.Sqrt(found.Length), $"sum of {block}");
            for (int c = 0; c < entries.Length; c++)
                Near(entries[c], found[((2 * c) + 1) * found.Length / (2 * entries.Length)], norm, $"{block}, sample {c}");
        }

        Assert.All(layout.Blocks.Where(b => b.Shape.Length == 0), b => Assert.Equal(f.GetProperty("num_batches_tracked").GetDouble(), state[b.Offset]));
    }

    private static void Near(double expected, double found, double scale, string what) =>
        Assert.True(Math.Abs(expected - found) <= Tolerance * scale, $"{what}: {found:R}, expected {expected:R}, of {scale:R}");
}
