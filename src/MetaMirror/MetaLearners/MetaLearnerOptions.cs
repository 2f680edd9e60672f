namespace MetaMirror.MetaLearners;

/// <summary>How long and on what a <see cref="MetaLearner{T}"/> learns.</summary>
public sealed record MetaLearnerOptions
{
    /// <summary>Most outer steps. Default 100.</summary>
    public int OuterSteps { get; init; } = 100;

    /// <summary>n, tasks per outer step; a finite family with no more tasks gives all of them. Default 16.</summary>
    public int TasksPerStep { get; init; } = 16;

    /// <summary>Master seed. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Worker threads; the result does not depend on it. Default 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Learning stops when E changed by less than this, relatively, over <see cref="StoppingWindow"/> outer steps. Default 1e-4; 0 never stops early.</summary>
    public double StoppingChange { get; init; } = 1e-4;

    /// <summary>Outer steps over which the change of E is measured. Default 10.</summary>
    public int StoppingWindow { get; init; } = 10;

    /// <summary>True to run every outer step on the same initial weights and batches (the first step's). Default: fresh ones.</summary>
    public bool SameStreams { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(OuterSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TasksPerStep, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StoppingWindow, 1);
        if (!(StoppingChange >= 0))
            throw new ArgumentOutOfRangeException(nameof(StoppingChange), StoppingChange, "The stopping change must not be negative.");
    }
}
