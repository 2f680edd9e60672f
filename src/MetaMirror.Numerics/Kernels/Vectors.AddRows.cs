using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

public static partial class Vectors
{
    /// <summary>y_j ← y_j + Σ_i x_ij, rows in order: the same bits as adding one row after the other, in one pass over y.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="rows">Number of rows.</param>
    /// <param name="x">Shape [rows, n].</param>
    /// <param name="y">Shape [n]; overwritten; shares no memory with x.</param>
    /// <exception cref="ArgumentException">x is not rows times as long as y, or overlaps it.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static unsafe void AddRows<T>(int rows, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.NotNegative(rows, nameof(rows));
        Require.Shape(rows, y.Length, x.Length, nameof(x), "rows x n");
        Require.Disjoint(x, y, nameof(x), nameof(y));
        fixed (T* px = x, py = y)
        {
            // Narrower and narrower: what is left of a row waits for additions, however few there are.
            nint done = 0, n = y.Length;
            if (Vector512.IsHardwareAccelerated)
                done = AddColumns<T, Vector512<T>, Simd512<T>>(rows, px, n, py, n);
            if (Vector256.IsHardwareAccelerated)
                done += AddColumns<T, Vector256<T>, Simd256<T>>(rows, px + done, n, py + done, n - done);
            if (Vector128.IsHardwareAccelerated)
                done += AddColumns<T, Vector128<T>, Simd128<T>>(rows, px + done, n, py + done, n - done);
            AddColumns<T, T, SimdScalar<T>>(rows, px + done, n, py + done, n - done);
        }
    }

    /// <summary>Whole vectors of columns only, four at a time and then one by one; returns the number of columns done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe nint AddColumns<T, TVector, TSimd>(int rows, T* x, nint stride, T* y, nint n)
        where T : unmanaged
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        nint j = 0, width = TSimd.Count;
        for (; j <= n - (4 * width); j += 4 * width)
        {
            TVector s0 = TSimd.Load(y + j), s1 = TSimd.Load(y + j + width), s2 = TSimd.Load(y + j + (2 * width)), s3 = TSimd.Load(y + j + (3 * width));
            T* row = x + j;
            for (int i = 0; i < rows; i++, row += stride)
            {
                s0 = TSimd.Add(s0, TSimd.Load(row));
                s1 = TSimd.Add(s1, TSimd.Load(row + width));
                s2 = TSimd.Add(s2, TSimd.Load(row + (2 * width)));
                s3 = TSimd.Add(s3, TSimd.Load(row + (3 * width)));
            }

            TSimd.Store(s0, y + j);
            TSimd.Store(s1, y + j + width);
            TSimd.Store(s2, y + j + (2 * width));
            TSimd.Store(s3, y + j + (3 * width));
        }

        for (; j <= n - width; j += width)
        {
            TVector s = TSimd.Load(y + j);
            T* row = x + j;
            for (int i = 0; i < rows; i++, row += stride)
                s = TSimd.Add(s, TSimd.Load(row));
            TSimd.Store(s, y + j);
        }

        return j;
    }
}
