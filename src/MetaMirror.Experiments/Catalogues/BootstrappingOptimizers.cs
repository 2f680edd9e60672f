using System.Numerics;
using MetaMirror.Experiments.Reports;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Experiments.Catalogues;

/// <summary>
/// Optimizers whose rates are learned by bootstrapped meta-gradients (docs/bootstrapping.md), K = 1 unless said otherwise; tuning varies the rate that they start from, which is the target's too.
/// Learners with momentum take targets without it, L = 1: a target along the momentum that led here asks for more of it, without end.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class BootstrappingOptimizers<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double Momentum = 0.9;

    /// <summary>Of the starting rate, in a target of Adam's steps: each moves every parameter by about as much, which gradients need not.</summary>
    private const double AdamShare = 0.1;

    public static IReadOnlyList<OptimizerEntry<T>> All { get; } =
    [
        Entry("bootstrapped", "SGD, rates per tensor by bootstrapped meta-gradients, L = 2", [0.0625, 0.125, 0.25, 0.5, 1],
            r => Over(Sgd(1), Sgd(r), Options(r) with { TargetSteps = 2 })),
        Entry("bootstrapped-momentum", "heavy ball, rates per tensor towards steps of SGD", [0.0125, 0.025, 0.05, 0.1, 0.2],
            r => Over(Sgd(1, Momentum), Sgd(r), Options(r))),
        Entry("bootstrapped-adam", "Adam, rates per tensor towards steps of RMSprop", [0.0025, 0.005, 0.01, 0.02, 0.04],
            r => Over(new Adam<T>(new AdamOptions { LearningRate = 1 }), new RmsProp<T>(new RmsPropOptions { LearningRate = r }), Options(r))),
        Entry("bootstrapped-kl", "heavy ball, element-wise rates towards the outputs, on half of the batch, after steps of SGD", [0.0125, 0.025, 0.05, 0.1, 0.2],
            r => Over(Sgd(1, Momentum), Sgd(r), Options(r) with { Matching = TargetMatching.Outputs, MatchedShare = 0.5, Granularity = RateGranularity.Element })),
        Entry("bootstrapped-steps", "SGD, rates per tensor by bootstrapped meta-gradients through 3 steps, L = 2", [0.0625, 0.125, 0.25, 0.5, 1],
            r => Over(Sgd(1), Sgd(r), Options(r) with { LearnedSteps = 3, TargetSteps = 2 })),
        Entry("bootstrapped-to-momentum", "SGD, element-wise rates towards steps of heavy ball", [0.0625, 0.125, 0.25, 0.5, 1],
            r => Over(Sgd(1), Sgd(r, Momentum), Options(r) with { Granularity = RateGranularity.Element })),
        Entry("bootstrapped-to-adam", "SGD, element-wise rates towards steps of Adam, a tenth as long", [0.0625, 0.125, 0.25, 0.5, 1],
            r => Over(Sgd(1), new Adam<T>(new AdamOptions { LearningRate = AdamShare * r }), Options(r) with { Granularity = RateGranularity.Element })),
        Entry("meta-gradient", "heavy ball, rates per tensor by plain meta-gradients through 3 steps", [0.0125, 0.025, 0.05, 0.1, 0.2],
            r => Over(Sgd(1, Momentum), null, Options(r) with { LearnedSteps = 3 })),
    ];

    private static OptimizerEntry<T> Entry(string name, string description, double[] grid, Func<double, UpdateRule<T>> create) =>
        Optimizers<T>.Entry(name, OptimizerRole.Rival, description, grid, create) with { LearnsRates = true };

    /// <summary>By about a tenth a rate changes in a meta-update.</summary>
    private static BootstrapOptions Options(double rate) => new()
    {
        Rate = rate, MetaRate = 0.1, Granularity = RateGranularity.Block, Form = RateForm.Multiplicative, Normalization = RateNormalization.RunningRms, NormAveraging = 0.9,
    };

    private static Sgd<T> Sgd(double rate, double momentum = 0) => new(new SgdOptions { LearningRate = rate, Momentum = momentum });

    private static BootstrappedMetaGradient<T> Over(UpdateRule<T> rule, UpdateRule<T>? target, BootstrapOptions options) => new(rule, target, options);
}
