using MetaMirror.Divergences.Factors;

namespace MetaMirror.Divergences;

/// <summary>Forms and start of a <see cref="KroneckerDivergence{T}"/>.</summary>
public sealed record KroneckerOptions
{
    /// <summary>Form of L. Default: by size.</summary>
    public FactorKind Left { get; init; } = FactorKind.Automatic;

    /// <summary>Form of R. Default: by size.</summary>
    public FactorKind Right { get; init; } = FactorKind.Automatic;

    /// <summary>Columns of U in a low-rank factor; a smaller matrix of order n has n - 1. Default: 64.</summary>
    public int Rank { get; init; } = 64;

    /// <summary>Largest order that <see cref="FactorKind.Automatic"/> takes dense, at most 1,024. Default: 1,024.</summary>
    public int LargestDense { get; init; } = DenseLimit;

    /// <summary>p of the start L kron R = p I. Default: 1.</summary>
    public double Initial { get; init; } = 1;

    /// <summary>Length of the columns of U at the start, relative to sqrt(p): U = 0 would never be left. Default: 0.1.</summary>
    public double Spread { get; init; } = 0.1;

    /// <summary>Seed of the draw of U. Default: 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Largest order of a dense factor.</summary>
    internal static int DenseLimit => DenseFactor<double>.Limit;

    internal KroneckerOptions Checked()
    {
        if (!Enum.IsDefined(Left) || !Enum.IsDefined(Right))
            throw new ArgumentException($"Left and Right must be kinds of factors, but are {Left} and {Right}.", nameof(Left));
        if (Left == FactorKind.Identity && Right == FactorKind.Identity)
            throw new ArgumentException("Left and Right are both the identity: expected a factor to learn on one side at least; without one, ScaledIdentity is meant.", nameof(Left));
        if (Rank < 1)
            throw new ArgumentException($"Rank must be 1 or more, but is {Rank}.", nameof(Rank));
        if (LargestDense < 0 || LargestDense > DenseLimit)
            throw new ArgumentException($"LargestDense must be 0 to {DenseLimit}, but is {LargestDense}.", nameof(LargestDense));
        if (!(Initial > 0) || !double.IsFinite(Initial))
            throw new ArgumentException(FormattableString.Invariant($"Initial must be positive and finite, but is {Initial}."), nameof(Initial));
        if (!(Spread > 0) || !double.IsFinite(Spread))
            throw new ArgumentException(FormattableString.Invariant($"Spread must be positive and finite, but is {Spread}."), nameof(Spread));
        return this;
    }
}
