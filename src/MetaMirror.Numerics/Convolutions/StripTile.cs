using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Micro-kernel: the windows of listed pixels, of 1 to 10 vectors each, times their values. The sums stay in registers.</summary>
internal static unsafe class StripTile<T, TVector, TSimd, TWidth>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TWidth : struct, ITileWidth
{
    private static int N => TSimd.Count;

    /// <summary>sums ← sums + Σ over entries of value · window. Narrow windows have two sums each, or the products would wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(T* values, T* offsets, nint count, byte* strips, T* sums)
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default;
        TVector s5 = default, s6 = default, s7 = default, s8 = default, s9 = default;
        nint e = 0;
        if (TWidth.Vectors <= 5)
        {
            for (; e < count - 1; e += 2)
            {
                TVector v = TSimd.Broadcast(values[e]), u = TSimd.Broadcast(values[e + 1]);
                T* x = (T*)(strips + StripEntries<T>.Offset(offsets, e)), z = (T*)(strips + StripEntries<T>.Offset(offsets, e + 1));
                s0 = TSimd.MultiplyAdd(v, TSimd.Load(x), s0);
                s5 = TSimd.MultiplyAdd(u, TSimd.Load(z), s5);
                if (TWidth.Vectors > 1)
                {
                    s1 = TSimd.MultiplyAdd(v, TSimd.Load(x + N), s1);
                    s6 = TSimd.MultiplyAdd(u, TSimd.Load(z + N), s6);
                }

                if (TWidth.Vectors > 2)
                {
                    s2 = TSimd.MultiplyAdd(v, TSimd.Load(x + (2 * N)), s2);
                    s7 = TSimd.MultiplyAdd(u, TSimd.Load(z + (2 * N)), s7);
                }

                if (TWidth.Vectors > 3)
                {
                    s3 = TSimd.MultiplyAdd(v, TSimd.Load(x + (3 * N)), s3);
                    s8 = TSimd.MultiplyAdd(u, TSimd.Load(z + (3 * N)), s8);
                }

                if (TWidth.Vectors > 4)
                {
                    s4 = TSimd.MultiplyAdd(v, TSimd.Load(x + (4 * N)), s4);
                    s9 = TSimd.MultiplyAdd(u, TSimd.Load(z + (4 * N)), s9);
                }
            }

            s0 = TSimd.Add(s0, s5);
            s1 = TSimd.Add(s1, s6);
            s2 = TSimd.Add(s2, s7);
            s3 = TSimd.Add(s3, s8);
            s4 = TSimd.Add(s4, s9);
        }

        for (; e < count; e++)
        {
            TVector v = TSimd.Broadcast(values[e]);
            T* x = (T*)(strips + StripEntries<T>.Offset(offsets, e));
            s0 = TSimd.MultiplyAdd(v, TSimd.Load(x), s0);
            if (TWidth.Vectors > 1)
                s1 = TSimd.MultiplyAdd(v, TSimd.Load(x + N), s1);
            if (TWidth.Vectors > 2)
                s2 = TSimd.MultiplyAdd(v, TSimd.Load(x + (2 * N)), s2);
            if (TWidth.Vectors > 3)
                s3 = TSimd.MultiplyAdd(v, TSimd.Load(x + (3 * N)), s3);
            if (TWidth.Vectors > 4)
                s4 = TSimd.MultiplyAdd(v, TSimd.Load(x + (4 * N)), s4);
            if (TWidth.Vectors > 5)
                s5 = TSimd.MultiplyAdd(v, TSimd.Load(x + (5 * N)), s5);
            if (TWidth.Vectors > 6)
                s6 = TSimd.MultiplyAdd(v, TSimd.Load(x + (6 * N)), s6);
            if (TWidth.Vectors > 7)
                s7 = TSimd.MultiplyAdd(v, TSimd.Load(x + (7 * N)), s7);
            if (TWidth.Vectors > 8)
                s8 = TSimd.MultiplyAdd(v, TSimd.Load(x + (8 * N)), s8);
            if (TWidth.Vectors > 9)
                s9 = TSimd.MultiplyAdd(v, TSimd.Load(x + (9 * N)), s9);
        }

        Add(s0, sums);
        if (TWidth.Vectors > 1)
            Add(s1, sums + N);
        if (TWidth.Vectors > 2)
            Add(s2, sums + (2 * N));
        if (TWidth.Vectors > 3)
            Add(s3, sums + (3 * N));
        if (TWidth.Vectors > 4)
            Add(s4, sums + (4 * N));
        if (TWidth.Vectors > 5)
            Add(s5, sums + (5 * N));
        if (TWidth.Vectors > 6)
            Add(s6, sums + (6 * N));
        if (TWidth.Vectors > 7)
            Add(s7, sums + (7 * N));
        if (TWidth.Vectors > 8)
            Add(s8, sums + (8 * N));
        if (TWidth.Vectors > 9)
            Add(s9, sums + (9 * N));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TVector sum, T* target) => TSimd.Store(TSimd.Add(TSimd.Load(target), sum), target);
}
