using MetaMirror.Descents;
using MetaMirror.MetaLearners;
using MetaMirror.Objectives;
using MetaMirror.Storage;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>What rules must do that take gradients elsewhere than at theta, where an average lies; a new one is one line.</summary>
public sealed class LookingElsewhereTests
{
    private const int Steps = 40;

    /// <summary>Each over two parameters, with the place of its second moments in the state, whose first two numbers are the newest iterate.</summary>
    private static readonly (UpdateRule<double> Rule, int SecondMoments)[] Rules =
    [
        (new ScheduleFreeAdamW<double>(new() { LearningRate = .05, Beta1 = .8, Beta2 = .9, WeightDecay = .01, WarmupShare = .1 }), 2),
        (new AveragedIterates<double>(new Adam<double>(new() { LearningRate = .05, Beta2 = .9 })), 4),
    ];

    public static TheoryData<string> Names => [.. Rules.Select(r => r.Rule.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_run_goes_on_bit_for_bit_and_a_carried_one_begins_a_new_average(string name)
    {
        (UpdateRule<double> rule, int at) = Named(name);
        QuadraticObjective<double> f = BowlDescent.Bowl();
        Descent<double> whole = BowlDescent.Begin(f, rule, Steps);
        for (int t = 0; t < Steps / 2; t++)
            BowlDescent.Advance(whole);
        (double[] theta, double[] memory) = ([.. whole.Theta], [.. whole.Memory]);
        Descent<double> again = BowlDescent.Begin(f, rule, Steps);
        again.Restore(Steps / 2, theta, memory);
        for (int t = Steps / 2; t < Steps; t++)
        {
            BowlDescent.Advance(whole);
            BowlDescent.Advance(again);
        }

        Assert.Equal(whole.Theta.ToArray(), again.Theta.ToArray());
        Assert.Equal(whole.State.ToArray(), again.State.ToArray());

        var carried = new Descent<double>(f, rule, new Unroll(Steps, FullBatch: true, Carry: StateCarry.CarryDetached));
        var meta = new MetaParameters<double>([], rule.MetaSpecs(f.Layout), []);
        carried.Start([3, 3], meta, default);
        carried.Run();
        double[] squares = [.. carried.State[at..(at + 2)]];
        carried.Start([1, 2], meta, default);
        Assert.True(carried.Evaluate());
        double[] gradient = [.. carried.Gradient];
        carried.Advance();

        // The first iterate is all of the average, and the second moments went on.
        Assert.Equal(carried.State[..2].ToArray(), carried.Theta.ToArray());
        for (int i = 0; i < 2; i++)
            Assert.Equal((.9 * squares[i]) + (.1 * gradient[i] * gradient[i]), carried.State[at + i], 1e-14);
    }

    [Theory, MemberData(nameof(Names))]
    public void Gradients_from_outside_are_asked_for_where_it_looks(string name)
    {
        UpdateRule<double> rule = Named(name).Rule;
        var layout = new ParameterLayout(("0.weight", [2]));
        var learned = new LearnedOptimizer<double>("average", rule, [.. new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural], layout, Steps);
        OptimizerRun<double> run = learned.Start(layout);
        double[] parameters = [1, -1], point = new double[2];
        Assert.Contains($"{name} takes gradients elsewhere", Assert.Throws<InvalidOperationException>(() => run.Apply([1, 1], parameters)).Message, StringComparison.Ordinal);
        run.GradientPoint(parameters, point);
        Assert.Equal(parameters, point);
        for (int t = 0; t < 5; t++)
        {
            run.GradientPoint(parameters, point);
            run.Apply([(2 * point[0]) + 1, (.5 * point[1]) - 1], parameters);
            double[] before = [.. parameters];
            Assert.Throws<InvalidOperationException>(() => run.Apply([1, 1], parameters));
            Assert.Equal(before, parameters);
        }

        Assert.Equal(5, run.StepsTaken);
        run.GradientPoint(parameters, point);
        Assert.NotEqual(parameters, point);
    }

    [Theory, MemberData(nameof(Names))]
    public void Rules_around_it_that_need_gradients_at_theta_refuse_it_by_name(string name)
    {
        UpdateRule<double> rule = Named(name).Rule;
        Assert.Equal("rule", Assert.Throws<ArgumentException>(() => _ = new TrustRegion<double>(1, rule)).ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => _ = new BootstrappedMetaGradient<double>(new Sgd<double>(new() { LearningRate = 1 }), rule, new BootstrapOptions { MetaRate = 0.1 })).ParamName);
        Refused(() => _ = new OnlineRate<double>(rule, new OnlineRateOptions { MetaRate = 0.1 }));
        Refused(() => _ = new AveragedRate<double>(rule, new AveragedRateOptions()));
        Refused(() => _ = new AveragedIterates<double>(rule));
        Refused(() => _ = new BootstrappedMetaGradient<double>(rule, null, new BootstrapOptions { MetaRate = 0.1 }));
        Refused(() => _ = new TrustRegion<double>(1, rule));
        Refused(() => _ = new Chain<double>(rule, rule));

        void Refused(Action make) => Assert.Contains(name, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Names))]
    public void Beside_it_a_chain_takes_what_neither_reads_nor_moves_theta(string name)
    {
        UpdateRule<double> rule = Named(name).Rule;
        Refused("weight-decay", new WeightDecay<double>(.1), rule);
        Refused(new Sgd<double>(new() { LearningRate = 1 }).Name, rule, new Sgd<double>(new() { LearningRate = 1 }));
        Refused("lion", new Chain<double>(new ConstantSchedule<double>(.5), new Lion<double>()), rule);
        Refused(name, rule, rule);
        var chain = new Chain<double>(new LinearSchedule<double>(.05), new ClipByNorm<double>(1), new Identity<double>(), rule);
        Assert.True(chain.LooksElsewhere && chain.UsesTheta);
        Assert.False(new Chain<double>(new LinearSchedule<double>(.05), new ClipByNorm<double>(1)).UsesTheta);
        Assert.True(new Chain<double>(new WeightDecay<double>(.1), new Sgd<double>(new() { LearningRate = 1 })).UsesTheta);

        static void Refused(string name, params UpdateRule<double>[] rules)
        {
            var error = Assert.Throws<ArgumentException>(() => _ = new Chain<double>(rules));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.Equal("rules", error.ParamName);
        }
    }

    private static (UpdateRule<double> Rule, int SecondMoments) Named(string name) => Rules.Single(r => string.Equals(r.Rule.Name, name, StringComparison.Ordinal));
}
