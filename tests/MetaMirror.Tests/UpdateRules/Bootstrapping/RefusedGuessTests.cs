using MetaMirror.Descents;
using MetaMirror.Networks;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Bootstrapping;

/// <summary>Targets and hints that are not finite: refused by name, with nothing changed; the run ends as diverged.</summary>
public sealed class RefusedGuessTests
{
    private const int BadStep = 4;

    [Theory]
    [InlineData(TargetMatching.Euclidean, RateGranularity.Scalar, 1)]
    [InlineData(TargetMatching.Euclidean, RateGranularity.Element, 1)]
    [InlineData(TargetMatching.Euclidean, RateGranularity.Block, 2)]
    [InlineData(TargetMatching.Outputs, RateGranularity.Element, 1)]
    [InlineData(TargetMatching.Outputs, RateGranularity.Block, 2)]
    public void A_target_that_is_not_finite_is_refused(TargetMatching matching, RateGranularity granularity, int k)
    {
        BootstrapOptions options = new() { Rate = 0.1, MetaRate = 0.01, LearnedSteps = k, Matching = matching, Granularity = granularity, Normalization = RateNormalization.RunningRms };
        var rule = new BootstrappedMetaGradient<double>(BootstrapRun.Rule("momentum", 1), new Breaking(BadStep), options);
        string message = Refused(Network(), rule);
        Assert.StartsWith($"The target 'breaking' of {rule.Name} at step {BadStep} is not finite: expected numbers, found NaN in '0.bias'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gradient_ahead_that_is_not_finite_is_refused()
    {
        foreach (RateGranularity granularity in Enum.GetValues<RateGranularity>())
        {
            // ClipByNorm changes the gradient, the schedule the scale, Adam its state.
            var inside = new Chain<double>(new LinearSchedule<double>(0.05), new ClipByNorm<double>(1e-3), new Adam<double>(new AdamOptions { LearningRate = 0.1 }));
            var rule = new OnlineRate<double>(inside, new OnlineRateOptions { MetaRate = 0.01, Granularity = granularity, Hint = RateHint.LookAhead });
            string message = Refused(new Cliff(), rule);
            Assert.StartsWith($"The hint, the gradient ahead, of {rule.Name} at step {BadStep} is not finite: expected numbers, found NaN in 'b'", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Looking_ahead_without_an_objective_is_refused_before_anything_is_changed()
    {
        var rule = new OnlineRate<double>(new Adam<double>(), new OnlineRateOptions { MetaRate = 0.01, Hint = RateHint.LookAhead });
        ParameterLayout layout = ParameterLayout.Vector(3);
        double[] theta = [1, 2, 3], state = [.. Enumerable.Range(0, rule.StateLength(layout)).Select(i => i + 1.0)], before = [.. state];
        var context = new StepContext<double>
        {
            Step = 2, Steps = 5, Age = 2, Layout = layout, Meta = new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural, Scratch = new double[rule.ScratchLength(layout)],
        };
        string message = "";
        try
        {
            rule.Step(context, new Iterate<double>(theta, [1, 1, 1], [1], state));
        }
        catch (InvalidOperationException refused)
        {
            message = refused.Message;
        }

        Assert.Contains("looks ahead, which needs gradients at points of its own", message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], theta);
        Assert.Equal(before, state);
    }

    /// <summary>Steps until it is refused, asserts that nothing was changed, and gives the message.</summary>
    private static string Refused(Objective<double> objective, UpdateRule<double> rule)
    {
        Descent<double> descent = BootstrapRun.Begin(objective, rule, 20);
        BootstrapRun.Advance(descent, BadStep);
        double[] theta = [.. descent.Theta], state = [.. descent.State];
        Assert.True(descent.Evaluate());
        Assert.Null(descent.Refusal);
        descent.Advance();
        NonFiniteGuessException refusal = Assert.IsType<NonFiniteGuessException>(descent.Refusal);
        Assert.Equal(BadStep, refusal.Step);
        Assert.Equal(BadStep, descent.Position);
        Assert.Equal(theta, descent.Theta.ToArray());
        Assert.Equal(state, descent.State.ToArray());
        Assert.False(descent.Evaluate());
        Assert.Equal(new DescentResult(BadStep, Diverged: true, refusal.Tensor), descent.Run());
        return refusal.Message;
    }

    private static NetworkObjective<double> Network() => new(MetaMirror.Networks.Network.Mlp(new Tanh(), 5, 4, 3), Objectives.Draws.Classification<double>(25, 5, 3), new Minibatches(25, 7));

    /// <summary>Counts its steps in its state and writes NaN into the first tensor's neighbor at one of them.</summary>
    private sealed class Breaking(int step) : UpdateRule<double>
    {
        public override string Name => "breaking";

        public override bool ChangesGradient => false;

        public override IReadOnlyList<MetaParameterSpec<double>> MetaSpecs(ParameterLayout layout) => [];

        public override int StateLength(ParameterLayout layout) => 1;

        public override int ScratchLength(ParameterLayout layout) => 0;

        public override void Step(in StepContext<double> context, in Iterate<double> x)
        {
            x.State[0]++;
            for (int i = 0; i < x.Theta.Length; i++)
                x.Theta[i] -= 0.1 * x.Gradient[i];
            if (context.Step == step)
                x.Theta[context.Layout.Blocks[1].Offset] = double.NaN;
        }

        public override void Jvp(in StepContext<double> context, in Iterate<double> x, ReadOnlySpan<double> metaTangent, in Iterate<double> tangent) => throw new NotSupportedException();

        public override void Vjp(in StepContext<double> context, in Iterate<double> x, in Iterate<double> cotangent, Span<double> metaCotangent) => throw new NotSupportedException();
    }

    /// <summary>1/2 |x|^2 whose gradient is NaN when it is asked for the second time at a step, from one on.</summary>
    private sealed class Cliff : Objective<double>
    {
        private int _asked;

        public override ParameterLayout Layout { get; } = new(("a", [2]), ("b", [1]));

        public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
        {
            theta.CopyTo(gradient);

            // One gradient at step 0, two at each after it.
            if (++_asked == (2 * BadStep) + 1)
                gradient[2] = double.NaN;
            return 1;
        }

        public override void HessianVectorProducts(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products) =>
            tangents.CopyTo(products);
    }
}
