using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Networks;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Bootstrapping;

/// <summary>Targets matched in outputs: the meta-gradient against differences of whole learners, its cost, and where it is refused.</summary>
public sealed class BootstrapMatchingTests
{
    /// <summary>Relative step of central differences in a rate; error h^2 and 1e-16 / h relative, together below 1e-9.</summary>
    private const double H = 1e-4;

    private const double Tolerance = 1e-6;

    private const double Rate = 0.2;

    [Theory]
    [InlineData("sgd", 1, 1)]
    [InlineData("sgd", 3, 2)]
    [InlineData("momentum", 4, 1)]
    [InlineData("adam", 2, 3)]
    [InlineData("adam", 5, 1)]
    [InlineData("everything", 4, 2)]
    public void The_meta_gradient_is_that_of_the_divergence(string kind, int k, int l)
    {
        foreach (Objective<double> f in new Objective<double>[] { Network(), Softmax() })
        {
            double rate = kind == "adam" ? 0.02 : Rate, beta = 0.05 * rate;
            BootstrapOptions options = new() { Rate = rate, MetaRate = beta, LearnedSteps = k, TargetSteps = l, Matching = TargetMatching.Outputs, Form = RateForm.Additive };
            BootstrappedMetaGradient<double> rule = BootstrapRun.Of(kind, "sgd", 0.5, options);
            Descent<double> descent = BootstrapRun.Begin(f, rule, 100);
            BootstrapRun.Advance(descent, rule.Cycle);
            double[] end = [.. descent.Theta], gradient = new double[end.Length];
            BootstrapRun.Advance(descent, 1);
            double slope = (rate - rule.Rates(f.Layout, descent.State)[0]) / beta;

            Fresh(f).Evaluate(end, [], Key(rule.Cycle), gradient);
            double[] z = [.. end.Zip(gradient, (x, g) => x - (0.5 * g))];
            double expected = (Divergence(rate * (1 + H)) - Divergence(rate * (1 - H))) / (2 * H * rate);
            Assert.True(Math.Abs(expected - slope) <= Tolerance * Math.Abs(expected), $"{kind}, K = {k}, L = {l}: expected {expected}, found {slope}");

            // One gradient a step and one for the match.
            Assert.Equal(rule.Cycle + 2, descent.GradientCount);
            Assert.Equal(k - 1, descent.HessianVectorCount);

            double Divergence(double w)
            {
                Objective<double> fresh = Fresh(f);
                Descent<double> learner = BootstrapRun.Begin(fresh, BootstrapRun.Rule(kind, w), 100);
                BootstrapRun.Advance(learner, k);
                return fresh.MatchOutputs(learner.Theta, z, Key(k), new double[z.Length]);
            }
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        BootstrapOptions options = new() { Rate = Rate, MetaRate = 0.01, LearnedSteps = 2, TargetSteps = 2, Matching = TargetMatching.Outputs, Granularity = RateGranularity.Element };
        Descent<double> descent = BootstrapRun.Begin(Network(), BootstrapRun.Of("momentum", "sgd", 0.1, options), 10_000);
        Allocation.AssertNone(() => BootstrapRun.Advance(descent, 6), 5);
    }

    [Fact]
    public void In_single_precision_a_run_is_that_in_double_to_rounding()
    {
        BootstrapOptions options = new() { Rate = Rate, MetaRate = 0.01, LearnedSteps = 2, TargetSteps = 2, Granularity = RateGranularity.Block };
        Descent<double> wide = BootstrapRun.Begin(Network(), BootstrapRun.Of("sgd", "sgd", 0.1, options), 12);
        BootstrapRun.Advance(wide, 12);
        var rule = new BootstrappedMetaGradient<float>(new Sgd<float>(new SgdOptions { LearningRate = 1 }), new Sgd<float>(new SgdOptions { LearningRate = 0.1 }), options);
        var network = new NetworkObjective<float>(MetaMirror.Networks.Network.Mlp(new Tanh(), 5, 4, 3), Objectives.Draws.Classification<float>(25, 5, 3), new Minibatches(25, 7));
        var narrow = new Descent<float>(network, rule, new Unroll(12));
        narrow.Start([.. BootstrapRun.Start(network.Layout.Length).Select(v => (float)v)], new MetaParameters<float>([], rule.MetaSpecs(network.Layout), []), new BatchKey(5, 0, 0, 0));
        Assert.False(narrow.Run().Diverged);

        // 12 steps of some tens of roundings of 6e-8 each.
        for (int i = 0; i < wide.Theta.Length; i++)
            Assert.Equal(wide.Theta[i], narrow.Theta[i], 12 * 64 * 6e-8);
    }

    [Fact]
    public void Objectives_without_outputs_and_gradients_from_outside_are_refused()
    {
        BootstrapOptions outputs = new() { MetaRate = 0.01, Matching = TargetMatching.Outputs };
        Descent<double> descent = BootstrapRun.Begin(new QuadraticObjective<double>([1, 0, 0, 1], [1, 1]), BootstrapRun.Of("sgd", "sgd", 0.1, outputs), 3);
        descent.Evaluate();
        Assert.Contains("the objective QuadraticObjective has none", Assert.Throws<ArgumentException>(descent.Advance).Message, StringComparison.Ordinal);
        Assert.Contains("matches outputs, which needs the objective", Outside(outputs), StringComparison.Ordinal);
        Assert.Contains("differentiates several steps, which needs the objective", Outside(new BootstrapOptions { MetaRate = 0.01, LearnedSteps = 2 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Probes_look_back_within_the_run_only()
    {
        Descent<double> descent = BootstrapRun.Begin(Network(), new Looking(3), 10);
        BootstrapRun.Advance(descent, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => BootstrapRun.Advance(BootstrapRun.Begin(Network(), new Looking(4), 10), 4));
        Assert.Equal(3 + (3 * 2), descent.GradientCount);
        Assert.Equal(3, descent.HessianVectorCount);
    }

    private static string Outside(BootstrapOptions options) => Assert.Throws<InvalidOperationException>(() =>
    {
        BootstrappedMetaGradient<double> rule = BootstrapRun.Of("sgd", "sgd", 0.1, options);
        ParameterLayout layout = ParameterLayout.Vector(2);
        var context = new StepContext<double>
        {
            Step = 0, Steps = 1, Age = 0, Layout = layout, Meta = new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural, Scratch = new double[rule.ScratchLength(layout)],
        };
        rule.Step(context, new Iterate<double>(new double[2], new double[2], [1], new double[rule.StateLength(layout)]));
    }).Message;

    private static BatchKey Key(int step) => new(5, (uint)step, 0, 0);

    private static Objective<double> Fresh(Objective<double> f) => f is NetworkObjective<double> ? Network() : Softmax();

    private static NetworkObjective<double> Network() => new(MetaMirror.Networks.Network.Mlp(new Tanh(), 5, 4, 3), Objectives.Draws.Classification<double>(25, 5, 3), new Minibatches(25, 7));

    private static SoftmaxRegression<double> Softmax() => new(Objectives.Draws.Classification<double>(25, 5, 3), new Minibatches(25, 7));

    /// <summary>Gradient descent that looks back further and further, up to <paramref name="most"/> steps.</summary>
    private sealed class Looking(int most) : UpdateRule<double>
    {
        public override string Name => "looking";

        public override IReadOnlyList<MetaParameterSpec<double>> MetaSpecs(ParameterLayout layout) => [];

        public override int StateLength(ParameterLayout layout) => 0;

        public override int ScratchLength(ParameterLayout layout) => 2 * layout.Length;

        public override void Step(in StepContext<double> context, in Iterate<double> x)
        {
            int n = x.Theta.Length, back = most == 4 ? context.Step + 1 : context.Step;
            Span<double> a = context.Scratch[..n], b = context.Scratch.Slice(n, n);
            ObjectiveProbe<double> probe = context.Probe!;
            Assert.Equal("NetworkObjective", probe.ObjectiveName);
            Assert.Equal(Network().Evaluate(x.Theta, [], Key(0), b), probe.Evaluate(back, x.Theta, a));
            Assert.Equal(b.ToArray(), a.ToArray());
            probe.MatchOutputs(back, x.Theta, x.Gradient, a);
            probe.HessianVector(back, x.Theta, x.Gradient, a);
            Network().HessianVectorProducts(x.Theta, [], Key(0), 1, x.Gradient, b);
            Assert.Equal(b.ToArray(), a.ToArray());
        }

        public override void Jvp(in StepContext<double> context, in Iterate<double> x, ReadOnlySpan<double> metaTangent, in Iterate<double> tangent) => throw new NotSupportedException();

        public override void Vjp(in StepContext<double> context, in Iterate<double> x, in Iterate<double> cotangent, Span<double> metaCotangent) => throw new NotSupportedException();
    }
}
