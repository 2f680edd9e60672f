namespace MetaMirror.Experiments.Benchmarks;

/// <summary>One thing to be timed, by its name.</summary>
/// <param name="Name">Name with its sizes, such as <c>gemm-512x512x512</c>; the same as of the peer that it is compared with.</param>
/// <param name="Work">The least work of one call.</param>
/// <param name="MakeData">Draws data and parameters; what it returns plans all further memory and returns the call to be timed. So the memory of a workload is
/// told from that of its data.</param>
public sealed record Workload(string Name, Work Work, Func<WorkloadContext, Func<Action>> MakeData)
{
    private const int Usual = 3;

    /// <summary>Calls before the clock starts, at least. Default: 3.</summary>
    public int WarmUps { get; init; } = Usual;

    /// <summary>Whether every multiplication has to be done: data without zeros, no algorithm with fewer. Default: no.</summary>
    public bool IsDense { get; init; }

    /// <summary>Timed calls at most, for workloads that take long. Default: as many as asked for.</summary>
    public int MostRepeats { get; init; } = int.MaxValue;

    /// <summary>The same workload for one that takes about a second: one call to warm up, three timed.</summary>
    public Workload Long() => this with { WarmUps = 1, MostRepeats = Usual };
}
