using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Benchmarks;

public sealed class WorkloadTests
{
    /// <summary>Names of the peer's workloads.</summary>
    private static readonly string[] Names =
    [
        "mlp-b128-sgdm-step", "mlp-b128-adam-step", "mlp-b128-gradient", "mlp-b128-hvp", "mlp-b128-hypergradient-T100",
        "lenet-b128-sgdm-step", "lenet-b128-adam-step", "lenet-b128-gradient", "lenet-b128-hvp", "resnet18-b32-sgdm-step",
        "update-235k-sgdm", "update-235k-adam", "logistic-d20-outer-step",
        "gemm-512x512x512", "gemm-1024x1024x1024", "gemm-128x784x256", "gemm-64x576x1024",
    ];

    private static readonly Network Small = Network.Mlp(6, 5, 3);

    public static TheoryData<Workload> SmallOnes() =>
    [
        .. new NetworkWorkloads("small", Small, 4).All(),
        HypergradientWorkload.Of("small", Small, 4, 9),
        UpdateWorkload.Of("update", Small.Layout, new Adam<float>()),
        LogisticWorkload.Of(3),
        GemmWorkload.Of(8, 9, 10),
    ];

    [Fact]
    public void The_names_are_the_peers() => Assert.Equal(Names.Order(StringComparer.Ordinal), Workloads.All.Select(w => w.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_workload_has_a_floor() => Assert.All(Workloads.All, w => Assert.True(w.Work.Flops > 0 || (w.Work.Bytes > 0 && w.Work.WorkingSet > 0), w.Name));

    [Fact]
    public void The_perceptron_has_the_parameters_its_updates_name() => Assert.Equal(235_146, Workloads.Mlp.Layout.Length);

    [Theory]
    [MemberData(nameof(SmallOnes), DisableDiscoveryEnumeration = true)]
    public void Calls_may_be_repeated(Workload workload)
    {
        Action call = workload.MakeData(new WorkloadContext(new WorkerTeam(2), 1))();
        for (int i = 0; i < 105; i++)
            call();
        Assert.True(workload.Work.Flops + workload.Work.Bytes > 0);
    }

    [Fact]
    public void The_metric_of_the_hypergradient_is_M()
    {
        const int steps = 3, batch = 4;
        var context = new WorkloadContext(new WorkerTeam(1), 1);
        var workload = new HypergradientWorkload.HypergradientOfMetric(HypergradientWorkload.Task(context, "small", Small, batch, steps), steps, 1);
        workload.Compute();

        // One step from theta_1: theta_2 - theta_1 = -0.1 g / M^2, so E = 0.005 g^2 / M^2 falls with M; so it does for a few such steps.
        double norm = Vectors.SquaredNorm(workload.InM);
        workload.Compute();
        Assert.Equal(norm, Vectors.SquaredNorm(workload.InM));
        Assert.True(Vectors.Sum(workload.InM) < 0);
        Assert.Equal(-2 * workload.Report!.Value, Vectors.Sum(workload.InM), 0.2 * workload.Report.Value);
    }
}
