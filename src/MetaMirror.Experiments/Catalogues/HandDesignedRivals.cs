using System.Numerics;
using MetaMirror.Experiments.Reports;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Catalogues;

/// <summary>
/// What a user would pick instead. Settings are their authors' and stand in the middle of the grids; where authors give a learning rate relative to AdamW's, it is relative to
/// AdamW's here.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class HandDesignedRivals<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Five times AdamW's decay, at a fifth of its rate: in the middle of the authors' 3 to 10.</summary>
    private const double LionDecay = 0.05;

    /// <summary>Adam's rate beside Muon's: the middle of the grid then has 0.006, what Adam itself takes on networks as small as these.</summary>
    private const double AdamShare = 0.3;

    private const double MuonDecay = 0.01, SoapDecay = 0.01;

    /// <summary>Longer sides (2,304 and 4,608 in ResNet-18) keep their axes, where the authors' own bound is 10,000: the eigenbasis of a side of 4,608 alone is some 10^12 flops.</summary>
    private const int SoapLargest = 2048;

    public static IReadOnlyList<OptimizerEntry<T>> All { get; } =
    [
        Entry("lion", "Lion, betas 0.9 and 0.99, weight decay 0.05", [0.001, 0.002, 0.004, 0.008, 0.016], LionDecay, (r, decay) => new Lion<T>(new LionOptions { LearningRate = r, WeightDecay = decay })),
        Entry("muon", "Muon, momentum 0.95; Adam for vectors and the last matrix; weight decay 0.01", [0.005, 0.01, 0.02, 0.04, 0.08], MuonDecay,
            (r, decay) => new Muon<T>(new MuonOptions { LearningRate = r, AdamLearningRate = AdamShare * r, WeightDecay = decay })),
        Entry("soap", "SOAP, betas 0.95, bases refreshed every 10 steps, sides beyond 2,048 keep their axes, weight decay 0.01", [0.00075, 0.0015, 0.003, 0.006, 0.012], SoapDecay,
            (r, decay) => new Soap<T>(new SoapOptions { LearningRate = r, WeightDecay = decay, LargestDimension = SoapLargest })),
        Optimizers<T>.Entry("shampoo", OptimizerRole.Rival, "Shampoo, momentum 0.9, roots every 20 steps", [0.1, 0.2, 0.4, 0.8, 1.6], r => new Shampoo<T>(new ShampooOptions { LearningRate = r })),
        Entry("prodigy", "Prodigy: Adam whose rate is found, times the rate given", [0.25, 0.5, 1, 2, 4], 0, (r, decay) => new Prodigy<T>(new ProdigyOptions { LearningRate = r, WeightDecay = decay })),
        Entry("schedule-free", "schedule-free AdamW, warm-up over 5 % of the steps", [0.01, 0.02, 0.04, 0.08, 0.16], 0,
            (r, decay) => new ScheduleFreeAdamW<T>(new ScheduleFreeOptions { LearningRate = r, WeightDecay = decay })) with { LearnsRates = true },
    ];

    /// <summary>With decoupled weight decay.</summary>
    private static OptimizerEntry<T> Entry(string name, string description, double[] grid, double weightDecay, Func<double, double, UpdateRule<T>> create) =>
        Optimizers<T>.Entry(name, OptimizerRole.Rival, description, grid, r => create(r, weightDecay)) with { OwnDecay = (s, decay) => Scheduling.Of(s.Schedule, 0, create(s.LearningRate, decay)) };
}
