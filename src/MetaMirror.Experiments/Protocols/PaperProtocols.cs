using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Protocols;

/// <summary>The experiments of MetaMD v1, sections 5.2 to 5.4, appendix D and Figure 5, as comparisons on held-out tasks.</summary>
public static class PaperProtocols
{
    private const string TurnedDigits = "a few hundred of the embedded optical digits (8 x 8), turned by some angles, stand in for the paper's data";
    private const int WholeTrain = 60_000, WholeTest = 10_000, Trials = 3;
    private static readonly double[] FewAngles = [0, 30, 60], TwoAngles = [0, 45];

    /// <summary>All of them, in the order of the paper.</summary>
    public static IReadOnlyList<Protocol> All { get; } =
    [
        new("linear", "RotatedMNIST, linear model", "appendix D")
        {
            Printed = PrintedTables.None,
            Ranges =
            [
                new("SGD", ["sgd"], 85.39, 86.89),
                new("the other classic optimizers", ["sgd-momentum", "adam", "rmsprop"], 87.1, 88.0),
                new("MetaMD", ["metamd-max3-printed"], 87.54, 87.93),
            ],
            Smoke = plan => SmallPlans.Of(plan, FewAngles, steps: 30, batch: 32),
            StandIn = TurnedDigits,
            Paper = plan => Whole(plan, plan.Training.Steps),
            Differences = [PaperDifferences.Steps("1,000 iterations"), PaperDifferences.Data("MNIST, number of images not stated"), .. PaperDifferences.All],
        },
        new("rotated-mlp", "RotatedMNIST, 3-layer MLP", "section 5.2, Table 1")
        {
            Printed = PrintedTables.RotatedMlp,
            Smoke = plan => SmallPlans.Of(plan, FewAngles, steps: 30, batch: 32),
            StandIn = TurnedDigits,
            Paper = plan => Whole(plan, MostSteps),
            Converged = new ConvergenceRule(),
            Differences = [PaperDifferences.Steps("until convergence; when that is, is not stated"), PaperDifferences.Data("MNIST, number of images not stated"), PaperDifferences.Widths, .. PaperDifferences.All],
        },
        new("digits-lenet", "DiverseDigits, LeNet", "section 5.3")
        {
            Printed = PrintedTables.DigitsLeNet,
            Smoke = plan => SmallPlans.Of(plan, TwoAngles, steps: 12, batch: 16, size: 12),
            StandIn = TurnedDigits + ", brought to 12 x 12",
            Paper = plan => Whole(plan, LeNetSteps),
            Differences = [PaperDifferences.Steps("500"), PaperDifferences.Data("MNIST, QMNIST, KMNIST, FashionMNIST, USPS, SVHN, 28 x 28 in gray"), .. PaperDifferences.All],
        },
        new("cifar-resnet", "CIFAR-10, ResNet-18", "section 5.4")
        {
            Printed = PrintedTables.CifarResNet,
            Smoke = plan => Tiny(SmallPlans.Of(plan, TwoAngles, steps: 6, batch: 8, seeds: 1)),
            StandIn = TurnedDigits + "; the network has a sixteenth of the channels",
            Paper = plan => Whole(plan, CifarSteps) with { Training = new TrainingPlan(CifarSteps, CifarBatch), Evaluation = new EvaluationPlan(CifarEpoch, 2_000), Timing = null },
            Differences =
            [
                PaperDifferences.Steps("not stated"),
                PaperDifferences.Data("learned on STL-10 and DiverseDigits, deployed on CIFAR-10"),
                new("learned on", "STL-10 and DiverseDigits", _ => "the 20 coarse classes of CIFAR-100 stand in for STL-10, of which the labeled training images are not at hand everywhere; QMNIST is left out; gray images have three equal channels; the network has 20 outputs for all"),
                .. PaperDifferences.All,
            ],
        },
        new("activation", "Activation frequencies", "Figure 5")
        {
            Printed = PrintedTables.None,
            IsAboutActivations = true,
            Smoke = plan => SmallPlans.Of(plan, TwoAngles, steps: 30, batch: 32),
            StandIn = TurnedDigits,
            Paper = plan => Whole(plan, ActivationSteps),
            Differences =
            [
                PaperDifferences.Steps("some 200 epochs on the axis of Figure 5"),
                PaperDifferences.Data("not stated for this figure"),
                new("frequencies", "of which task and over what they are taken is not stated", plan => $"on the held-out task, by step, over {plan.Seeds} seeds; where the exact step mixes components, their weights"),
                .. PaperDifferences.All,
            ],
        },
    ];

    // What the paper leaves open, chosen by us: the most steps a run may take until it counts as converged, 200 epochs of CIFAR-10 at 128, 200 epochs of MNIST at 128.
    private const int MostSteps = 46_900, LeNetSteps = 500, CifarEpoch = 391, CifarSteps = 200 * CifarEpoch, CifarBatch = 128, ActivationSteps = 200 * 469;

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(p => p.Name)];

    /// <summary>The protocol of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists them and names the nearest.</exception>
    public static Protocol Named(string name) =>
        All.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.Ordinal)) ?? throw Catalogue.Unknown("a protocol", name, Names, nameof(name));

    /// <summary>All images, and as many trials as the paper has.</summary>
    private static Plan Whole(Plan plan, int steps) => plan with
    {
        Family = plan.Family switch
        {
            RotatedImagesPlan images => images with { TrainExamples = WholeTrain, TestExamples = WholeTest },
            ImageSetsPlan sets => sets with { TrainExamples = WholeTrain, TestExamples = WholeTest },
            _ => plan.Family,
        },
        Training = plan.Training with { Steps = steps },
        Seeds = Trials,
    };

    /// <summary>A large network in seconds: a sixteenth of its channels, one outer step.</summary>
    private static Plan Tiny(Plan plan) => plan with
    {
        Family = (RotatedImagesPlan)plan.Family with { TrainExamples = 100, TestExamples = 50 },
        Model = (ResNet18Plan)plan.Model! with { Width = 4 },
        Learn = (TrackedLearning)plan.Learn! with { Ranks = [2], LearningRates = [0.002] },
        Also = [.. plan.Also.Select(l => l is MetaMdLearning metamd ? metamd with { OuterSteps = 1 } : l)],
        Timing = new TimingPlan(WarmUp: 0, Steps: 1, Rounds: 1),
    };
}
