using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Storage;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Bootstrapping;

/// <summary>Options, names, meta-parameters, files, and what is refused.</summary>
public sealed class BootstrapOptionTests
{
    private static readonly BootstrapOptions Plain = new() { MetaRate = 0.1 };

    public static TheoryData<BootstrapOptions, string> Wrong => new()
    {
        { Plain with { LearnedSteps = 0 }, "at least 1 of its learned steps (K)" },
        { Plain with { TargetSteps = 0 }, "at least 1 of its steps to the target (L)" },
        { Plain with { Rate = 0 }, "must lie in its bounds" },
        { Plain with { Rate = double.NaN }, "must lie in its bounds" },
        { Plain with { Lowest = 0 }, "0 < lowest <= highest" },
        { Plain with { Highest = double.PositiveInfinity }, "0 < lowest <= highest" },
        { Plain with { NormAveraging = 1 }, "norm averaging" },
        { Plain with { MetaRate = -1 }, "meta_rate" },
        { Plain with { MetaRate = double.NaN }, "meta_rate" },
        { Plain with { MatchedShare = 0, Matching = TargetMatching.Outputs }, "a share of the batch above 0" },
        { Plain with { MatchedShare = 0.5 }, "matches parameters" },
        { Plain with { Form = RateForm.Anchored }, "additive or multiplicative, found Anchored" },
        { Plain with { Granularity = RateGranularity.Element, Normalization = RateNormalization.Cosine }, "no cosine" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Values_out_of_their_ranges_are_refused(BootstrapOptions options, string message) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => BootstrapRun.Of("sgd", "sgd", 0.1, options)).Message, StringComparison.Ordinal);

    /// <summary>Positive as doubles, but 0 or infinite as numbers of the rule.</summary>
    [Theory]
    [InlineData(1e-60, 1)]
    [InlineData(1e-3, 1e60)]
    public void Bounds_beyond_the_numbers_of_the_rule_are_refused(double lowest, double highest)
    {
        var sgd = new Sgd<float>(new SgdOptions { LearningRate = 1 });
        Assert.Contains("found [", Message(() => _ = new BootstrappedMetaGradient<float>(sgd, sgd, Plain with { Rate = 0.1, Lowest = lowest, Highest = highest })), StringComparison.Ordinal);
        Assert.Contains("found [", Message(() => _ = new OnlineRate<float>(sgd, new OnlineRateOptions { MetaRate = 1, Rate = 0.1, Lowest = lowest, Highest = highest })), StringComparison.Ordinal);
    }

    [Fact]
    public void Choices_that_do_not_fit_together_are_refused()
    {
        Assert.Contains("L = 1 and nothing to match; found L = 2", Message(() => BootstrapRun.Of("sgd", null, 0, Plain with { TargetSteps = 2 })), StringComparison.Ordinal);
        Assert.Contains("found L = 1, Outputs", Message(() => BootstrapRun.Of("sgd", null, 0, Plain with { Matching = TargetMatching.Outputs })), StringComparison.Ordinal);
        BootstrappedMetaGradient<double> inside = BootstrapRun.Of("sgd", "sgd", 0.1, Plain);
        Assert.Contains("the rule 'bootstrapped(sgd)' has no derivatives", Message(() => Over(inside, Plain with { LearnedSteps = 2 })), StringComparison.Ordinal);
        Assert.Equal("meta-gradient(bootstrapped(sgd))", Over(inside, Plain).Name);
    }

    [Fact]
    public void Meta_parameters_are_those_of_rule_and_target_and_its_own()
    {
        BootstrappedMetaGradient<double> rule = BootstrapRun.Of("sgd", "momentum", 0.3, Plain with { Rate = 0.7 });
        Assert.Equal(
            ["learning_rate", "weight_decay", "target.learning_rate", "target.weight_decay", "target.momentum", "target.dampening", "online_rate", "meta_rate"],
            rule.MetaSpecs(BootstrapRun.Layout).Select(s => s.Name));
        Assert.Equal([1, 0, 0.3, 0, ScalarRule.Momentum, 0, 0.7, 0.1], new MetaParameters<double>([], rule.MetaSpecs(BootstrapRun.Layout), []).Natural.ToArray());
        Assert.Equal(["learning_rate"], rule.MetaSpecs(BootstrapRun.Layout).Where(s => s.Learned).Select(s => s.Name));
    }

    /// <summary>Memory in vectors of n = 7 parameters, with counts and scales beside them.</summary>
    [Theory]
    [InlineData("sgd", "sgd", 1, 1, 2 + 1 + 7)]
    [InlineData("sgd", "sgd", 1, 2, 2 + 1 + 7 + 7)]
    [InlineData("sgd", "sgd", 4, 1, 2 + 1 + 7 + (3 * 15))]
    [InlineData("adam", "momentum", 3, 2, 2 + 1 + 7 + (2 * 29) + 7 + 14 + 7)]
    public void The_state_is_as_long_as_stated(string rule, string target, int k, int l, int expected) =>
        Assert.Equal(expected, BootstrapRun.Of(rule, target, 0.1, Plain with { LearnedSteps = k, TargetSteps = l }).StateLength(BootstrapRun.Layout));

    [Fact]
    public void Normalized_updates_move_by_shares()
    {
        // RMS of the first meta-gradient is its size, its cosine at most 1, and the logarithm of the growth (1 + x/2) / (1 - x/2) is x + x^3/12 + ...
        foreach (RateNormalization normalization in new[] { RateNormalization.Cosine, RateNormalization.RunningRms, RateNormalization.AdaGrad })
        {
            BootstrappedMetaGradient<double> rule = BootstrapRun.Of("sgd", "sgd", 0.01, Plain with { Rate = 0.02, Normalization = normalization, Granularity = RateGranularity.Block });
            Descent<double> descent = BootstrapRun.Begin(new DriftingQuartic(BootstrapRun.Layout), rule, 2);
            BootstrapRun.Advance(descent, 2);
            Assert.All(rule.Rates(BootstrapRun.Layout, descent.State).ToArray(), w => Assert.InRange(Math.Abs(Math.Log(w / 0.02)), normalization == RateNormalization.Cosine ? 1e-3 : 0.1, 0.1 + (0.1 * 0.1 * 0.1 / 11)));
        }
    }

    [Fact]
    public void Hypergradients_refuse_it_by_name()
    {
        BootstrappedMetaGradient<double> rule = BootstrapRun.Of("sgd", "sgd", 0.1, Plain);
        Assert.False(rule.IsDifferentiable);
        var task = new ObjectiveTask<double>("quartic", () => new DriftingQuartic(BootstrapRun.Layout));
        var problem = new InnerProblem<double>(task, rule, new TaskInitialPoint<double>(), new Unroll(3));
        MetaParameters<double> meta = problem.CreateMetaParameters();
        double[] total = new double[meta.Length], direct = new double[meta.Length];
        Assert.Contains("The rule 'bootstrapped(sgd)' has no derivatives", Message(() => new ReverseMode<double>().Compute(problem, new FinalLoss<double>(), meta, default, total, direct)), StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => rule.Vjp(default, default, default, total));
        Assert.Throws<NotSupportedException>(() => rule.Jvp(default, default, total, default));
    }

    [Fact]
    public void A_file_brings_every_option_back()
    {
        BootstrapOptions options = new()
        {
            Rate = 0.3, MetaRate = 0.2, LearnedSteps = 4, TargetSteps = 3, Matching = TargetMatching.Outputs, MatchedShare = 0.75, Granularity = RateGranularity.Element, Form = RateForm.Additive,
            Normalization = RateNormalization.AdaGrad, NormAveraging = 0.7, Lowest = 0.01, Highest = 5,
        };
        BootstrappedMetaGradient<double> rule = BootstrapRun.Of("adam", "optimistic", 0.25, options);
        var optimizer = new LearnedOptimizer<double>("learner", rule, [.. new MetaParameters<double>([], rule.MetaSpecs(BootstrapRun.Layout), []).Natural], BootstrapRun.Layout, 10);
        using var stream = new MemoryStream();
        optimizer.Save(stream);
        stream.Position = 0;
        BootstrappedMetaGradient<double> read = Assert.IsType<BootstrappedMetaGradient<double>>(LearnedOptimizer<double>.Load(stream).Rule);
        Assert.Equal(options, read.Options);
        Assert.IsType<Adam<double>>(read.Rule);
        Assert.Equal(rule.Target!.Name, read.Target!.Name);
    }

    private static BootstrappedMetaGradient<double> Over(UpdateRule<double> rule, BootstrapOptions options) => new(rule, null, options);

    private static string Message(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;
}
