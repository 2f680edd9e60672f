using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Protocols;

/// <summary>Plans of the smoke scale: the same rows and the same path through the program, on a few embedded digits.</summary>
internal static class SmallPlans
{
    private const string Digits = "optdigits";
    private const int TrainExamples = 200, TestExamples = 100;

    /// <summary>The plan on digits turned by some angles.</summary>
    /// <param name="plan">The plan at the quick scale.</param>
    /// <param name="angles">Angles.</param>
    /// <param name="steps">Steps of a run.</param>
    /// <param name="batch">Examples of a mini-batch.</param>
    /// <param name="size">Height and width of the images; null: 8.</param>
    /// <param name="seeds">Runs of each setting.</param>
    public static Plan Of(Plan plan, IReadOnlyList<double> angles, int steps, int batch, int? size = null, int seeds = 2) => plan with
    {
        Family = new RotatedImagesPlan(Digits, angles, TrainExamples, TestExamples) { Size = size },
        Model = plan.Model is MlpPlan mlp ? mlp with { Hidden = [16] } : plan.Model,
        Training = new TrainingPlan(steps, batch),
        Seeds = seeds,
        Evaluation = new EvaluationPlan(Math.Min(5, steps), Certificates: false),
        Learn = Small(plan.Learn!),
        Also = [.. plan.Also.Select(Small)],
        HeldOut = plan.HeldOut.Count > 0 ? ["rotation-0"] : [],
        Timing = new TimingPlan(WarmUp: 1, Steps: 4, Rounds: 1),
        Tuning = new TuningPlan(plan.Baselines.ToDictionary(name => name, Rates, StringComparer.Ordinal), [ScheduleName.Linear], MaxExtensions: 0),
    };

    private static LearningPlan Small(LearningPlan learning) => learning switch
    {
        MetaMdLearning metamd => metamd with { OuterSteps = 2, InnerSteps = null },
        TrackedLearning tracked => tracked with { Ranks = [8], LearningRates = [0.01, 0.03], Exponents = [0.5], Schedules = [ScheduleName.Linear] },
        _ => learning,
    };

    private static IReadOnlyList<double> Rates(string optimizer) => optimizer switch
    {
        "sgd" => [0.2, 0.4],
        "sgd-momentum" or "nesterov" => [0.05, 0.1],
        "rmsprop" => [0.002, 0.005],
        _ => [0.005, 0.02],
    };
}
