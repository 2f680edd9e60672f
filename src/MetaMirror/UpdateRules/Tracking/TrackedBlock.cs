using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Tracking;

/// <summary>
/// Where one tensor (m x n) has its factors and moments in the state of a tracked basis. Bases are kept as rows. Order: L and V_L [m x m]; then, tracked,
/// acc and Q [r x n], or, small, R and V_R [n x n]; the prior per column [k], then of the residual [1]; m of D [m x k] and of the residual [m x n]; v likewise;
/// the sum of gradients that the residual has not seen [m x n], where it does not see each. A side that is not rotated has no factor and no basis.
/// </summary>
internal sealed class TrackedBlock<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TrackedBlock(BasisBlock<T> start, TrackedBasisOptions options)
    {
        Start = start;
        Block = start.Block;
        (M, N) = (Block.Rows, Block.Columns);

        // A basis of all columns leaves a residual of rounding errors alone, which dividing by their size would blow up.
        IsTracked = N > options.LargestColumns && start.Rank < N;
        HasLeft = M > 1 && M <= options.LargestRows && (N > 1 || options.RotateVectors) && (!IsTracked || options.RotateTracked);
        HasRight = N > 1 && (IsTracked || N <= options.LargestAspect * M);
        Columns = IsTracked ? start.Rank : N;
        RotatesResidual = IsTracked && HasLeft && options.RotateResidual;
        LeftLength = HasLeft ? M * M : 0;
        RightLength = HasRight ? Columns * N : 0;
        FactorLength = (2 * LeftLength) + (2 * RightLength) + Columns + 1;
        KeptLength = M * Columns;
        MomentLength = KeptLength + (IsTracked ? Block.Length : 0);
        SumLength = IsTracked && options.ResidualEvery > 1 ? Block.Length : 0;
        Eigenvalues = TrackedPrior.Eigenvalues(start);
        RestTrace = TrackedPrior.RestTrace(start);
        HasPrior = start.Prior.ContainsAnyExcept(T.Zero) || start.Rest.ContainsAnyExcept(T.Zero);
    }

    /// <summary>Start basis and prior; its left basis is not used: hidden units belong to the run.</summary>
    public BasisBlock<T> Start { get; }

    public ParameterBlock Block { get; }

    public int M { get; }

    public int N { get; }

    /// <summary>k: r of a tracked basis, else n.</summary>
    public int Columns { get; }

    public bool IsTracked { get; }

    public bool HasLeft { get; }

    /// <summary>False for vectors, and for flat tensors beyond <see cref="TrackedBasisOptions.LargestAspect"/>.</summary>
    public bool HasRight { get; }

    public bool RotatesResidual { get; }

    public bool HasPrior { get; }

    /// <summary>Those of the prior: sums over its rows, taken once.</summary>
    public double[] Eigenvalues { get; }

    public double RestTrace { get; }

    public int LeftLength { get; }

    public int RightLength { get; }

    public int FactorLength { get; }

    /// <summary>Length of D.</summary>
    public int KeptLength { get; }

    /// <summary>Length of D and residual together.</summary>
    public int MomentLength { get; }

    /// <summary>Length of the sum of gradients for the residual; 0 where it takes each by itself.</summary>
    public int SumLength { get; }

    public int StateLength => FactorLength + (2 * MomentLength) + SumLength;

    /// <summary>Scratch of <see cref="TrackedFactors{T}.Advance"/>.</summary>
    public int AdvanceScratch
    {
        get
        {
            int left = HasLeft ? EigenRows.FollowScratch(M) : 0;
            int right = IsTracked ? (2 * RightLength) + (3 * Columns * Columns) + OrthonormalRows.Scratch(Columns) : HasRight ? EigenRows.FollowScratch(N) : 0;
            int prior = Columns * Math.Max(1, Start.Rank);
            return Math.Max(KeptLength, Math.Max(prior, Math.Max(left, right)));
        }
    }

    public Span<T> Factors(Span<T> state) => state[..FactorLength];

    /// <summary>The prior of each column, then of the residual.</summary>
    public ReadOnlySpan<T> Prior(ReadOnlySpan<T> factors) => factors[^(Columns + 1)..];

    public Span<T> First(Span<T> state) => state.Slice(FactorLength, MomentLength);

    public Span<T> Second(Span<T> state) => state.Slice(FactorLength + MomentLength, MomentLength);

    public Span<T> Sum(Span<T> state) => state.Slice(FactorLength + (2 * MomentLength), SumLength);
}
