using MetaMirror.Networks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>All workloads. Names, shapes and batches are those of the peer.</summary>
public static class Workloads
{
    private const int Batch = 128;

    /// <summary>784-256-128-10 with ReLU: 235,146 parameters.</summary>
    public static Network Mlp { get; } = Network.Mlp(784, 256, 128, 10);

    /// <summary>The workloads in the order of tables.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        .. new NetworkWorkloads("mlp", Mlp, Batch).All(),
        .. new NetworkWorkloads("lenet", Network.LeNet5(), Batch).All(),
        HypergradientWorkload.Of("mlp", Mlp, Batch, 100),
        UpdateWorkload.Of("update-235k-sgdm", Mlp.Layout, new Sgd<float>(new SgdOptions { LearningRate = 0.01, Momentum = 0.9 })),
        UpdateWorkload.Of("update-235k-adam", Mlp.Layout, new Adam<float>(new AdamOptions { LearningRate = 1e-3 })),
        LogisticWorkload.Of(20),
        GemmWorkload.Of(512, 512, 512),
        GemmWorkload.Of(1024, 1024, 1024),
        GemmWorkload.Of(128, 784, 256),
        GemmWorkload.Of(64, 576, 1024),
        new NetworkWorkloads("resnet18", Network.ResNet18(), 32).SgdStep().Long(),
    ];
}
