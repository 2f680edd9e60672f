namespace MetaMirror.Experiments.Reports;

/// <summary>What "reached the target" means in a comparison.</summary>
/// <param name="Quantity">The quantity, such as <c>trainingLoss</c> or <c>gradientNorm</c>.</param>
/// <param name="Value">A number, or the rule that gives one per held-out task.</param>
/// <param name="Definition">The definition in words.</param>
public sealed record TargetDefinition(string Quantity, TargetValue Value, string Definition);

/// <summary>A target: a number, or per held-out task the lowest final training loss of the tuned classic baselines.</summary>
/// <param name="Number">The number; null for the best classic final loss. In JSON a number or the string <c>bestClassicFinal</c>.</param>
public readonly record struct TargetValue(double? Number)
{
    /// <summary>How far above the best classic final loss counts as there, relatively.</summary>
    public double Within { get; init; }

    /// <summary>The target, where this is the best classic final loss.</summary>
    /// <param name="bestClassicFinal">That loss.</param>
    public double Of(double bestClassicFinal) => Number ?? ((1 + Within) * bestClassicFinal);

    /// <summary>The name that stands in JSON for a target chosen per held-out task.</summary>
    public const string BestClassicFinalName = "bestClassicFinal";

    /// <summary>Per held-out task the lowest final training loss of the tuned classic baselines (median over seeds).</summary>
    public static TargetValue BestClassicFinal => default;

    /// <summary>A fixed target.</summary>
    /// <param name="number">The value to reach.</param>
    public static implicit operator TargetValue(double number) => new(number);

    /// <summary>A fixed target.</summary>
    /// <param name="number">The value to reach.</param>
    /// <returns>The target.</returns>
    public static TargetValue FromDouble(double number) => new(number);
}
