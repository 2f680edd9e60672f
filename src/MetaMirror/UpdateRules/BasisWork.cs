using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Scratch of one tensor in rotated coordinates: D (m x r) and Q (m x n).</summary>
internal readonly ref struct BasisWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly BasisBlock<T> _b;

    public BasisWork(BasisBlock<T> block, Span<T> scratch, int largest)
    {
        _b = block;
        D = scratch[..(block.Block.Rows * block.Rank)];
        Q = scratch.Slice(largest, block.Block.Length);
    }

    /// <summary>[m x r].</summary>
    public Span<T> D { get; }

    /// <summary>[m x n].</summary>
    public Span<T> Q { get; }

    private int M => _b.Block.Rows;

    private int N => _b.Block.Columns;

    private int R => _b.Rank;

    /// <summary>G' = V_L^T G, D = G' U, Q = G' - D U^T.</summary>
    public void Rotate(ReadOnlySpan<T> g)
    {
        RotateWhole(g, T.One);
        if (!_b.IsFull && R > 0)
            Gemm.Multiply(false, true, M, N, R, -T.One, D, _b.Right, T.One, Q);
    }

    /// <summary>Q = factor V_L^T G, D = Q U: the cotangents of N_Q and N_D.</summary>
    public void RotateWhole(ReadOnlySpan<T> g, T factor)
    {
        if (_b.Left.Length == 0)
        {
            g.CopyTo(Q);
            Vectors.Scale(factor, Q);
        }
        else
        {
            Gemm.Multiply(true, false, M, N, M, factor, _b.Left, g, T.Zero, Q);
        }

        if (R > 0)
            Gemm.Multiply(false, false, M, R, N, T.One, Q, _b.Right, T.Zero, D);
    }

    /// <summary>theta += factor V_L (N_D U^T + N_Q) with N_D in D and N_Q in Q; Q is overwritten.</summary>
    public void RotateBack(T factor, Span<T> theta)
    {
        if (R > 0)
            Gemm.Multiply(false, true, M, N, R, T.One, D, _b.Right, _b.IsFull ? T.Zero : T.One, Q);
        AddRotated(factor, theta);
    }

    /// <summary>aG += V_L (aQ + (aD - aQ U) U^T) with aD in D and aQ in Q; both are overwritten.</summary>
    public void AddGradientCotangent(Span<T> aGradient)
    {
        if (!_b.IsFull && R > 0)
            Gemm.Multiply(false, false, M, R, N, -T.One, Q, _b.Right, T.One, D);
        RotateBack(T.One, aGradient);
    }

    private void AddRotated(T factor, Span<T> theta)
    {
        if (_b.Left.Length == 0)
            Vectors.AddScaled(factor, Q, theta);
        else
            Gemm.Multiply(false, false, M, N, M, factor, _b.Left, Q, T.One, theta);
    }
}
