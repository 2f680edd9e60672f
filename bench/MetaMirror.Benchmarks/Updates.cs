using BenchmarkDotNet.Attributes;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Benchmarks;

/// <summary>Update rules alone on the 235,146 parameters of the peer's perceptron, gradients given.</summary>
[MemoryDiagnoser]
public class Updates
{
    private static readonly Dictionary<string, UpdateRule<float>> Rules = new(StringComparer.Ordinal)
    {
        ["sgd"] = new Sgd<float>(new SgdOptions { LearningRate = 0.01 }),
        ["sgd-momentum"] = new Sgd<float>(new SgdOptions { LearningRate = 0.01, Momentum = 0.9 }),
        ["adam"] = new Adam<float>(),
        ["nadam"] = new NAdam<float>(),
        ["lion"] = new Lion<float>(),
        ["prodigy"] = new Prodigy<float>(),
        ["schedule-free"] = new ScheduleFreeAdamW<float>(),
        ["muon"] = new Muon<float>(),
        ["soap"] = new Soap<float>(),
        ["shampoo"] = new Shampoo<float>(),
        ["diagonal"] = new MirrorDescent<float>(new DiagonalQuadratic<float>(), 0.01),
        ["max-of-3"] = new MirrorDescent<float>(new MaxOfDiagonals<float>(3), 0.01),
    };

    private Action _step = () => { };

    /// <summary>The rule.</summary>
    [ParamsSource(nameof(Names))]
    public string Rule { get; set; } = "";

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => Rules.Keys;

    [GlobalSetup]
    public void MakeData() => _step = UpdateWorkload.Of(Rule, Workloads.Mlp.Layout, Rules[Rule]).MakeData(new WorkloadContext(new WorkerTeam(1), 1))();

    [Benchmark]
    public void Step() => _step();
}
