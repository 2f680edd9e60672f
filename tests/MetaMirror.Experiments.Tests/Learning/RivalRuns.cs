using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Tests.Learning;

/// <summary>Learning from plans as <c>learn</c> does, in tests of learned rivals.</summary>
internal static class RivalRuns
{
    /// <summary>Eight quadratics of six dimensions whose condition numbers lie along the axes, where element-wise rates help; 30 steps.</summary>
    public static Plan Axes(LearningPlan learning) => PlanFile.Read("rotated-quadratic") with
    {
        Family = new RotatedQuadraticPlan(false, 8, 6, 2),
        Training = new TrainingPlan(30),
        Learn = learning,
        Also = [],
        Controls = [],
    };

    /// <summary>The tasks of a plan but the first, which is held out.</summary>
    public static TaskFamily<double> Family(Plan plan) =>
        new(PlanTasks.Of<double>(plan, new DatasetCatalogue(new DataLocations()), 1).Skip(1).Select(t => t.TrainingOnly()));

    /// <summary>What is learned on them.</summary>
    public static IReadOnlyList<LearnedRule<double>> Learn(Plan plan, List<string>? phases = null) => RuleLearners.LearnAll(
        plan, Family(plan), new LearningSettings(1), TimeProvider.System, new Told(p => phases?.Add(p.Phase)), TestContext.Current.CancellationToken);
}
