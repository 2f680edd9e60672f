using System.Numerics;
using MetaMirror.Experiments.Reports;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Experiments.Catalogues;

/// <summary>
/// Optimizers whose rates are learned by bootstrapped meta-gradients (docs/bootstrapping.md), K = 1; tuning varies the rate that they start from, which is the target's too.
/// Learners with momentum take targets without it, L = 1: a target along the momentum that led here asks for more of it, without end.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class BootstrappingOptimizers<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double Momentum = 0.9;
    private const OptimizerRole Rival = OptimizerRole.Rival;

    public static IReadOnlyList<OptimizerEntry<T>> All { get; } =
    [
        Optimizers<T>.Entry("bootstrapped", Rival, "SGD, rates per tensor by bootstrapped meta-gradients, L = 2", [0.0625, 0.125, 0.25, 0.5, 1],
            r => Over(Sgd(1), Sgd(r), Options(r) with { TargetSteps = 2 })),
        Optimizers<T>.Entry("bootstrapped-momentum", Rival, "heavy ball, rates per tensor towards steps of SGD", [0.0125, 0.025, 0.05, 0.1, 0.2],
            r => Over(Sgd(1, Momentum), Sgd(r), Options(r))),
        Optimizers<T>.Entry("bootstrapped-adam", Rival, "Adam, rates per tensor towards steps of RMSprop", [0.0025, 0.005, 0.01, 0.02, 0.04],
            r => Over(new Adam<T>(new AdamOptions { LearningRate = 1 }), new RmsProp<T>(new RmsPropOptions { LearningRate = r }), Options(r))),
        Optimizers<T>.Entry("bootstrapped-kl", Rival, "heavy ball, element-wise rates towards the outputs after steps of SGD", [0.0125, 0.025, 0.05, 0.1, 0.2],
            r => Over(Sgd(1, Momentum), Sgd(r), Options(r) with { Matching = TargetMatching.Outputs, Granularity = RateGranularity.Element })),
    ];

    /// <summary>By about a tenth a rate changes in a meta-update.</summary>
    private static BootstrapOptions Options(double rate) => new()
    {
        Rate = rate, MetaRate = 0.1, Granularity = RateGranularity.Block, Form = RateForm.Multiplicative, Normalization = RateNormalization.RunningRms, NormAveraging = 0.9,
    };

    private static Sgd<T> Sgd(double rate, double momentum = 0) => new(new SgdOptions { LearningRate = rate, Momentum = momentum });

    private static BootstrappedMetaGradient<T> Over(UpdateRule<T> rule, UpdateRule<T> target, BootstrapOptions options) => new(rule, target, options);
}
