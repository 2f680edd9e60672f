using System.Collections.Immutable;
using MetaMirror.Networks;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>The points of a <see cref="ScalingStudy"/>; where one thing grows, the others are batch 128, width 256, two hidden layers.</summary>
public sealed record ScalingPlan
{
    /// <summary>Batches. Default: 8 to 512.</summary>
    public ImmutableArray<int> Batches { get; init; } = [8, 16, 32, 64, 128, 256, 512];

    /// <summary>Widths of inputs and hidden layers. Default: 32 to 1,024.</summary>
    public ImmutableArray<int> Widths { get; init; } = [32, 64, 128, 256, 512, 1024];

    /// <summary>Numbers of hidden layers. Default: 1 to 16.</summary>
    public ImmutableArray<int> Depths { get; init; } = [1, 2, 4, 8, 16];

    /// <summary>Inner steps. Default: 25 to 500.</summary>
    public ImmutableArray<int> Steps { get; init; } = [25, 50, 100, 200, 500];

    /// <summary>Inner steps of LeNet-5. Default: 100 and 500.</summary>
    public ImmutableArray<int> LeNetSteps { get; init; } = [100, 500];

    /// <summary>What is trained for the hypergradients through <see cref="Steps"/>. Default: 784-256-128-10.</summary>
    public Network HypergradientNetwork { get; init; } = Workloads.Mlp;

    /// <summary>Number of points.</summary>
    public int Points => Batches.Length + Widths.Length + Depths.Length + Steps.Length + LeNetSteps.Length;
}
