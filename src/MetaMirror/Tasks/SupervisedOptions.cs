using MetaMirror.Networks;
using MetaMirror.Objectives;

namespace MetaMirror.Tasks;

/// <summary>How a supervised task is trained.</summary>
/// <param name="BatchSize">Examples in a mini-batch, at least 1.</param>
public sealed record SupervisedOptions(int BatchSize)
{
    /// <summary>BatchSize.</summary>
    public int BatchSize { get; } = BatchSize >= 1 ? BatchSize : throw new ArgumentOutOfRangeException(nameof(BatchSize), BatchSize, "A mini-batch needs at least one example.");

    /// <summary>How mini-batches are drawn. Default: with replacement.</summary>
    public BatchOrder Order { get; init; }

    /// <summary>L2 regularization of the training objective, 1/2 h ||theta||^2. Default: none.</summary>
    public RegularizerWeight? Regularizer { get; init; }

    /// <summary>True to start at theta = 0 instead of random weights: for convex problems. Default: false.</summary>
    public bool StartAtZero { get; init; }

    /// <summary>The loss. Default: the usual one for the data's targets.</summary>
    public NetworkLoss? Loss { get; init; }
}
