using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Shifts;

/// <summary>How much of the experiment on shifted tasks is run.</summary>
public sealed record ShiftSizes
{
    /// <summary>Seconds, on the embedded digits: does it work at all.</summary>
    public static ShiftSizes Smoke { get; } = new()
    {
        Name = "smoke", Plan = Digits, Angles = [120], BatchFactors = [0.25, 1], Contrasts = [1, 2], Seeds = 2, Steps = 100,
    };

    /// <summary>Minutes: four rotations that were not learned on, three batch sizes, three contrasts.</summary>
    public static ShiftSizes Quick { get; } = new()
    {
        Name = "quick", Plan = "rotated-fashion", Angles = [120, 135, 150, 165], BatchFactors = [0.25, 1, 4], Contrasts = [0.5, 1, 2], Seeds = 3,
        Learning = new TrackedLearning("metamirror-tracked")
        {
            Ranks = [16], RotateResidual = false, FactorEvery = 2, Exponents = [0.55], LearningRates = [0.008, 0.01, 0.013, 0.017], Schedules = [ScheduleName.Linear, ScheduleName.InverseTime],
        },
    };

    /// <summary>The same with ten seeds.</summary>
    public static ShiftSizes Paper { get; } = Quick with { Name = "paper", Seeds = 10 };

    /// <summary>The plan where the plan's own data are not found.</summary>
    public const string Digits = "rotated-digits";

    /// <summary>Name of the scale.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the embedded plan on whose tasks the optimizer is learned.</summary>
    public required string Plan { get; init; }

    /// <summary>How it is learned; null: as the plan says. Not as the plan says where that deploys an average of iterates: rates adapt where gradients are taken. The rest is what the figures of docs/results.md were measured with.</summary>
    public TrackedLearning? Learning { get; init; }

    /// <summary>Rotations of the shifted tasks, degrees; none of them learned on.</summary>
    public required IReadOnlyList<double> Angles { get; init; }

    /// <summary>Batch sizes over that of the plan.</summary>
    public required IReadOnlyList<double> BatchFactors { get; init; }

    /// <summary>Contrasts of the images over those learned on.</summary>
    public required IReadOnlyList<double> Contrasts { get; init; }

    /// <summary>Runs of each optimizer on each task.</summary>
    public required int Seeds { get; init; }

    /// <summary>Steps of a run; null: the plan's.</summary>
    public int? Steps { get; init; }
}
