namespace MetaMirror.Experiments.Robustness;

/// <summary>How much of the experiment on changed training is run.</summary>
public sealed record RobustnessSizes
{
    /// <summary>Seconds, on the embedded digits: does it work at all.</summary>
    public static RobustnessSizes Smoke { get; } = new()
    {
        Name = "smoke", Plan = Digits, HeldOut = ["rotation-45"], Batches = [0.5], Widths = [0.5], Steps = [2], LabelNoise = [0.2], Seeds = 2, HomeSteps = 60, Rates = 2,
    };

    /// <summary>Minutes: two held-out rotations of MNIST, every change alone.</summary>
    public static RobustnessSizes Quick { get; } = new()
    {
        Name = "quick", Plan = "rotated-mnist", Seeds = 3, HeldOut = ["rotation-0", "rotation-45"], Batches = [0.25, 0.5, 2, 4], Widths = [0.5, 2], Steps = [1.0 / 3, 3], LabelNoise = [0.2],
    };

    /// <summary>All six rotations, ten seeds.</summary>
    public static RobustnessSizes Paper { get; } = Quick with { Name = "paper", HeldOut = ["rotation-0", "rotation-15", "rotation-30", "rotation-45", "rotation-60", "rotation-75"], Seeds = 10 };

    /// <summary>The plan where the plan's own data are not found.</summary>
    public const string Digits = "rotated-digits";

    /// <summary>Name of the scale.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the embedded plan whose optimizer is learned.</summary>
    public required string Plan { get; init; }

    /// <summary>Tasks that are held out, one after the other.</summary>
    public required IReadOnlyList<string> HeldOut { get; init; }

    /// <summary>Batch sizes over that learned with.</summary>
    public required IReadOnlyList<double> Batches { get; init; }

    /// <summary>Widths of the hidden layers over those learned with.</summary>
    public required IReadOnlyList<double> Widths { get; init; }

    /// <summary>Numbers of steps over that learned with.</summary>
    public required IReadOnlyList<double> Steps { get; init; }

    /// <summary>Shares of training labels that are replaced.</summary>
    public required IReadOnlyList<double> LabelNoise { get; init; }

    /// <summary>Runs of each setting; null: the plan's.</summary>
    public int? Seeds { get; init; }

    /// <summary>Steps of a run as learned; null: the plan's.</summary>
    public int? HomeSteps { get; init; }

    /// <summary>Fewest learning rates of Adam's grid; null: the plan's.</summary>
    public int? Rates { get; init; }

    /// <summary>Training as it was learned for, then every change alone.</summary>
    public IReadOnlyList<TrainingChange> Changes =>
    [
        TrainingChange.None,
        .. Batches.Select(factor => TrainingChange.None with { Batch = factor }),
        .. Widths.Select(factor => TrainingChange.None with { Width = factor }),
        .. Steps.Select(factor => TrainingChange.None with { Steps = factor }),
        .. LabelNoise.Select(share => TrainingChange.None with { LabelNoise = share }),
    ];
}
