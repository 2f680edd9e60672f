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

    /// <summary>Baydin's meta rates: of SGD, and of Adam.</summary>
    private const double PlainMetaRate = 1e-3;
    private const double AdamMetaRate = 1e-7;

    /// <summary>Of normalized meta-updates of logarithms: by about this share a rate changes in a step.</summary>
    private const double NormalizedMetaRate = 0.02;

    public static IReadOnlyList<OptimizerEntry<T>> All { get; } =
    [
        Entry("hypergradient-descent", "SGD, one rate by hypergradient descent", [0.125, 0.25, 0.5, 1, 2], r => Over(Plain(), new() { Rate = r, MetaRate = PlainMetaRate })),
        Entry("hypergradient-descent-elementwise", "SGD, element-wise rates by hypergradient descent", [0.125, 0.25, 0.5, 1, 2],
            r => Over(Plain(), new() { Rate = r, MetaRate = PlainMetaRate, Granularity = RateGranularity.Element })),
        Entry("hypergradient-adam", "Adam, one rate by hypergradient descent", [0.005, 0.01, 0.02, 0.04, 0.08],
            r => Over(Adam(), new() { Rate = r, MetaRate = AdamMetaRate })),
        Entry("normalized-hypergradient", "heavy ball, element-wise rates by normalized hypergradients without hint", [0.0125, 0.025, 0.05, 0.1, 0.2],
            r => Over(Heavy(), Normalized(r))),
        Entry("optimistic-hypergradient", "heavy ball, element-wise rates by normalized hypergradients, the last one as hint", [0.0125, 0.025, 0.05, 0.1, 0.2],
            r => Over(Heavy(), Normalized(r) with { Hint = RateHint.LastHypergradient })),
        Entry("optimistic-hypergradient-scalar", "heavy ball, one rate by normalized hypergradients, the last one as hint", [0.0125, 0.025, 0.05, 0.1, 0.2],
            r => Over(Heavy(), Normalized(r) with { Granularity = RateGranularity.Scalar, Hint = RateHint.LastHypergradient })),
        Entry("lookahead-hypergradient", "heavy ball, element-wise rates by normalized hypergradients, the gradient ahead as hint", [0.0125, 0.025, 0.05, 0.1, 0.2],
            r => Over(Heavy(), Normalized(r) with { Hint = RateHint.LookAhead, HintAtPresentStep = true })),
        Entry("hypergradient-adam-elementwise", "Adam, element-wise rates by normalized hypergradients without hint", [0.00125, 0.0025, 0.005, 0.01, 0.02], r => Over(Adam(), Normalized(r))),
        Entry("optimistic-hypergradient-adam", "Adam, element-wise rates by normalized hypergradients, the last one as hint", [0.00125, 0.0025, 0.005, 0.01, 0.02],
            r => Over(Adam(), Normalized(r) with { Hint = RateHint.LastHypergradient })),
        Entry("averaged-meta-gradient", "averaged SGD, element-wise rates by meta-gradients of the path without hint", [0.001, 0.01, 0.1],
            r => new AveragedRate<T>(Plain(), new AveragedRateOptions { Rate = r, IsOptimistic = false })),
        Entry("optimistic-meta-gradient", "averaged SGD, element-wise rates by optimistic meta-gradients of the path", [0.001, 0.01, 0.1],
            r => new AveragedRate<T>(Plain(), new AveragedRateOptions { Rate = r })),
        Entry("osgm", "online scaling: element-wise rates and momentum by slopes of trial steps, two gradients a step", [0.025, 0.1, 0.4], r => new Osgm<T>(new OsgmOptions { LearningRate = r })),
    ];

    private static OnlineRateOptions Normalized(double rate) => new()
    {
        Rate = rate, MetaRate = NormalizedMetaRate, Granularity = RateGranularity.Element, Form = RateForm.Multiplicative, Normalization = RateNormalization.RunningRms,
    };

    private static OptimizerEntry<T> Entry(string name, string description, double[] grid, Func<double, UpdateRule<T>> create) =>
        Optimizers<T>.Entry(name, OptimizerRole.Rival, description, grid, create) with { LearnsRates = true };

    private static Adam<T> Adam() => new(new AdamOptions { LearningRate = 1 });

    private static Sgd<T> Heavy() => new(new SgdOptions { LearningRate = 1, Momentum = Momentum });

    private static Sgd<T> Plain() => new(new SgdOptions { LearningRate = 1 });

    private static OnlineRate<T> Over(UpdateRule<T> rule, OnlineRateOptions options) => new(rule, options);
}
