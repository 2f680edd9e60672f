using System.Collections.Immutable;

namespace MetaMirror.UpdateRules;

/// <summary>How the bases of <see cref="TrackedBasis{T}"/> are brought up to date.</summary>
public enum BasisRefresh
{
    /// <summary>One step of orthogonal iteration from the basis at hand, as SOAP's authors do; eigenvectors at the first step alone.</summary>
    Following,

    /// <summary>All eigenvectors of the averaged factor, each time: ten times the cost.</summary>
    Eigenvectors,
}

/// <summary>Options of <see cref="TrackedBasis{T}"/>.</summary>
public sealed record TrackedBasisOptions
{
    /// <summary>Step size. Default 0.016.</summary>
    public double LearningRate { get; init; } = 0.016;

    /// <summary>b1, Nesterov momentum. Default 0.9.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>b2, averaging of second moments. Default 0.99.</summary>
    public double Averaging { get; init; } = 0.99;

    /// <summary>Power of the second moment that a step is divided by, in (0, 1). Default 0.5.</summary>
    public double Exponent { get; init; } = 0.5;

    /// <summary>c, weight of the learned prior beside the running average: its share at step t is c b2^t / (1 - b2^t + c b2^t). Default 0.</summary>
    public double PriorWeight { get; init; }

    /// <summary>
    /// Trust region: no entry of a direction N = m / v^e goes beyond this, in the coordinates of the bases. Where bases have just turned, v is that of other directions while the
    /// momentum is not, and N would have no bound. Default 3; infinity for none.
    /// </summary>
    public double TrustRegion { get; init; } = 3;

    /// <summary>Averaging of the factors G G^T and G^T G that bases come from. Default 0.95.</summary>
    public double FactorAveraging { get; init; } = 0.95;

    /// <summary>r, columns of a tracked basis; clamped to what a tensor has. Default 32.</summary>
    public int Rank { get; init; } = 32;

    /// <summary>A factor with more columns is never formed: a basis of <see cref="Rank"/> columns is tracked instead, unless those are all. Default 200.</summary>
    public int LargestColumns { get; init; } = 200;

    /// <summary>Tensors with more rows are not rotated on the output side, whatever <see cref="RotateResidual"/> says; 0: none are. Default 1,024.</summary>
    public int LargestRows { get; init; } = 1024;

    /// <summary>
    /// True: what a low-rank basis keeps is rotated on the output side too, and what it leaves out with <see cref="RotateResidual"/>. False: tensors with such a basis are not rotated on the output side, nor is their residual. Default true.
    /// </summary>
    public bool RotateTracked { get; init; } = true;

    /// <summary>
    /// Flat tensors, of more than so many times as many columns as rows, are not rotated on the input side, unless a low-rank basis is tracked there: their factor costs more than they have entries. Default infinity: all are.
    /// </summary>
    public double LargestAspect { get; init; } = double.PositiveInfinity;

    /// <summary>True: vectors (biases, norm parameters) are rotated by the eigenbasis of the averaged g g^T too; false: they are divided elementwise. Default false: it bought nothing where tried.</summary>
    public bool RotateVectors { get; init; }

    /// <summary>True: the output-side factor of a tracked tensor averages G Q (G Q)^T; false: G G^T, at columns / r times the cost. Default true.</summary>
    public bool ProjectedFactor { get; init; } = true;

    /// <summary>Steps between refreshes of the bases. Default 10.</summary>
    public int RefreshEvery { get; init; } = 10;

    /// <summary>Further refreshes, at these steps counted from 0, while the factors are young. Default 1, 3, 6.</summary>
    public ImmutableArray<int> EarlyRefreshes { get; init; } = [1, 3, 6];

    /// <summary>How bases are brought up to date. Default following.</summary>
    public BasisRefresh Refresh { get; init; }

    /// <summary>
    /// True: what a tracked basis leaves out is rotated on the output side before it is divided by its second moments. False: it stays as it is, which saves
    /// two products of rows x rows x columns a step. Default true.
    /// </summary>
    public bool RotateResidual { get; init; } = true;

    /// <summary>
    /// s: what a tracked basis leaves out moves at every s-th step alone, by the mean gradient since it last did, as a run of batches s times as large would: with b1^s, b2^s and a step
    /// sqrt(s) as long (Malladi et al. 2022, "On the SDEs and scaling rules for adaptive gradient algorithms"). Its products are most of the cost of a step. Default 1.
    /// </summary>
    public int ResidualEvery { get; init; } = 1;

    /// <summary>G G^T (and G^T G of small factors) is taken from one gradient in so many. Default 1; the first ten are always taken.</summary>
    public int FactorEvery { get; init; } = 1;

    /// <summary>The same for the average that tracks a low-rank basis. Default 1.</summary>
    public int TrackEvery { get; init; } = 1;

    /// <summary>
    /// Names of the meta-parameters that hypergradients may move: learning_rate, momentum, averaging, exponent, prior_weight, or scales (one factor per tensor).
    /// Default: learning_rate and scales.
    /// </summary>
    public ImmutableArray<string> Learn { get; init; } = ["learning_rate", "scales"];
}
