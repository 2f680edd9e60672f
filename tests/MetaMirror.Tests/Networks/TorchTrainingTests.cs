using System.IO.Compression;
using System.Numerics;
using System.Text.Json;
using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Objectives;
using MetaMirror.Tests.UpdateRules;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Networks;

/// <summary>
/// LeNet-5 for 200 steps of 64 images follows PyTorch's loss from the same weights and batches: on drawn images, and on MNIST where METAMIRROR_DATA names a folder with it.
/// In float32 some ReLU or pool may lie so near its switch that rounding decides, and training enlarges that; with usual step sizes PyTorch itself
/// then comes back only to 4e-3 .. 3e-2 (`drift` in the fixture). Such runs are compared in float64, runs of small steps in float32.
/// </summary>
public sealed class TorchTrainingTests
{
    /// <summary>The tolerance; right runs in float32 drift by at most 1.4e-4 where it is applied (`drift`).</summary>
    private const double Single = 1e-3;

    /// <summary>Right runs in float64, with other orders of the sums, drift by at most 3e-15 (`drift`). One switch decided by rounding would show as 1e-5 and more.</summary>
    private const double Double = 1e-9;

    private static readonly JsonElement Fixture = TorchDraws.Fixture("torch-lenet-training.json");

    private static readonly string? Folder = Environment.GetEnvironmentVariable("METAMIRROR_DATA");

    private static bool HasMnist => !string.IsNullOrEmpty(Folder) && File.Exists(Path.Combine(Folder, "mnist", "train-images-idx3-ubyte.gz"));

    [Theory]
    [InlineData("drawn", "SGD", "float64")]
    [InlineData("drawn", "Adam", "float64")]
    [InlineData("drawn", "SGD", "float32")]
    [InlineData("drawn", "Adam", "float32")]
    [InlineData("mnist", "SGD", "float64")]
    [InlineData("mnist", "Adam", "float64")]
    [InlineData("mnist", "SGD", "float32")]
    public void Loss_curve_is_PyTorchs(string data, string optimizer, string element)
    {
        JsonElement f = Fixture.GetProperty("runs").EnumerateArray().Single(r =>
            r.GetProperty("data").ValueEquals(data) && r.GetProperty("optimizer").ValueEquals(optimizer) && r.GetProperty("element").ValueEquals(element));
        if (data == "mnist" && !HasMnist)
        {
            // Without the images: at least the batches are the recipe's.
            BatchesAreTheRecipes(data);
            return;
        }

        if (element == "float64")
            Follow<double>(f, Double);
        else
            Follow<float>(f, Single);
    }

    private static void Follow<T>(JsonElement f, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        string name = f.GetProperty("data").GetString()!;
        (byte[] pixels, int[] labels) = name == "mnist" ? Mnist() : Drawn();
        JsonElement set = BatchesAreTheRecipes(name);
        Assert.Equal(set.GetProperty("pixel_sum").GetInt64(), pixels.Sum(p => (long)p));
        Network network = Network.LeNet5();
        var run = new RuleRun<T>(Rule<T>(f), network.Layout);
        T[] theta = Arrays<T>.To<T>([.. TorchDraws.Parameters(network.Layout, 0, f.GetProperty("gain").GetDouble()).Select(T.CreateTruncating)]);
        theta.CopyTo(run.Values.Theta, 0);
        T[] inputs = Array.ConvertAll(pixels, p => T.CreateTruncating(p) / T.CreateTruncating(255));
        var objective = new NetworkObjective<T>(network, Dataset<T>.Classification(name, inputs, 784, labels, 10), Batches(labels.Length));
        double[] losses = TorchDraws.Numbers(f, "losses");
        Assert.Equal(200, losses.Length);
        for (int t = 0; t < losses.Length; t++)
        {
            double loss = objective.Evaluate(run.Values.Theta, [], Key(t), run.Values.Gradient);
            Assert.True(Math.Abs(loss - losses[t]) <= tolerance, $"step {t}: {loss:R}, PyTorch {losses[t]:R}");
            run.Step();
        }
    }

    private static JsonElement BatchesAreTheRecipes(string name)
    {
        JsonElement set = Fixture.GetProperty("sets").EnumerateArray().Single(s => s.GetProperty("name").ValueEquals(name));
        Minibatches batches = Batches(set.GetProperty("count").GetInt32());
        Assert.Equal(TorchDraws.Numbers(set, "first_batch"), batches.Draw(Key(0)).ToArray().Select(i => (double)i));
        Assert.Equal(set.GetProperty("last_batch_sum").GetInt32(), batches.Draw(Key(199)).ToArray().Sum());
        return set;
    }

    private static BatchKey Key(int step) => new(Fixture.GetProperty("seed").GetUInt64(), (uint)step, 0, 0);

    private static Minibatches Batches(int count) => new(count, Fixture.GetProperty("batch").GetInt32());

    private static UpdateRule<T> Rule<T>(JsonElement f)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        JsonElement o = f.GetProperty("options");
        double rate = o.GetProperty("lr").GetDouble();
        return f.GetProperty("optimizer").ValueEquals("SGD")
            ? new Sgd<T>(new() { LearningRate = rate, Momentum = o.GetProperty("momentum").GetDouble() })
            : new Adam<T>(new() { LearningRate = rate, Beta1 = o.GetProperty("betas")[0].GetDouble(), Beta2 = o.GetProperty("betas")[1].GetDouble(), Epsilon = o.GetProperty("eps").GetDouble() });
    }

    /// <summary>Each class has a pattern of 7 x 7 squares of 4 x 4 pixels, a fifth of them bright, under noise.</summary>
    private static (byte[] Pixels, int[] Labels) Drawn()
    {
        const int count = 512;
        int[] y = TorchDraws.Integers(1_000_000, count, 10);
        var pixels = new byte[count * 784];
        for (int i = 0; i < pixels.Length; i++)
        {
            int image = i / 784, row = i % 784 / 28, column = i % 28;
            double bright = TorchNetwork.Hash((uint)(2_000_000 + (49 * y[image]) + (7 * (row / 4)) + (column / 4))) >= 0.8 ? 1 : 0;
            pixels[i] = (byte)(256 * ((0.5 * bright) + (0.5 * TorchNetwork.Hash((uint)(3_000_000 + i)))));
        }

        return (pixels, y);
    }

    private static (byte[] Pixels, int[] Labels) Mnist()
    {
        const int count = 10_000;
        return (Read("train-images-idx3-ubyte.gz", 16, count * 784), Array.ConvertAll(Read("train-labels-idx1-ubyte.gz", 8, count), b => (int)b));
    }

    /// <summary>The first numbers of an IDX file after its header.</summary>
    private static byte[] Read(string file, int header, int count)
    {
        using var stream = new GZipStream(File.OpenRead(Path.Combine(Folder!, "mnist", file)), CompressionMode.Decompress);
        stream.ReadExactly(new byte[header]);
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
