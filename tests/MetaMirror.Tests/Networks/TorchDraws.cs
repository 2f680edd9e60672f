using System.Runtime.CompilerServices;
using System.Text.Json;
using MetaMirror.Networks;
using MetaMirror.Tests.UpdateRules;

namespace MetaMirror.Tests.Networks;

/// <summary>What the recipes of the networks' fixtures draw from their counter hash, and how they are read.</summary>
internal static class TorchDraws
{
    /// <summary>2 u(first + i) - 1.</summary>
    public static double[] Symmetric(long first, int count)
    {
        var x = new double[count];
        FillSymmetric(first, x);
        return x;
    }

    /// <summary>x_i = 2 u(first + i) - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FillSymmetric(long first, Span<double> x)
    {
        for (int i = 0; i < x.Length; i++)
            x[i] = (2 * TorchNetwork.Hash((uint)(first + i))) - 1;
    }

    /// <summary>floor(levels u(first + i)).</summary>
    public static int[] Integers(long first, int count, int levels) =>
        [.. Enumerable.Range(0, count).Select(i => (int)(levels * TorchNetwork.Hash((uint)(first + i))))];

    /// <summary>PyTorch's default bounds, with scales around 1 and shifts around 0 for BatchNorm; over one running counter.</summary>
    /// <param name="layout">The tensors in PyTorch's order.</param>
    /// <param name="first">The counter of the first entry.</param>
    /// <param name="gain">Factor of weights that are matrices.</param>
    public static double[] Parameters(ParameterLayout layout, long first, double gain = 1)
    {
        double[] theta = Symmetric(first, layout.Length);
        int inputs = 0;
        foreach (ParameterBlock block in layout.Blocks)
        {
            bool weight = block.Name.EndsWith("weight", StringComparison.Ordinal);
            if (weight)
                inputs = block.Shape.Length > 1 ? block.Columns : 0;
            double root = Math.Sqrt(inputs);
            foreach (ref double w in theta.AsSpan(block.Offset, block.Length))
            {
                if (inputs == 0)
                    w = (weight ? 1 : 0) + (w / 4);
                else
                    w = w / root * (weight ? gain : 1);
            }
        }

        return theta;
    }

    public static JsonElement Fixture(string name) => TorchCases.Fixture(name);

    public static double[] Numbers(JsonElement e, string property) => Numbers(e.GetProperty(property));

    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];

    public static string[] Names(JsonElement e, string property) => [.. e.GetProperty(property).EnumerateArray().Select(v => v.GetString()!)];

    /// <summary>Asserts that our tensors have the names and shapes of PyTorch's state_dict, in its order.</summary>
    public static void SameTensors(JsonElement e, ParameterLayout layout, string prefix = "")
    {
        Assert.Equal(Names(e, "tensors").Select(n => prefix + n), layout.Blocks.Select(b => b.Name));
        Assert.Equal(e.GetProperty("shapes").EnumerateArray().Select(s => s.ToString().Replace(" ", string.Empty, StringComparison.Ordinal)), layout.Blocks.Select(b => $"[{string.Join(',', b.Shape)}]"));
    }

    /// <summary>Each entry within tolerance times the largest expected one, or times 1 if they are all smaller.</summary>
    public static void Close(ReadOnlySpan<double> expected, ReadOnlySpan<double> found, double tolerance, string what)
    {
        Assert.Equal(expected.Length, found.Length);
        double largest = 1;
        foreach (double x in expected)
            largest = Math.Max(largest, Math.Abs(x));
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - found[i]) <= tolerance * largest, $"{what} [{i}]: {found[i]:R}, expected {expected[i]:R}");
    }
}
