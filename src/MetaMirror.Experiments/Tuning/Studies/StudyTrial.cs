namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>Whether a study looks for small or large values.</summary>
public enum StudyGoal
{
    /// <summary>Small values are good.</summary>
    Minimize,

    /// <summary>Large values are good.</summary>
    Maximize,
}

/// <summary>How a trial ended.</summary>
public enum TrialStatus
{
    /// <summary>With a value.</summary>
    Complete,

    /// <summary>With an error.</summary>
    Failed,

    /// <summary>With a loss, gradient or parameter that is infinite or not a number.</summary>
    Diverged,
}

/// <summary>One setting that was tried.</summary>
/// <param name="Number">Number in its study, from 0.</param>
/// <param name="Point">The setting.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Value">The value; null unless complete.</param>
/// <param name="Seconds">Time it took, all repetitions together.</param>
/// <param name="Error">What went wrong; null if nothing did.</param>
public sealed record StudyTrial(int Number, StudyPoint Point, TrialStatus Status, double? Value, double Seconds, string? Error = null);
