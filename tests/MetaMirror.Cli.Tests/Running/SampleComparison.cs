using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Tests.Running;

/// <summary>A comparison with a learned optimizer, a control and baselines, one of which never reaches the target and diverges.</summary>
internal static class SampleComparison
{
    public static ComparisonResult On(params string[] tasks) => new()
    {
        Experiment = "rotated-digits",
        Target = new TargetDefinition("trainingLoss", 0.1, "First step at which the training loss is at most the target."),
        Comparison = [.. tasks.SelectMany(Rows)],
        MetaTraining = new MetaTrainingSummary(5, 400, 10, 20_000, 4_000, 12.5),
    };

    private static IEnumerable<ComparisonRow> Rows(string task) =>
    [
        Row(task, "metamirror-basis", OptimizerRole.Learned, new(42, 40, 45, 5), 0.0123, 0.912, 0),
        Row(task, "unlearned-basis", OptimizerRole.Control, new(60, 58, 66, 5), 0.0201, 0.911, 0),
        Row(task, "adam", OptimizerRole.Baseline, new(73, 70, 80, 5), 0.0223, 0.916, 0),
        Row(task, "sgd", OptimizerRole.Baseline, new(null, null, null, 1), null, 0.901, 2),
    ];

    private static ComparisonRow Row(string task, string name, OptimizerRole role, StepsToTarget steps, double? final, double accuracy, int diverged) => new()
    {
        Optimizer = name,
        Role = role,
        Target = 0.1,
        HeldOutTask = task,
        Seeds = 5,
        Steps = 400,
        Diverged = diverged,
        StepsToTarget = steps,
        MeanTrainingLoss = final * 3,
        FinalTrainingLoss = final,
        TestAccuracy = new MeanAndError(accuracy, 0.002),
        MillisecondsPerStep = 0.125,
        Tuning = new TuningSummary(role == OptimizerRole.Baseline ? "grid" : "none", role == OptimizerRole.Baseline ? 15 : 0),
    };
}
