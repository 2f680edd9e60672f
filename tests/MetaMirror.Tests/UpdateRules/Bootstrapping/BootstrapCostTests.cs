using MetaMirror.Descents;
using MetaMirror.Networks;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Bootstrapping;

/// <summary>What one-step variants cost in passes through the network: at most two of each for every one of training's.</summary>
public sealed class BootstrapCostTests
{
    private const int Steps = 9;

    private static readonly BootstrapOptions Plain = new() { Rate = 0.2, MetaRate = 0.01 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_Euclidean_target_costs_no_pass_beyond_training(int l)
    {
        (Descent<double> descent, PassCount passes) = Run(BootstrapRun.Of("momentum", "sgd", 0.1, Plain with { TargetSteps = l }));
        Assert.Equal(new PassCount(Steps, Steps), passes);
        Assert.Equal(Steps, descent.GradientCount);
        Assert.Equal(0, descent.HessianVectorCount);
    }

    [Fact]
    public void A_target_in_outputs_costs_one_forward_and_one_backward_pass_beyond_training()
    {
        foreach (RateGranularity granularity in Enum.GetValues<RateGranularity>())
        {
            BootstrappedMetaGradient<double> rule = BootstrapRun.Of("momentum", "sgd", 0.1, Plain with { Matching = TargetMatching.Outputs, Granularity = granularity });
            UpdateRule<double>[] alsoBehind = [rule, new Chain<double>(new LinearSchedule<double>(0.05), new ClipByNorm<double>(5), rule)];
            foreach (UpdateRule<double> outermost in alsoBehind)
            {
                (Descent<double> descent, PassCount passes) = Run(outermost);

                // The first step has nothing to learn from.
                Assert.Equal(new PassCount((2 * Steps) - 1, (2 * Steps) - 1), passes);
                Assert.Equal((2 * Steps) - 1, descent.GradientCount);
                Assert.Equal(0, descent.HessianVectorCount);
            }
        }
    }

    [Fact]
    public void Rates_learned_from_the_gradients_at_hand_cost_no_pass_beyond_training()
    {
        var sgd = new Sgd<double>(new SgdOptions { LearningRate = 1 });
        UpdateRule<double>[] rules =
        [
            .. Enum.GetValues<RateGranularity>().Select(g => new OnlineRate<double>(sgd, new OnlineRateOptions { Rate = 0.2, MetaRate = 0.01, Granularity = g, Hint = RateHint.LastHypergradient })),
            new OnlineRate<double>(sgd, OnlineRateOptions.Safeguarded(RateGranularity.Block)),
            new AveragedRate<double>(sgd, new AveragedRateOptions()),
        ];
        foreach (UpdateRule<double> rule in rules)
        {
            (Descent<double> descent, PassCount passes) = Run(rule);
            Assert.Equal(new PassCount(Steps, Steps), passes);
            Assert.Equal(Steps, descent.GradientCount);
        }
    }

    [Fact]
    public void A_guess_ahead_costs_one_gradient_beyond_training()
    {
        var rule = new OnlineRate<double>(new Sgd<double>(new SgdOptions { LearningRate = 1 }), new OnlineRateOptions { Rate = 0.2, MetaRate = 0.01, Hint = RateHint.LookAhead });
        (Descent<double> descent, PassCount passes) = Run(rule);
        Assert.Equal(new PassCount((2 * Steps) - 1, (2 * Steps) - 1), passes);
        Assert.Equal((2 * Steps) - 1, descent.GradientCount);
    }

    /// <summary>The forward pass is another point's: it is taken again, and the run is the one in which it was never kept.</summary>
    [Fact]
    public void Behind_a_rule_that_moves_theta_nothing_is_reused()
    {
        var rule = new Chain<double>(BootstrapRun.Rule("sgd", 0.05), BootstrapRun.Of("sgd", "sgd", 0.1, Plain with { Matching = TargetMatching.Outputs }));
        (Descent<double> descent, PassCount passes) = Run(rule);
        Assert.Equal(new PassCount((3 * Steps) - 2, (2 * Steps) - 1), passes);
        Descent<double> forgetful = BootstrapRun.Begin(new Nameless(Network()), rule, Steps);
        BootstrapRun.Advance(forgetful, Steps);
        Assert.Equal(forgetful.Theta.ToArray(), descent.Theta.ToArray());
    }

    private static (Descent<double> Descent, PassCount Passes) Run(UpdateRule<double> rule)
    {
        NetworkObjective<double> objective = Network();
        Descent<double> descent = BootstrapRun.Begin(objective, rule, Steps);
        BootstrapRun.Advance(descent, Steps);
        return (descent, objective.Passes);
    }

    /// <summary>A network that is told no names of points.</summary>
    private sealed class Nameless(NetworkObjective<double> inner) : Objective<double>
    {
        public override ParameterLayout Layout => inner.Layout;

        protected override Objective<double> Inner => inner;

        public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient) => inner.Evaluate(theta, meta, batch, gradient);

        public override void HessianVectorProducts(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products) =>
            inner.HessianVectorProducts(theta, meta, batch, count, tangents, products);
    }

    private static NetworkObjective<double> Network() => new(MetaMirror.Networks.Network.Mlp(new Tanh(), 5, 4, 3), Objectives.Draws.Classification<double>(25, 5, 3), new Minibatches(25, 7));
}
