namespace MetaMirror.Experiments.Robustness;

/// <summary>Training that differed from what an optimizer was learned for, as measured.</summary>
/// <param name="Factor">Batch size, width or number of steps over that learned with.</param>
/// <param name="Seconds">Time to tuned Adam's final loss over Adam's, median over the tasks.</param>
/// <param name="PaysInTime">Whether it took less than nine tenths of it on every task.</param>
/// <param name="IsLessAccurate">Whether test accuracy was below tuned Adam's by more than a standard error on a task.</param>
public sealed record MeasuredChange(double Factor, double Seconds, bool PaysInTime, bool IsLessAccurate)
{
    /// <summary>In time, and no less accurate.</summary>
    public bool Pays => PaysInTime && !IsLessAccurate;
}

/// <summary>What <c>reproduce robustness</c> found at the scale quick (bench/results), for warnings: on RotatedMNIST, beside Adam tuned for every change.</summary>
public static class RobustnessMap
{
    /// <summary>Batch sizes.</summary>
    public static IReadOnlyList<MeasuredChange> Batches { get; } = [new(0.25, 1.143, false, false), new(0.5, 0.725, true, false), Home, new(2, 0.623, true, false), new(4, 0.627, true, false)];

    /// <summary>Widths of the hidden layers.</summary>
    public static IReadOnlyList<MeasuredChange> Widths { get; } = [new(0.5, 0.551, true, false), Home, new(2, 1.097, false, false)];

    /// <summary>Numbers of steps.</summary>
    public static IReadOnlyList<MeasuredChange> Steps { get; } = [new(1.0 / 3, 0.679, true, false), Home, new(3, 0.792, true, false)];

    private static MeasuredChange Home => new(1, 0.675, true, false);

    /// <summary>The measured change that is nearest by ratio.</summary>
    /// <param name="measured">Of one kind.</param>
    /// <param name="factor">Above 0.</param>
    public static MeasuredChange Nearest(IReadOnlyList<MeasuredChange> measured, double factor) => measured.MinBy(m => Math.Abs(Math.Log(m.Factor / factor)))!;
}
