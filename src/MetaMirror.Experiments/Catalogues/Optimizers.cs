using System.Numerics;
using MetaMirror.Experiments.Reports;
using MetaMirror.Optimism;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Catalogues;

/// <summary>The optimizers that are tuned by their learning rate, one line each, in the order of tables. Everything else is at PyTorch's defaults, momentum at 0.9.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class Optimizers<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double Momentum = 0.9;
    private const double AdamWDecay = 0.01;
    private const OptimizerRole Classic = OptimizerRole.Baseline;
    private const OptimizerRole Rival = OptimizerRole.Rival;

    public static IReadOnlyList<OptimizerEntry<T>> All { get; } =
    [
        Entry("sgd", Classic, "gradient descent", [0.125, 0.25, 0.5, 1, 2], r => new Sgd<T>(new SgdOptions { LearningRate = r })),
        Entry("sgd-momentum", Classic, "heavy ball, momentum 0.9", [0.025, 0.05, 0.1, 0.2, 0.4], r => new Sgd<T>(new SgdOptions { LearningRate = r, Momentum = Momentum })),
        Entry("nesterov", Classic, "Nesterov's momentum 0.9", [0.025, 0.05, 0.1, 0.2, 0.4], r => new Sgd<T>(new SgdOptions { LearningRate = r, Momentum = Momentum, Nesterov = true })),
        Entry("rmsprop", Classic, "RMSprop, smoothing 0.99", [0.00125, 0.0025, 0.005, 0.01, 0.02], r => new RmsProp<T>(new RmsPropOptions { LearningRate = r })),
        Entry("adam", Classic, "Adam, betas 0.9 and 0.999", [0.005, 0.01, 0.02, 0.04, 0.08], r => new Adam<T>(new AdamOptions { LearningRate = r })),
        Entry("nadam", Classic, "NAdam, betas 0.9 and 0.999", [0.005, 0.01, 0.02, 0.04, 0.08], r => new NAdam<T>(new NAdamOptions { LearningRate = r })),
        Entry("adamw", Classic, "AdamW, weight decay 0.01", [0.005, 0.01, 0.02, 0.04, 0.08], r => AdamW(r, AdamWDecay)) with { OwnDecay = (s, decay) => Scheduling.Of(s.Schedule, 0, AdamW(s.LearningRate, decay)) },
        Entry("adagrad", Classic, "AdaGrad", [0.0125, 0.025, 0.05, 0.1, 0.2], r => new AdaGrad<T>(new AdaGradOptions { LearningRate = r })),
        Entry("optimistic-sgd", Rival, "gradient descent with the last gradient as hint", [0.125, 0.25, 0.5, 1, 2], r => Hinted(new LastGradientHint<T>(), r)),
        Entry("omega", Rival, "gradient descent with Omega's hint, averaging 0.9", [0.125, 0.25, 0.5, 1, 2], r => Hinted(new OmegaHint<T>(), r)),
        .. HandDesignedRivals<T>.All,
        .. OnlineOptimizers<T>.All,
        .. BootstrappingOptimizers<T>.All,
        Entry("powersign", Rival, "PowerSign, base e, average 0.9", [0.03125, 0.0625, 0.125, 0.25, 0.5], r => new PowerSign<T>(new SignAgreementOptions { LearningRate = r })),
        Entry("addsign", Rival, "AddSign, average 0.9", [0.03125, 0.0625, 0.125, 0.25, 0.5], r => new AddSign<T>(new SignAgreementOptions { LearningRate = r })),
    ];

    internal static OptimizerEntry<T> Entry(string name, OptimizerRole role, string description, double[] grid, Func<double, UpdateRule<T>> create) =>
        new(name, role, description, [.. grid], s => Scheduling.Of(s.Schedule, 0, create(s.LearningRate)));

    private static AdamW<T> AdamW(double learningRate, double weightDecay) => new(new AdamOptions { LearningRate = learningRate, WeightDecay = weightDecay });

    private static Chain<T> Hinted(Hint<T> hint, double learningRate) => new(hint, new Sgd<T>(new SgdOptions { LearningRate = learningRate }));
}
