using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Cli.Engines;

/// <summary>What long work needs besides its request.</summary>
/// <param name="Seed">Master seed.</param>
/// <param name="Threads">Worker threads.</param>
/// <param name="Data">Where data sets are looked for.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Runs">Told of runs.</param>
/// <param name="Learning">Told of learning.</param>
/// <param name="Warn">Told what a person should know.</param>
/// <param name="Canceled">Set by Ctrl-C.</param>
internal sealed record EngineContext(
    ulong Seed,
    int Threads,
    DataLocations Data,
    TimeProvider Clock,
    IProgress<RunProgress> Runs,
    IProgress<LearningProgress> Learning,
    Action<string> Warn,
    CancellationToken Canceled)
{
    /// <summary>Seed and threads of learning.</summary>
    public LearningSettings Settings => new(Seed, Threads);
}
