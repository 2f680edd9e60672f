using System.Text.Json;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>The hand-designed rivals beside what their published files, unmodified, make of the same gradients (tests/fixtures/README.md, "Rivals").</summary>
public sealed class PublishedCodeTests
{
    /// <summary>12 steps of some thousand roundings of 1.1e-16; each moves the result by as much as the stored sensitivity to the gradients says.</summary>
    private const double Tolerance = 12 * 1000 * 1.1e-16;

    /// <summary>The authors' options of each run, in ours.</summary>
    private static readonly Dictionary<string, UpdateRule<double>> Rules = new(StringComparer.Ordinal)
    {
        ["lion defaults"] = new Lion<double>(),
        ["lion all-on"] = new Lion<double>(new() { LearningRate = .03, Beta1 = .7, Beta2 = .8, WeightDecay = .3 }),

        // Decay by itself is theirs over the rate.
        ["lion decay-by-itself"] = new Lion<double>(new() { LearningRate = .05, Beta1 = .8, Beta2 = .95, WeightDecay = .02 / .05 }),
        ["muon defaults"] = new Muon<double>(),
        ["muon all-on"] = new Muon<double>(new()
        {
            LearningRate = .03, Momentum = .8, WeightDecay = .3, Iterations = 3, Nesterov = false, AdamForOutput = false, AdamLearningRate = .004, AdamBeta1 = .7, AdamBeta2 = .9, AdamEpsilon = 1e-2,
        }),
        ["muon matrices"] = new Muon<double>(new() { LearningRate = .05, Momentum = .9, WeightDecay = .1, Iterations = 7, AdamForOutput = false }),
        ["muon kernels"] = new Muon<double>(new() { LearningRate = .05, Momentum = .9, WeightDecay = .1, AdamForOutput = false, AdamForFirstConvolution = false }),
        ["soap defaults"] = new Soap<double>(),
        ["soap all-on"] = new Soap<double>(new() { LearningRate = .05, Beta1 = .8, Beta2 = .9, ShampooBeta = .7, Epsilon = 1e-2, WeightDecay = .1, RefreshEvery = 2 }),
        ["soap one-sided"] = new Soap<double>(new() { LearningRate = .05, Beta1 = .9, Beta2 = .8, ShampooBeta = .6, WeightDecay = 0, RefreshEvery = 1, LargestDimension = 7 }),
        ["prodigy defaults"] = new Prodigy<double>(),
        ["prodigy all-on"] = new Prodigy<double>(new()
        {
            LearningRate = .7, Beta1 = .8, Beta2 = .95, Beta3 = .9, Epsilon = 1e-2, WeightDecay = .3, UseBiasCorrection = true, InitialDistance = .01, DistanceFactor = 2, GrowthRate = 1.2,
        }),
        ["prodigy safeguarded"] = new Prodigy<double>(new() { LearningRate = .5, Beta1 = .3, Beta2 = .9, WeightDecay = .1, SafeguardWarmup = true, InitialDistance = .001, DistanceFactor = 3 }),
        ["schedule-free defaults"] = new ScheduleFreeAdamW<double>(new() { WarmupShare = 0 }),
        ["schedule-free all-on"] = new ScheduleFreeAdamW<double>(new() { LearningRate = .03, Beta1 = .8, Beta2 = .9, Epsilon = 1e-2, WeightDecay = .1, WarmupShare = .25, StepPower = .5, RatePower = 1 }),
        ["schedule-free without-bias"] = new ScheduleFreeAdamW<double>(new() { LearningRate = .05, Beta1 = .7, Beta2 = 0, Epsilon = .1, WeightDecay = .2, WarmupShare = .5, StepPower = 1, RatePower = 2 }),
    };

    public static TheoryData<string> Names => [.. Rules.Keys];

    [Fact]
    public void Every_stored_run_is_compared() =>
        Assert.Equal(Rules.Keys.Order(StringComparer.Ordinal), Runs().Select(r => r.Name).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Names))]
    public void Steps_are_those_of_the_published_file(string name)
    {
        JsonElement run = Runs().Single(r => r.Name == name).Run;
        int steps = run.GetProperty("theta").GetArrayLength();
        UpdateRule<double> rule = Rules[name];
        var layout = new ParameterLayout([.. run.GetProperty("shapes").EnumerateArray().Select((shape, i) => ($"{i}.weight", shape.EnumerateArray().Select(n => n.GetInt32()).ToArray()))]);
        int n = layout.Length;
        double[] theta = [.. Enumerable.Range(0, n).Select(i => (2 * TorchNetwork.Hash((uint)i)) - 1)], state = new double[rule.StateLength(layout)], scratch = new double[rule.ScratchLength(layout)];
        double[] meta = [.. new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural], point = new double[n];
        double tolerance = Tolerance * (1 + run.GetProperty("sensitivity").GetDouble());
        for (int t = 0; t < steps; t++)
        {
            double[] gradient = [.. Enumerable.Range(0, n).Select(i => ((2 * TorchNetwork.Hash((uint)(10000 + (1000 * t) + i))) - 1) + (((2 * TorchNetwork.Hash((uint)(1000 + i))) - 1) / 2))];
            rule.Step(At(t), new Iterate<double>(theta, gradient, new double[] { 1 }, state));
            Near(run.GetProperty("theta")[t], theta, tolerance, $"theta after step {t}");
            if (run.TryGetProperty("gradient_point", out JsonElement points))
            {
                rule.GradientPoint(At(t + 1), theta, state, point);
                Near(points[t], point, tolerance, $"where the gradient after step {t} is taken");
            }

            if (run.TryGetProperty("d", out JsonElement distances))
                Assert.Equal(distances[t].GetDouble(), Prodigy<double>.Distance(state), tolerance * distances[t].GetDouble());
        }

        StepContext<double> At(int step) => new() { Step = step, Steps = steps, Age = step, Layout = layout, Meta = meta, Scratch = scratch };
    }

    private static IEnumerable<(string Name, JsonElement Run)> Runs() =>
        from rival in TorchCases.Fixture("rivals.json").GetProperty("rivals").EnumerateArray()
        from run in rival.GetProperty("runs").EnumerateArray()
        select ($"{rival.GetProperty("name").GetString()} {run.GetProperty("name").GetString()}", run);

    private static void Near(JsonElement expected, double[] found, double tolerance, string what)
    {
        Assert.Equal(expected.GetArrayLength(), found.Length);
        for (int i = 0; i < found.Length; i++)
            Assert.True(Math.Abs(expected[i].GetDouble() - found[i]) <= tolerance, $"{what}, entry {i}: {found[i]}, expected {expected[i].GetDouble()} within {tolerance}");
    }
}
