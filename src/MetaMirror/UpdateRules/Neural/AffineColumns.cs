using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Neural;

/// <summary>Z = W X + b 1^T, its tangent and cotangent, where a column is a coordinate: W [rows, inputs], X [inputs, n], Z [rows, n].</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Rows">Rows of W.</param>
/// <param name="Inputs">Columns of W.</param>
internal readonly record struct AffineColumns<T>(int Rows, int Inputs)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Numbers of W.</summary>
    public int Length => Rows * Inputs;

    /// <summary>Each row of z becomes its number of b.</summary>
    public static void Fill(ReadOnlySpan<T> b, int n, Span<T> z)
    {
        for (int r = 0; r < b.Length; r++)
            z.Slice(r * n, n).Fill(b[r]);
    }

    /// <summary>ab += the sums of rows of aZ.</summary>
    public static void AddSums(ReadOnlySpan<T> aZ, int n, Span<T> ab)
    {
        for (int r = 0; r < ab.Length; r++)
            ab[r] += T.CreateTruncating(Vectors.Sum(aZ.Slice(r * n, n)));
    }

    /// <summary>Z += W X.</summary>
    public void Add(ReadOnlySpan<T> w, ReadOnlySpan<T> x, int n, Span<T> z) => Gemm.Multiply(false, false, Rows, n, Inputs, T.One, w, x, T.One, z);

    /// <summary>dZ += dW X + W dX.</summary>
    public void AddTangent(ReadOnlySpan<T> w, ReadOnlySpan<T> dW, ReadOnlySpan<T> x, ReadOnlySpan<T> dX, int n, Span<T> dZ)
    {
        Add(dW, x, n, dZ);
        Add(w, dX, n, dZ);
    }

    /// <summary>aW += aZ X^T.</summary>
    public void AddOuter(ReadOnlySpan<T> x, ReadOnlySpan<T> aZ, int n, Span<T> aW) => Gemm.Multiply(false, true, Rows, Inputs, n, T.One, aZ, x, T.One, aW);

    /// <summary>aX = beta aX + W^T aZ.</summary>
    public void PullBack(ReadOnlySpan<T> w, ReadOnlySpan<T> aZ, int n, T beta, Span<T> aX) => Gemm.Multiply(true, false, Inputs, n, Rows, T.One, w, aZ, beta, aX);
}
