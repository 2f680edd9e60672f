using System.Text.Json;
using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tests.Objectives;
using MetaMirror.Tests.Storage;

namespace MetaMirror.Tests.Networks;

/// <summary>Loss, gradient and Hessian-vector product of CASES A10's networks and of the digits network as PyTorch computes them in float64.</summary>
public sealed class TorchNetworkTests
{
    /// <summary>Sums of up to 64 x 64 products in another order.</summary>
    private const double Tolerance = 1e-12;

    private static readonly JsonElement[] Fixtures = [.. JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.PathOf("tests", "fixtures", "torch-networks.json")))
        .RootElement.GetProperty("networks").EnumerateArray()];

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("c")]
    [InlineData("d")]
    public void Small_networks(string name)
    {
        JsonElement f = Named(name);
        double[] w = Numbers(f, "w"), v = Numbers(f, "v");
        (double loss, double[] g, double[] hv) = Run(Make(name), Data(f, Numbers(f, "x"), Numbers(f, "y")), w, v);
        Assert.Equal(f.GetProperty("value").GetDouble(), loss, Tolerance);
        Close(Numbers(f, "gradient"), g);
        Close(Numbers(f, "hvp"), hv);
    }

    [Fact]
    public void Digits_network()
    {
        JsonElement f = Named("mlp");
        uint b = f.GetProperty("base").GetUInt32();
        int n = f.GetProperty("parameters").GetInt32();
        Network network = Make("mlp");
        Assert.Equal(n, network.Layout.Length);
        double[] w = [.. Enumerable.Range(0, n).Select(k => ((2 * U(b + (uint)k)) - 1) / Math.Sqrt(k < 2080 ? 64 : 32))];
        double[] x = [.. Enumerable.Range(0, 64 * 64).Select(k => (2 * U(b + 20_000 + (uint)k)) - 1)];
        double[] y = [.. Enumerable.Range(0, 64).Select(k => Math.Floor(10 * U(b + 40_000 + (uint)k)))];
        double[] v = [.. Enumerable.Range(0, n).Select(k => (2 * U(b + 60_000 + (uint)k)) - 1)];
        JsonElement checks = f.GetProperty("checks");
        Assert.Equal(checks.GetProperty("w_sum").GetDouble(), w.Sum(), Tolerance);
        Assert.Equal(checks.GetProperty("x_sum").GetDouble(), x.Sum(), Tolerance);
        Assert.Equal(checks.GetProperty("y_sum").GetDouble(), y.Sum());

        (double loss, double[] g, double[] hv) = Run(network, Data(f, x, y), w, v);

        int[] index = [.. f.GetProperty("index").EnumerateArray().Select(e => e.GetInt32())];
        Assert.Equal(f.GetProperty("value").GetDouble(), loss, Tolerance);
        Close(Numbers(f, "gradient_at_index"), [.. index.Select(i => g[i])]);
        Close(Numbers(f, "hvp_at_index"), [.. index.Select(i => hv[i])]);
        Assert.Equal(f.GetProperty("gradient_norm").GetDouble(), Draws.Norm(g), Tolerance);
        Assert.Equal(f.GetProperty("hvp_norm").GetDouble(), Draws.Norm(hv), Tolerance);
        Assert.Equal(f.GetProperty("v_hvp").GetDouble(), Vectors.Dot<double>(v, hv), Tolerance * Draws.Norm(v) * Draws.Norm(hv));
        Assert.Equal(f.GetProperty("gradient_dot_v").GetDouble(), Vectors.Dot<double>(v, g), Tolerance * Draws.Norm(v));
    }

    private static Network Make(string name)
    {
        var s = new Linear(4, 4);
        return name switch
        {
            "a" => new NetworkBuilder().Linear(4, 3).Tanh().Linear(3, 4, bias: false).Sigmoid().Linear(4, 2).Build(),
            "b" => Network.Mlp(6, 5, 3),
            "c" => Network.Mlp(new Tanh(), 5, 4, 1),
            "d" => new NetworkBuilder().Add(s).Tanh().Add(s).Linear(4, 2).Unused("unused", 3).Build(),
            _ => Network.Mlp(64, 32, 10),
        };
    }

    private static (double Loss, double[] Gradient, double[] Product) Run(Network network, Dataset<double> data, double[] w, double[] v)
    {
        var objective = new NetworkObjective<double>(network, data);
        double[] g = new double[w.Length], hv = new double[w.Length];
        double loss = objective.Evaluate(w, [], BatchKey.Full, g);
        objective.HessianVectorProducts(w, [], BatchKey.Full, 1, v, hv);
        return (loss, g, hv);
    }

    private static Dataset<double> Data(JsonElement f, double[] x, double[] y)
    {
        int inputs = f.GetProperty("inputs").GetInt32(), outputs = f.GetProperty("outputs").GetInt32();
        return f.GetProperty("loss").ValueEquals("mse")
            ? Dataset<double>.Regression("fixture", x, inputs, y, outputs)
            : Dataset<double>.Classification("fixture", x, inputs, Array.ConvertAll(y, a => (int)a), Math.Max(outputs, 2));
    }

    private static void Close(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], Tolerance);
    }

    private static JsonElement Named(string name) => Fixtures.Single(f => f.GetProperty("name").ValueEquals(name));

    private static double[] Numbers(JsonElement f, string property) => [.. f.GetProperty(property).EnumerateArray().Select(e => e.GetDouble())];

    /// <summary>The fixtures' counter hash.</summary>
    private static double U(uint k)
    {
        unchecked
        {
            uint h = (k * 2654435761u) + 12345u;
            h ^= h >> 15;
            h *= 2246822519u;
            h ^= h >> 13;
            h *= 3266489917u;
            h ^= h >> 16;
            return h / 4294967296.0;
        }
    }
}
