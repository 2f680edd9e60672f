using System.Collections.Immutable;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>What options declare as meta-parameters, and which are refused.</summary>
public sealed class OptionTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Vector(3);

    [Fact]
    public void Only_The_Learning_Rate_Is_Learned_Unless_Names_Say_Otherwise()
    {
        foreach (RuleCase c in RuleCases.All.Where(c => c.Name is "sgd" or "sgd-all-on" or "nesterov" or "adam-all-on" or "adamw" or "nadam" or "rmsprop-all-on" or "adagrad-all-on"))
            Assert.Equal(["learning_rate"], c.Double().MetaSpecs(Layout).Where(s => s.Learned).Select(s => s.Name));
        Assert.Equal(["beta1", "beta2"], Learned(new Adam<double>(new() { Learn = ["beta2", "beta1"] })));
        Assert.Empty(Learned(new Adam<double>(new() { Learn = [] })));
        Assert.Equal(["momentum"], Learned(new Sgd<double>(new() { LearningRate = 1, Learn = ["momentum"] })));
        Assert.Equal(["max_norm"], Learned(new ClipByNorm<double>(1, learn: true)));
        Assert.Equal(["rate"], Learned(new ExponentialSchedule<double>(.5, 10, learn: true)));
        Assert.Empty(Learned(new LinearSchedule<double>(.05)));
    }

    [Fact]
    public void Transforms_Fit_The_Value()
    {
        Assert.Equal(
            [MetaTransform.Log, MetaTransform.Identity, MetaTransform.Logit, MetaTransform.Identity],
            new Sgd<double>(new() { LearningRate = .1, Momentum = .9 }).MetaSpecs(Layout).Select(s => s.Transform));
        MetaParameterSpec<float> beta = new Adam<float>(new() { Beta1 = 0 }).MetaSpecs(Layout)[1];
        Assert.Equal((MetaTransform.Identity, 0.0, false), (beta.Transform, beta.Lower, beta.Learned));
        Assert.True(beta.Upper < 1 && (float)beta.Upper < 1);
    }

    [Fact]
    public void Momentum_Is_Kept_Only_When_There_Is_Any()
    {
        Assert.Equal(0, new Sgd<double>(new() { LearningRate = .1, Dampening = .5 }).StateLength(Layout));
        Assert.Equal(3, new Sgd<double>(new() { LearningRate = .1, Momentum = .5 }).StateLength(Layout));
        Assert.Equal(3, new RmsProp<double>().StateLength(Layout));
        Assert.Equal(9, new RmsProp<double>(new() { Centered = true, Momentum = .5 }).StateLength(Layout));
        Assert.Equal(6, new AdamW<double>().StateLength(Layout));
        Assert.Equal(7, new NAdam<double>().StateLength(Layout));
        Assert.Equal(3, new AdaGrad<double>().StateLength(Layout));
    }

    public static TheoryData<string> Refused => [.. Refusals.Keys];

    private static ImmutableSortedDictionary<string, (Action Make, string Message)> Refusals { get; } = new Dictionary<string, (Action, string)>(StringComparer.Ordinal)
    {
        ["rate 0"] = (() => new Sgd<double>(new() { LearningRate = 0 }), "The learning_rate of sgd must be positive and finite."),
        ["rate NaN"] = (() => new Adam<double>(new() { LearningRate = double.NaN }), "The learning_rate of adam must be positive and finite."),
        ["momentum 1"] = (() => new Sgd<double>(new() { LearningRate = 1, Momentum = 1 }), "The momentum of sgd must be at least 0 and below 1."),
        ["dampening 2"] = (() => new Sgd<double>(new() { LearningRate = 1, Momentum = .9, Dampening = 2 }), "The dampening of sgd must be between 0 and 1."),
        ["nesterov alone"] = (() => new Sgd<double>(new() { LearningRate = 1, Nesterov = true }), "found momentum 0 and dampening 0"),
        ["nesterov dampened"] = (() => new Sgd<double>(new() { LearningRate = 1, Nesterov = true, Momentum = .9, Dampening = .5 }), "found momentum 0.9 and dampening 0.5"),
        ["beta rounds to 1"] = (() => new Adam<float>(new() { Beta2 = 1 - 1e-12 }), "The beta2 of adam must be at least 0 and below 1."),
        ["decay negative"] = (() => new AdamW<double>(new() { WeightDecay = -1 }), "The weight_decay of adamw must be at least 0 and finite."),
        ["eps 0"] = (() => new RmsProp<double>(new() { Epsilon = 0 }), "The epsilon of rmsprop must be positive in Double, and finite."),
        ["eps rounds to 0"] = (() => new AdaGrad<float>(new() { Epsilon = 1e-60 }), "The epsilon of adagrad must be positive in Single, and finite."),
        ["accumulator negative"] = (() => new AdaGrad<double>(new() { InitialAccumulator = -1 }), "initial accumulator must be at least 0"),
        ["unknown name"] = (() => new Adam<double>(new() { Learn = ["beta3"] }), "adam has no meta-parameter 'beta3' to learn; it has learning_rate, beta1, beta2, weight_decay."),
        ["clip 0"] = (() => new ClipByNorm<double>(0), "The max_norm of clip-by-norm must be positive and finite."),
        ["half"] = (() => new Adam<Half>(), "adam works on float and double, not on Half."),
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    [Theory, MemberData(nameof(Refused))]
    public void Values_Out_Of_Range_Are_Refused_By_Name(string name)
    {
        Exception e = Assert.ThrowsAny<Exception>(Refusals[name].Make);
        Assert.True(e is ArgumentException or NotSupportedException);
        Assert.Contains(Refusals[name].Message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Buffers_Of_The_Wrong_Length_Are_Refused_With_Both_Lengths()
    {
        RuleRun<double> run = new(new Adam<double>(), Layout);
        run.Values = run.Values with { Gradient = new double[2] };
        Assert.Contains("length 2, expected 3", Assert.Throws<ArgumentException>(run.Step).Message, StringComparison.Ordinal);
        run = new(new Adam<double>(), Layout);
        run.Values = run.Values with { State = new double[5] };
        Assert.Contains("length 5, expected at least 2 x 3", Assert.Throws<ArgumentException>(run.Step).Message, StringComparison.Ordinal);
        run = new(new Adam<double>(), Layout) { Meta = new double[1] };
        Assert.Contains("given 1 meta-parameters, expected 4", Assert.Throws<ArgumentException>(run.Step).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clipping_Gives_The_Norm_Asked_For()
    {
        RuleRun<double> run = new(new ClipByNorm<double>(2), Layout);
        run.Values = run.Values with { Gradient = [3, 0, 4] };
        run.Step();
        Assert.Equal([1.2, 0, 1.6], run.Values.Gradient.Select(g => Math.Round(g, 15)));
        Assert.Equal(2, Math.Sqrt(Vectors.SquaredNorm<double>(run.Values.Gradient)), 1e-15);
    }

    private static IEnumerable<string> Learned(UpdateRule<double> rule) => rule.MetaSpecs(Layout).Where(s => s.Learned).Select(s => s.Name);
}
