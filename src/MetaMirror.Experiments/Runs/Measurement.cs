using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Runs;

/// <summary>How runs are trained and measured.</summary>
/// <param name="Steps">T.</param>
/// <param name="FullBatch">Whether every step sees the whole training set.</param>
/// <param name="EverySteps">The training loss is measured before the updates of steps 0, n, 2n, ...</param>
/// <param name="JudgesGradient">Whether targets are about max |g_i| instead of the training loss.</param>
/// <param name="AccuracyEverySteps">Test accuracy is measured before the updates of steps 0, n, 2n, ... too; 0: after the last step alone.</param>
public sealed record Measurement(int Steps, bool FullBatch = false, int EverySteps = 1, bool JudgesGradient = false, int AccuracyEverySteps = 0)
{
    /// <summary>Number of measurements of a run.</summary>
    public int Count => (Steps + EverySteps - 1) / EverySteps;

    /// <summary>Number of test accuracies of a run before its last step.</summary>
    public int AccuracyCount => AccuracyEverySteps == 0 ? 0 : (Steps + AccuracyEverySteps - 1) / AccuracyEverySteps;

    /// <summary>The same with test accuracy along the run, as a plan says.</summary>
    public Measurement WithAccuracies(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        int points = plan.Evaluation.AccuracyPoints;
        return points == 0 ? this : this with { AccuracyEverySteps = Math.Max(1, (Steps + points - 1) / points) };
    }

    /// <summary>As a plan says, with test accuracy after the last step alone: so runs of tuning are measured.</summary>
    public static Measurement Of(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new Measurement(plan.Training.Steps, plan.Training.BatchSize is null, plan.Evaluation.EverySteps, plan.Target.Quantity == TargetQuantity.GradientMaximum);
    }
}
