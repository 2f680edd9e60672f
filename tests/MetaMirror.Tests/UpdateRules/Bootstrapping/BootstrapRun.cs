using MetaMirror.Descents;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Optimism;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Bootstrapping;

namespace MetaMirror.Tests.UpdateRules.Bootstrapping;

/// <summary>Descents of the rule in double.</summary>
internal static class BootstrapRun
{
    public static ParameterLayout Layout { get; } = new(("0.weight", [2, 2]), ("0.bias", [3]));

    public static double[] Start(int n) => Objectives.Draws.Normal<double>(n, 73, 0.5);

    /// <summary>A rule by the name that the scalar loops know.</summary>
    public static UpdateRule<double> Rule(string kind, double rate) => kind switch
    {
        "sgd" => new Sgd<double>(new SgdOptions { LearningRate = rate }),
        "momentum" => new Sgd<double>(new SgdOptions { LearningRate = rate, Momentum = ScalarRule.Momentum }),
        "optimistic" => new Chain<double>(new LastGradientHint<double>(), new Sgd<double>(new SgdOptions { LearningRate = rate })),
        "everything" => new Chain<double>(new LinearSchedule<double>(0.05), new ClipByNorm<double>(0.3), new WeightDecay<double>(0.1), new Sgd<double>(new SgdOptions { LearningRate = rate, Momentum = ScalarRule.Momentum, WeightDecay = 0.05 })),
        _ => new Adam<double>(new AdamOptions { LearningRate = rate }),
    };

    public static BootstrappedMetaGradient<double> Of(string rule, string? target, double alpha, BootstrapOptions options) =>
        new(Rule(rule, 1), target is null ? null : Rule(target, alpha), options);

    public static Descent<double> Begin(Objective<double> objective, UpdateRule<double> rule, int steps, double[]? start = null, StateCarry carry = StateCarry.Reset)
    {
        var descent = new Descent<double>(objective, rule, new Unroll(steps, Carry: carry));
        descent.Start(start ?? Start(objective.Layout.Length), new MetaParameters<double>([], rule.MetaSpecs(objective.Layout), objective.MetaSpecs), new BatchKey(5, 0, 0, 0));
        return descent;
    }

    public static void Advance(Descent<double> descent, int steps)
    {
        for (int t = 0; t < steps; t++)
        {
            Assert.True(descent.Evaluate());
            descent.Advance();
        }
    }

    public static double Distance(ReadOnlySpan<double> found, ReadOnlySpan<double> expected)
    {
        double[] difference = new double[found.Length];
        Vectors.Subtract(found, expected, difference);
        return Vectors.MaxAbs<double>(difference);
    }
}
