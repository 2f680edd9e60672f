using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Blockwise;

/// <summary>
/// Which sides of a tensor SOAP rotates, and where its state has what: L, Q_L^T [m x m]; R, Q_R^T [n x n]; the moments m and v. A side that is not rotated has no factors; bases are
/// kept as rows.
/// </summary>
internal sealed class SoapTensor : TensorPlan
{
    public SoapTensor(ParameterBlock block, int largestDimension)
        : base(block)
    {
        // One row or column has only one basis.
        Left = block.IsMatrix && Rows > 1 && Rows <= largestDimension ? checked(Rows * Rows) : 0;
        Right = block.IsMatrix && Columns > 1 && Columns <= largestDimension ? checked(Columns * Columns) : 0;
        StateLength = checked((2 * Left) + (2 * Right) + (2 * block.Length));
        ScratchLength = IsRotated ? checked((2 * block.Length) + Math.Max(block.Length, Math.Max(FollowScratch(Left, Rows), FollowScratch(Right, Columns)))) : 0;
    }

    /// <summary>Length of L, 0 if rows are not rotated.</summary>
    public int Left { get; }

    /// <summary>Length of R, 0 if columns are not rotated.</summary>
    public int Right { get; }

    public bool IsRotated => Left > 0 || Right > 0;

    public override int StateLength { get; }

    public override int ScratchLength { get; }

    /// <summary>m and v.</summary>
    public Span<T> Moments<T>(Span<T> state) => state[((2 * Left) + (2 * Right))..];

    private static int FollowScratch(int factor, int n) => factor > 0 ? EigenRows.FollowScratch(n) : 0;
}
