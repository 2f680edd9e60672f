using System.Globalization;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Robustness;

/// <summary>Training otherwise than an optimizer was learned for.</summary>
/// <param name="Batch">Batch size over that learned with.</param>
/// <param name="Width">Width of the hidden layers over those learned with.</param>
/// <param name="Steps">Number of steps over that learned with.</param>
/// <param name="LabelNoise">Share of training labels that are replaced.</param>
public sealed record TrainingChange(double Batch, double Width, double Steps, double LabelNoise)
{
    /// <summary>Training as it was learned for.</summary>
    public static TrainingChange None { get; } = new(1, 1, 1, 0);

    /// <summary>The change in words.</summary>
    public override string ToString()
    {
        string[] changes =
        [
            .. Batch != 1 ? [$"batch {NumberText.Ratio(Batch)}"] : Array.Empty<string>(),
            .. Width != 1 ? [$"width {NumberText.Ratio(Width)}"] : Array.Empty<string>(),
            .. Steps != 1 ? [$"steps {NumberText.Ratio(Steps)}"] : Array.Empty<string>(),
            .. LabelNoise != 0 ? [string.Create(CultureInfo.InvariantCulture, $"{100 * LabelNoise:0.#} % wrong labels")] : Array.Empty<string>(),
        ];
        return changes.Length == 0 ? "as learned" : string.Join(", ", changes);
    }

    /// <summary>A plan with the change; its network is an <see cref="MlpPlan"/>, its family one of rotated images.</summary>
    /// <param name="plan">The plan.</param>
    internal Plan Of(Plan plan)
    {
        var model = (MlpPlan)plan.Model!;
        return plan with
        {
            Training = new TrainingPlan(Scaled(plan.Training.Steps, Steps), Scaled(plan.Training.BatchSize!.Value, Batch)),
            Model = model with { Hidden = [.. model.Hidden.Select(width => Scaled(width, Width))] },
            Family = (RotatedImagesPlan)plan.Family with { LabelNoise = LabelNoise },
        };
    }

    private static int Scaled(int number, double factor) => Math.Max(1, (int)Math.Round(number * factor));
}
