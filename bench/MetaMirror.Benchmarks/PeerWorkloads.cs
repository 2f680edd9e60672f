using BenchmarkDotNet.Attributes;
using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Numerics;

namespace MetaMirror.Benchmarks;

/// <summary>Every workload of <c>metamirror bench</c>, by its name: whatever joins the catalogue is here too.</summary>
[MemoryDiagnoser]
public class PeerWorkloads
{
    private Action _call = () => { };

    /// <summary>The workload.</summary>
    [ParamsSource(nameof(Names))]
    public string Workload { get; set; } = "";

    /// <summary>Threads.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => Workloads.All.Select(w => w.Name);

    [GlobalSetup]
    public void MakeData() => _call = Workloads.All.Single(w => string.Equals(w.Name, Workload, StringComparison.Ordinal))
        .MakeData(new WorkloadContext(new WorkerTeam(Threads), 1))();

    [Benchmark]
    public void Call() => _call();
}
