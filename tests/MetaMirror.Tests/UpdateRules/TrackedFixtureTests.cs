using System.Text.Json;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>The tracked basis beside the reference in PyTorch (tests/fixtures/recipes/tracked_basis.py), with eigenvectors at every refresh.</summary>
public sealed class TrackedFixtureTests
{
    /// <summary>12 steps of 0.05; directions in which no gradient lies are rounding (1e-17) over eps (1e-8), at most 12 x 0.05 x 1e-9 together.</summary>
    private const double Tolerance = 1e-9;

    public static TheoryData<string> Names => [.. Fixture.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("name").GetString()!)];

    private static JsonElement Fixture { get; } = TorchCases.Fixture("tracked-basis.json");

    [Fact]
    public void The_gradients_are_those_of_the_recipe()
    {
        ulong k = 0;
        double[] expected = [.. Fixture.GetProperty("first_gradient").EnumerateArray().Select(e => e.GetDouble())];
        Assert.Equal(expected, Gradient(Layout(), 0, ref k));
    }

    [Theory, MemberData(nameof(Names))]
    public void Parameters_Equal_The_References(string name)
    {
        JsonElement run = Fixture.GetProperty("runs").EnumerateArray().Single(r => r.GetProperty("name").GetString() == name);
        ParameterLayout layout = Layout();
        int limit = run.GetProperty("largest_columns").GetInt32(), every = run.GetProperty("every").GetInt32();
        var rule = new TrackedBasis<double>([.. layout.Blocks.Select((b, j) => Start(b, j, limit))], new TrackedBasisOptions
        {
            LearningRate = Fixture.GetProperty("learning_rate").GetDouble(), LargestColumns = limit, RotateResidual = run.GetProperty("rotates_residual").GetBoolean(),
            RotateVectors = true, ProjectedFactor = run.GetProperty("projected_factor").GetBoolean(), FactorEvery = every, TrackEvery = every, TrustRegion = double.PositiveInfinity, Refresh = BasisRefresh.Eigenvectors,
        });
        var values = new RuleRun<double>(rule, layout);
        ulong k = 0;
        for (int t = 0; t < Fixture.GetProperty("steps").GetInt32(); t++)
        {
            Gradient(layout, t, ref k).CopyTo(values.Values.Gradient, 0);
            values.Step();
        }

        double[] expected = [.. run.GetProperty("parameters").EnumerateArray().Select(e => e.GetDouble())];
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - values.Values.Theta[i]) <= Tolerance, $"{layout.BlockAt(i)} entry {i}: expected {expected[i]}, found {values.Values.Theta[i]}");
    }

    private static ParameterLayout Layout() => new(Fixture.GetProperty("shapes").EnumerateArray()
        .Select((shape, j) => ($"tensor{j}", shape.EnumerateArray().Select(size => size.GetInt32()).ToArray())));

    private static BasisBlock<double> Start(ParameterBlock block, int number, int limit)
    {
        int rank = block.Columns > limit ? Fixture.GetProperty("rank").GetInt32() : 0;
        double[] right = rank == 0 ? [] : [.. Fixture.GetProperty("starts").GetProperty($"{number}").EnumerateArray().Select(e => e.GetDouble())];
        return new BasisBlock<double>(block, [], right, new double[block.Rows * rank], new double[block.Rows]);
    }

    private static double[] Gradient(ParameterLayout layout, int step, ref ulong k)
    {
        double[] g = new double[layout.Length];
        foreach (ParameterBlock b in layout.Blocks)
        {
            for (int i = 0; i < b.Length; i++)
                g[b.Offset + i] = ((2 * Uniform(k++)) - 1) * (1 + (step % 3)) / (1 + (i / b.Columns)) / (1 + (i % b.Columns % 4));
        }

        return g;
    }

    /// <summary>The hash of recipes/common.py.</summary>
    private static double Uniform(ulong k)
    {
        uint h = unchecked(((uint)k * 2654435761) + 12345);
        h ^= h >> 15;
        h = unchecked(h * 2246822519);
        h ^= h >> 13;
        h = unchecked(h * 3266489917);
        h ^= h >> 16;
        return h / 4294967296.0;
    }
}
