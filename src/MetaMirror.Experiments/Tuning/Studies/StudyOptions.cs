namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>How large a study is.</summary>
public sealed record StudyOptions
{
    /// <summary>Settings tried. Default 25.</summary>
    public int Budget { get; init; } = 25;

    /// <summary>Settings proposed at a time; results depend on it, never on threads. Default 1.</summary>
    public int Together { get; init; } = 1;

    /// <summary>Measurements of each setting; its value is their mean. Default 1.</summary>
    public int Repetitions { get; init; } = 1;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Budget, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Together, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Repetitions, 1);
    }
}

/// <summary>What a study varies the settings of.</summary>
/// <param name="point">The setting.</param>
/// <param name="repetition">Number of the measurement, from 0.</param>
/// <param name="worker">Number of the thread; no two calls share it at one time.</param>
/// <param name="cancellationToken">Ends it early.</param>
/// <returns>The value; infinite or NaN: diverged. An exception that <see cref="Study.IsOfSetting"/> says is the setting's own: failed; any other ends the study.</returns>
public delegate double StudyFunction(StudyPoint point, int repetition, int worker, CancellationToken cancellationToken);
