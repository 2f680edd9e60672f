using System.Globalization;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Protocols;

/// <summary>What the paper does otherwise, or does not say, with ours from the plan that is run.</summary>
internal static class PaperDifferences
{
    /// <summary>What all experiments share.</summary>
    public static IReadOnlyList<PaperDifference> All { get; } =
    [
        new("batches", "size not stated", plan => plan.Training.BatchSize is { } size ? $"{NumberText.Count(size)}, drawn with replacement, the same for all optimizers" : "the whole training set"),
        new("trials", "3 (LeNet); plus-minus not said to be which error", plan => $"{NumberText.Count(plan.Seeds)}; mean and standard error, which needs two"),
        new("tuning of baselines", "grid over learning rate and weight decay (linear model, MLP), 25 rounds of Bayesian optimization (LeNet, ResNet-18), on validation accuracy of the held-out task", Tuned),
        new("tuning of the learned ones", "learning rate and weight decay of MetaMD are tuned in the same way on the held-out task", _ => "none on the held-out task: the step is learned with the rest, weight decay is 0"),
        new("meta-training", "outer steps, step sizes, k and initial metrics not stated; forward mode, which cannot have been exact at these sizes", Learned),
        new("schedules", "not stated", plan => $"baselines try {string.Join(", ", plan.Tuning.Schedules.Select(Word))}; MetaMD's bounds are those of a constant step"),
    ];

    /// <summary>Widths of the network.</summary>
    public static PaperDifference Widths { get; } = new("network", "3-layer MLP, widths not stated", plan => plan.Model is MlpPlan mlp ? $"{string.Join(", ", mlp.Hidden)} hidden units, {Word(mlp.Activation)}" : "as the plan has it");

    /// <summary>Steps of a run.</summary>
    public static PaperDifference Steps(string paper) => new("steps of a run", paper, plan => NumberText.Count(plan.Training.Steps));

    /// <summary>Images and how many of them.</summary>
    public static PaperDifference Data(string paper) => new("data", paper, plan => plan.Family switch
    {
        RotatedImagesPlan images => $"{string.Join(", ", PlanData.Names(images))}, turned by {string.Join(", ", images.Angles)} degrees, at most {NumberText.Count(images.TrainExamples)} training and {NumberText.Count(images.TestExamples)} test images",
        ImageSetsPlan sets => $"{string.Join(", ", sets.Datasets)}, {sets.Rows} x {sets.Columns}{(sets.Gray ? " in gray" : "")}, of each at most {NumberText.Count(sets.TrainExamples)} training and {NumberText.Count(sets.TestExamples)} test images",
        _ => "as the plan has it",
    });

    private static string Tuned(Plan plan) =>
        $"grid over the learning rate times schedules, at least {NumberText.Count(Math.Max(plan.Tuning.Rates, plan.Tuning.LearningRates.Count > 0 ? plan.Tuning.LearningRates.Values.Min(g => g.Count) : 0))} rates, extended where the best stands at the edge; each figure at its own best setting, accuracy on the test set itself (in favor of the baselines); weight decay at PyTorch's defaults";

    private static string Learned(Plan plan) => string.Join(
        "; ",
        plan.Learned.OfType<MetaMdLearning>().Select(l => $"{l.Optimizer}: {Word(l.MetaObjective)} by {Word(l.Hypergradient)}, {l.OuterSteps} outer steps of {NumberText.Count(l.InnerSteps ?? plan.Training.Steps)} inner ones"));

    private static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "-" + char.ToLower(c, CultureInfo.InvariantCulture) : char.ToLower(c, CultureInfo.InvariantCulture).ToString()));
}
