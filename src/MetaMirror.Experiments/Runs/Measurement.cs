using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Runs;

/// <summary>How runs are trained and measured.</summary>
/// <param name="Steps">T.</param>
/// <param name="FullBatch">Whether every step sees the whole training set.</param>
/// <param name="EverySteps">The training loss is measured before the updates of steps 0, n, 2n, ...</param>
/// <param name="JudgesGradient">Whether targets are about max |g_i| instead of the training loss.</param>
public sealed record Measurement(int Steps, bool FullBatch = false, int EverySteps = 1, bool JudgesGradient = false)
{
    /// <summary>Number of measurements of a run.</summary>
    public int Count => (Steps + EverySteps - 1) / EverySteps;

    /// <summary>As a plan says.</summary>
    public static Measurement Of(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new Measurement(plan.Training.Steps, plan.Training.BatchSize is null, plan.Evaluation.EverySteps, plan.Target.Quantity == TargetQuantity.GradientMaximum);
    }
}
