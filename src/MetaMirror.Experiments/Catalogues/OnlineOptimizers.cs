using System.Numerics;
using MetaMirror.Experiments.Reports;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Experiments.Catalogues;

/// <summary>Optimizers whose rates adapt online (docs/online.md). Tuning varies the rate they start from.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class OnlineOptimizers<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double Momentum = 0.9;
    private const OptimizerRole Rival = OptimizerRole.Rival;

    /// <summary>Baydin's meta rates: of SGD, and of Adam.</summary>
    private const double PlainMetaRate = 1e-3;
    private const double AdamMetaRate = 1e-7;

    /// <summary>Of normalized meta-updates of logarithms: by about this share a rate changes in a step.</summary>
    private const double NormalizedMetaRate = 0.02;

    public static IReadOnlyList<OptimizerEntry<T>> All { get; } =
    [
        Optimizers<T>.Entry("hypergradient-descent", Rival, "SGD, one rate by hypergradient descent", [0.125, 0.25, 0.5, 1, 2], r => Over(Plain(), new() { Rate = r, MetaRate = PlainMetaRate })),
        Optimizers<T>.Entry("hypergradient-descent-elementwise", Rival, "SGD, element-wise rates by hypergradient descent", [0.125, 0.25, 0.5, 1, 2],
            r => Over(Plain(), new() { Rate = r, MetaRate = PlainMetaRate, Granularity = RateGranularity.Element })),
        Optimizers<T>.Entry("hypergradient-adam", Rival, "Adam, one rate by hypergradient descent", [0.005, 0.01, 0.02, 0.04, 0.08],
            r => Over(new Adam<T>(new AdamOptions { LearningRate = 1 }), new() { Rate = r, MetaRate = AdamMetaRate })),
        Optimizers<T>.Entry("normalized-hypergradient", Rival, "heavy ball, element-wise rates by normalized hypergradients without hint", [0.0125, 0.025, 0.05, 0.1, 0.2],
            r => Over(new Sgd<T>(new SgdOptions { LearningRate = 1, Momentum = Momentum }), Normalized(r))),
        Optimizers<T>.Entry("optimistic-hypergradient", Rival, "heavy ball, element-wise rates by normalized hypergradients, the last one as hint", [0.0125, 0.025, 0.05, 0.1, 0.2],
            r => Over(new Sgd<T>(new SgdOptions { LearningRate = 1, Momentum = Momentum }), Normalized(r) with { Hint = RateHint.LastHypergradient })),
        Optimizers<T>.Entry("averaged-meta-gradient", Rival, "averaged SGD, element-wise rates by meta-gradients of the path without hint", [0.001, 0.01, 0.1],
            r => new AveragedRate<T>(Plain(), new AveragedRateOptions { Rate = r, IsOptimistic = false })),
        Optimizers<T>.Entry("optimistic-meta-gradient", Rival, "averaged SGD, element-wise rates by optimistic meta-gradients of the path", [0.001, 0.01, 0.1],
            r => new AveragedRate<T>(Plain(), new AveragedRateOptions { Rate = r })),
    ];

    private static OnlineRateOptions Normalized(double rate) => new()
    {
        Rate = rate, MetaRate = NormalizedMetaRate, Granularity = RateGranularity.Element, Form = RateForm.Multiplicative, Normalization = RateNormalization.RunningRms,
    };

    private static Sgd<T> Plain() => new(new SgdOptions { LearningRate = 1 });

    private static OnlineRate<T> Over(UpdateRule<T> rule, OnlineRateOptions options) => new(rule, options);
}
