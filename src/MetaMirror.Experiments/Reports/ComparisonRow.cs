using System.Text.Json.Serialization;

namespace MetaMirror.Experiments.Reports;

/// <summary>One optimizer on one held-out task. A figure that was not reached or diverged is null (or not finite, which is written as null).</summary>
public sealed record ComparisonRow
{
    /// <summary>Name of the optimizer, as in the catalogue.</summary>
    public required string Optimizer { get; init; }

    /// <summary>Name for people; null: <see cref="Optimizer"/>.</summary>
    public string? Label { get; init; }

    /// <summary>True for role <see cref="OptimizerRole.Learned"/> only.</summary>
    public bool Learned => Role == OptimizerRole.Learned;

    /// <summary>The part it plays.</summary>
    public required OptimizerRole Role { get; init; }

    /// <summary>The target of this row as a number.</summary>
    public double? Target { get; init; }

    /// <summary>The task that nothing was learned on.</summary>
    public required string HeldOutTask { get; init; }

    /// <summary>Number of seeds (or of held-out problems).</summary>
    public int Seeds { get; init; }

    /// <summary>Steps of each run.</summary>
    public int Steps { get; init; }

    /// <summary>Runs that diverged.</summary>
    public int Diverged { get; init; }

    /// <summary>First step at which the target was reached.</summary>
    public StepsToTarget StepsToTarget { get; init; } = new(null, null, null, 0);

    /// <summary>Training loss averaged over the run, median over seeds.</summary>
    public double? MeanTrainingLoss { get; init; }

    /// <summary>Training loss averaged over the last tenth of the run, median over seeds.</summary>
    public double? FinalTrainingLoss { get; init; }

    /// <summary>Accuracy on the test set after the run; null for tasks without classes.</summary>
    public MeanAndError? TestAccuracy { get; init; }

    /// <summary>Loss on the test set after the run; null when not measured.</summary>
    public MeanAndError? TestLoss { get; init; }

    /// <summary>Milliseconds per step: gradient plus update.</summary>
    public double? MillisecondsPerStep { get; init; }

    /// <summary>Seconds until the target was reached: median steps times <see cref="MillisecondsPerStep"/>; null where one is missing.</summary>
    [JsonIgnore]
    public double? SecondsToTarget => Figure.OrNull(StepsToTarget.Median) * Figure.OrNull(MillisecondsPerStep) / 1000;

    /// <summary>Gradients that a run computed, those of rules that look for themselves among them: more than <see cref="Steps"/> where a step costs more than one.</summary>
    public long Gradients { get; init; }

    /// <summary>Hessian-vector products that a run computed.</summary>
    public long HessianVectorProducts { get; init; }

    /// <summary>How its settings were chosen; null: no tuning.</summary>
    public TuningSummary? Tuning { get; init; }

    /// <summary>The certificate of its first run; null (and left out) where the training loss is not convex.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CertificateSummary? Certificate { get; init; }
}

/// <summary>Steps until the target was first reached: median and quartiles over seeds.</summary>
/// <param name="Median">Median; null when fewer than half of the seeds reached the target.</param>
/// <param name="Lower">First quartile.</param>
/// <param name="Upper">Third quartile; null when a quarter of the seeds or more never reached it.</param>
/// <param name="Reached">Number of seeds that reached the target.</param>
public sealed record StepsToTarget(double? Median, double? Lower, double? Upper, int Reached);

/// <summary>A mean over seeds and the standard error of that mean.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardError">The sample standard deviation divided by sqrt(seeds).</param>
public sealed record MeanAndError(double? Mean, double? StandardError);

/// <summary>How an optimizer's settings were chosen.</summary>
/// <param name="Method">For example <c>grid</c> or <c>none</c>.</param>
/// <param name="Evaluations">Settings tried.</param>
public sealed record TuningSummary(string Method, int Evaluations)
{
    /// <summary>Runs that were made for it; null where that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Runs { get; init; }

    /// <summary>The setting behind each figure: key of the figure (<c>stepsToTarget</c>, <c>finalTrainingLoss</c>, ...) to the setting in words.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);
}
