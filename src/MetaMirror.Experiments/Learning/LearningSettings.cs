namespace MetaMirror.Experiments.Learning;

/// <summary>What a learning run needs besides its plan.</summary>
/// <param name="Seed">Master seed of the experiment; learning draws from a seed of its own, so that it never shares initial weights or batches with a comparison.</param>
/// <param name="Threads">Worker threads; the result does not depend on it.</param>
public sealed record LearningSettings(ulong Seed = 0, int Threads = 1)
{
    // "META": keeps meta-training's streams apart from those of the held-out runs.
    private const ulong Apart = 0x4D455441;

    internal ulong LearningSeed => Seed ^ (Apart << 32);
}

/// <summary>How far learning is, for people.</summary>
/// <param name="Phase">E.g. "source runs".</param>
/// <param name="Done">Outer steps done in all phases.</param>
/// <param name="Total">Outer steps planned in all phases.</param>
/// <param name="Value">Meta-objective or loss of the last outer step.</param>
public readonly record struct LearningProgress(string Phase, int Done, int Total, double Value);
