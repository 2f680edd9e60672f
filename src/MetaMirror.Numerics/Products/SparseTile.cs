using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Number of vectors of columns in a tile of <see cref="SparseTile{T, TVector, TSimd, TWidth}"/>.</summary>
internal interface ITileWidth
{
    static abstract int Vectors { get; }
}

internal readonly struct FourVectors : ITileWidth
{
    public static int Vectors => 4;
}

internal readonly struct FiveVectors : ITileWidth
{
    public static int Vectors => 5;
}

internal readonly struct SixVectors : ITileWidth
{
    public static int Vectors => 6;
}

internal readonly struct SevenVectors : ITileWidth
{
    public static int Vectors => 7;
}

internal readonly struct EightVectors : ITileWidth
{
    public static int Vectors => 8;
}

/// <summary>
/// Micro-kernel: one row of listed entries times a panel of 4 to 8 vectors of columns, the accumulators in registers. Every element is
/// the chain of multiply-adds of the dense tiles, over fewer p.
/// </summary>
internal static unsafe class SparseTile<T, TVector, TSimd, TWidth>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TWidth : struct, ITileWidth
{
    private static int N => TSimd.Count;

    /// <summary>One segment of p for several rows.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="entries">Their entries.</param>
    /// <param name="starts">Where the segment's entries begin for each row; the next number is where they end.</param>
    /// <param name="stride">From one row's start to the next's.</param>
    /// <param name="panel">The segment's rows of B.</param>
    /// <param name="sums">Chains from the segments before, [rows x vectors]; null where chains start here.</param>
    /// <param name="output">Where the chains go: to C, or to the next segment.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows(int rows, long* entries, int* starts, nint stride, byte* panel, T* sums, in TileOutput<T> output)
    {
        TVector alpha = TSimd.Broadcast(output.Alpha), beta = TSimd.Broadcast(output.Beta);
        bool plain = output.IsPlain, readsC = output.ReadsC;
        T* target = output.Row(0);
        for (; rows > 0; rows--, starts += stride, target += output.RowStride)
        {
            TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
            if (sums is not null)
            {
                s0 = TSimd.Load(sums);
                s1 = TSimd.Load(sums + N);
                s2 = TSimd.Load(sums + (2 * N));
                s3 = TSimd.Load(sums + (3 * N));
                if (TWidth.Vectors > 4)
                    s4 = TSimd.Load(sums + (4 * N));
                if (TWidth.Vectors > 5)
                    s5 = TSimd.Load(sums + (5 * N));
                if (TWidth.Vectors > 6)
                    s6 = TSimd.Load(sums + (6 * N));
                if (TWidth.Vectors > 7)
                    s7 = TSimd.Load(sums + (7 * N));
                sums += TWidth.Vectors * N;
            }

            long* end = entries + starts[1];
            for (long* e = entries + starts[0]; e < end; e += SparseEntries<T>.Words)
            {
                TVector x = TSimd.Broadcast(SparseEntries<T>.Read(e, out nint offset));
                T* b = (T*)(panel + offset);
                s0 = TSimd.MultiplyAdd(x, TSimd.Load(b), s0);
                s1 = TSimd.MultiplyAdd(x, TSimd.Load(b + N), s1);
                s2 = TSimd.MultiplyAdd(x, TSimd.Load(b + (2 * N)), s2);
                s3 = TSimd.MultiplyAdd(x, TSimd.Load(b + (3 * N)), s3);
                if (TWidth.Vectors > 4)
                    s4 = TSimd.MultiplyAdd(x, TSimd.Load(b + (4 * N)), s4);
                if (TWidth.Vectors > 5)
                    s5 = TSimd.MultiplyAdd(x, TSimd.Load(b + (5 * N)), s5);
                if (TWidth.Vectors > 6)
                    s6 = TSimd.MultiplyAdd(x, TSimd.Load(b + (6 * N)), s6);
                if (TWidth.Vectors > 7)
                    s7 = TSimd.MultiplyAdd(x, TSimd.Load(b + (7 * N)), s7);
            }

            SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, target, s0);
            SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, target + N, s1);
            SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, target + (2 * N), s2);
            SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, target + (3 * N), s3);
            if (TWidth.Vectors > 4)
                SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, target + (4 * N), s4);
            if (TWidth.Vectors > 5)
                SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, target + (5 * N), s5);
            if (TWidth.Vectors > 6)
                SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, target + (6 * N), s6);
            if (TWidth.Vectors > 7)
                SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, target + (7 * N), s7);
        }
    }
}
