using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// Micro-kernel: four rows of listed entries times a panel of 3 to 6 vectors of columns, the accumulators in registers. Entries are sorted by pattern, so that a
/// vector of the panel is loaded once for all rows that have an element there.
/// </summary>
/// <remarks>One load for each multiply-add takes 1.2 cycles where the multiply-adds alone take 1 (Zen 4): sharing loads is what this is for. An element is the chain of its
/// multiply-adds pattern by pattern, in order of p within a pattern.</remarks>
internal static unsafe class SparseGroupTile<T, TVector, TSimd, TWidth>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TWidth : struct, ITileWidth
{
    private const int G = SparseGroups<T>.Rows;

    private static int N => TSimd.Count;

    /// <summary>One segment of p for several rows.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="values">Their values in the segment, [p][row] for each group.</param>
    /// <param name="apart">From one group's values to the next's.</param>
    /// <param name="places">The p of all groups by pattern.</param>
    /// <param name="ends">For each group where its places begin, and where those of each pattern end.</param>
    /// <param name="stride">From one group's ends to the next's.</param>
    /// <param name="panel">The segment's rows of B.</param>
    /// <param name="step">Bytes from one of them to the next.</param>
    /// <param name="sums">Chains from the segments before, [rows x vectors], whole groups; null where chains start here.</param>
    /// <param name="output">Where the chains go: to C, or to the next segment.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows(
        int rows, T* values, nint apart, byte* places, int* ends, nint stride, byte* panel, nint step, T* sums, in TileOutput<T> output)
    {
        TVector alpha = TSimd.Broadcast(output.Alpha), beta = TSimd.Broadcast(output.Beta);
        bool plain = output.IsPlain, readsC = output.ReadsC;
        T* target = output.Row(0);
        nint row = output.RowStride;
        for (; rows > 0; rows -= G, values += apart, ends += stride, target += G * row)
        {
            TVector a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
            TVector b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default;
            TVector c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
            TVector d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default;
            if (sums is not null)
            {
                Load(sums, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5);
                Load(sums + (TWidth.Vectors * N), ref b0, ref b1, ref b2, ref b3, ref b4, ref b5);
                Load(sums + (2 * TWidth.Vectors * N), ref c0, ref c1, ref c2, ref c3, ref c4, ref c5);
                Load(sums + (3 * TWidth.Vectors * N), ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
                sums += G * TWidth.Vectors * N;
            }

            byte* e = places + ends[0];
            for (byte* end = places + ends[1]; e < end; e++)
                One(values + (*e * G), 0, panel + (*e * step), ref a0, ref a1, ref a2, ref a3, ref a4, ref a5);
            for (byte* end = places + ends[2]; e < end; e++)
                One(values + (*e * G), 1, panel + (*e * step), ref b0, ref b1, ref b2, ref b3, ref b4, ref b5);
            for (byte* end = places + ends[3]; e < end; e++)
                Two(values + (*e * G), 0, 1, panel + (*e * step), ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5);
            for (byte* end = places + ends[4]; e < end; e++)
                One(values + (*e * G), 2, panel + (*e * step), ref c0, ref c1, ref c2, ref c3, ref c4, ref c5);
            for (byte* end = places + ends[5]; e < end; e++)
                Two(values + (*e * G), 0, 2, panel + (*e * step), ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5);
            for (byte* end = places + ends[6]; e < end; e++)
                Two(values + (*e * G), 1, 2, panel + (*e * step), ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5);
            for (byte* end = places + ends[7]; e < end; e++)
            {
                Three(
                    values + (*e * G), 0, 1, 2, panel + (*e * step), ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5,
                    ref c0, ref c1, ref c2, ref c3, ref c4, ref c5);
            }

            for (byte* end = places + ends[8]; e < end; e++)
                One(values + (*e * G), 3, panel + (*e * step), ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            for (byte* end = places + ends[9]; e < end; e++)
                Two(values + (*e * G), 0, 3, panel + (*e * step), ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            for (byte* end = places + ends[10]; e < end; e++)
                Two(values + (*e * G), 1, 3, panel + (*e * step), ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            for (byte* end = places + ends[11]; e < end; e++)
            {
                Three(
                    values + (*e * G), 0, 1, 3, panel + (*e * step), ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5,
                    ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            }

            for (byte* end = places + ends[12]; e < end; e++)
                Two(values + (*e * G), 2, 3, panel + (*e * step), ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            for (byte* end = places + ends[13]; e < end; e++)
            {
                Three(
                    values + (*e * G), 0, 2, 3, panel + (*e * step), ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5,
                    ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            }

            for (byte* end = places + ends[14]; e < end; e++)
            {
                Three(
                    values + (*e * G), 1, 2, 3, panel + (*e * step), ref b0, ref b1, ref b2, ref b3, ref b4, ref b5, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5,
                    ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            }

            for (byte* end = places + ends[15]; e < end; e++)
            {
                Four(
                    values + (*e * G), 0, 1, 2, 3, panel + (*e * step), ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5,
                    ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            }

            Store(plain, readsC, alpha, beta, target, a0, a1, a2, a3, a4, a5);
            if (rows > 1)
                Store(plain, readsC, alpha, beta, target + row, b0, b1, b2, b3, b4, b5);
            if (rows > 2)
                Store(plain, readsC, alpha, beta, target + (2 * row), c0, c1, c2, c3, c4, c5);
            if (rows > 3)
                Store(plain, readsC, alpha, beta, target + (3 * row), d0, d1, d2, d3, d4, d5);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One(
        T* value, int i, byte* panel, ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3, ref TVector a4, ref TVector a5)
    {
        T* place = (T*)panel;
        TVector x = TSimd.Broadcast(value[i]);
        Add(place, x, ref a0);
        Add(place + N, x, ref a1);
        Add(place + (2 * N), x, ref a2);
        if (TWidth.Vectors > 3)
            Add(place + (3 * N), x, ref a3);
        if (TWidth.Vectors > 4)
            Add(place + (4 * N), x, ref a4);
        if (TWidth.Vectors > 5)
            Add(place + (5 * N), x, ref a5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two(
        T* value, int i, int j, byte* panel, ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3, ref TVector a4, ref TVector a5,
        ref TVector b0, ref TVector b1, ref TVector b2, ref TVector b3, ref TVector b4, ref TVector b5)
    {
        T* place = (T*)panel;
        TVector x = TSimd.Broadcast(value[i]), y = TSimd.Broadcast(value[j]);
        Add(place, x, y, ref a0, ref b0);
        Add(place + N, x, y, ref a1, ref b1);
        Add(place + (2 * N), x, y, ref a2, ref b2);
        if (TWidth.Vectors > 3)
            Add(place + (3 * N), x, y, ref a3, ref b3);
        if (TWidth.Vectors > 4)
            Add(place + (4 * N), x, y, ref a4, ref b4);
        if (TWidth.Vectors > 5)
            Add(place + (5 * N), x, y, ref a5, ref b5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Three(
        T* value, int i, int j, int k, byte* panel, ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3, ref TVector a4, ref TVector a5,
        ref TVector b0, ref TVector b1, ref TVector b2, ref TVector b3, ref TVector b4, ref TVector b5,
        ref TVector c0, ref TVector c1, ref TVector c2, ref TVector c3, ref TVector c4, ref TVector c5)
    {
        T* place = (T*)panel;
        TVector x = TSimd.Broadcast(value[i]), y = TSimd.Broadcast(value[j]), z = TSimd.Broadcast(value[k]);
        Add(place, x, y, z, ref a0, ref b0, ref c0);
        Add(place + N, x, y, z, ref a1, ref b1, ref c1);
        Add(place + (2 * N), x, y, z, ref a2, ref b2, ref c2);
        if (TWidth.Vectors > 3)
            Add(place + (3 * N), x, y, z, ref a3, ref b3, ref c3);
        if (TWidth.Vectors > 4)
            Add(place + (4 * N), x, y, z, ref a4, ref b4, ref c4);
        if (TWidth.Vectors > 5)
            Add(place + (5 * N), x, y, z, ref a5, ref b5, ref c5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(
        T* value, int i, int j, int k, int l, byte* panel, ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3, ref TVector a4, ref TVector a5,
        ref TVector b0, ref TVector b1, ref TVector b2, ref TVector b3, ref TVector b4, ref TVector b5,
        ref TVector c0, ref TVector c1, ref TVector c2, ref TVector c3, ref TVector c4, ref TVector c5,
        ref TVector d0, ref TVector d1, ref TVector d2, ref TVector d3, ref TVector d4, ref TVector d5)
    {
        T* place = (T*)panel;
        TVector x = TSimd.Broadcast(value[i]), y = TSimd.Broadcast(value[j]), z = TSimd.Broadcast(value[k]), w = TSimd.Broadcast(value[l]);
        Add(place, x, y, z, w, ref a0, ref b0, ref c0, ref d0);
        Add(place + N, x, y, z, w, ref a1, ref b1, ref c1, ref d1);
        Add(place + (2 * N), x, y, z, w, ref a2, ref b2, ref c2, ref d2);
        if (TWidth.Vectors > 3)
            Add(place + (3 * N), x, y, z, w, ref a3, ref b3, ref c3, ref d3);
        if (TWidth.Vectors > 4)
            Add(place + (4 * N), x, y, z, w, ref a4, ref b4, ref c4, ref d4);
        if (TWidth.Vectors > 5)
            Add(place + (5 * N), x, y, z, w, ref a5, ref b5, ref c5, ref d5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(T* place, TVector x, ref TVector a)
    {
        TVector v = TSimd.Load(place);
        a = TSimd.MultiplyAdd(x, v, a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(T* place, TVector x, TVector y, ref TVector a, ref TVector b)
    {
        TVector v = TSimd.Load(place);
        a = TSimd.MultiplyAdd(x, v, a);
        b = TSimd.MultiplyAdd(y, v, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(T* place, TVector x, TVector y, TVector z, ref TVector a, ref TVector b, ref TVector c)
    {
        TVector v = TSimd.Load(place);
        a = TSimd.MultiplyAdd(x, v, a);
        b = TSimd.MultiplyAdd(y, v, b);
        c = TSimd.MultiplyAdd(z, v, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(T* place, TVector x, TVector y, TVector z, TVector w, ref TVector a, ref TVector b, ref TVector c, ref TVector d)
    {
        TVector v = TSimd.Load(place);
        a = TSimd.MultiplyAdd(x, v, a);
        b = TSimd.MultiplyAdd(y, v, b);
        c = TSimd.MultiplyAdd(z, v, c);
        d = TSimd.MultiplyAdd(w, v, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(T* sums, ref TVector s0, ref TVector s1, ref TVector s2, ref TVector s3, ref TVector s4, ref TVector s5)
    {
        s0 = TSimd.Load(sums);
        s1 = TSimd.Load(sums + N);
        s2 = TSimd.Load(sums + (2 * N));
        if (TWidth.Vectors > 3)
            s3 = TSimd.Load(sums + (3 * N));
        if (TWidth.Vectors > 4)
            s4 = TSimd.Load(sums + (4 * N));
        if (TWidth.Vectors > 5)
            s5 = TSimd.Load(sums + (5 * N));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(bool plain, bool readsC, TVector alpha, TVector beta, T* c, TVector s0, TVector s1, TVector s2, TVector s3, TVector s4, TVector s5)
    {
        SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, c, s0);
        SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, c + N, s1);
        SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, c + (2 * N), s2);
        if (TWidth.Vectors > 3)
            SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, c + (3 * N), s3);
        if (TWidth.Vectors > 4)
            SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, c + (4 * N), s4);
        if (TWidth.Vectors > 5)
            SparseSums<T, TVector, TSimd>.Store(plain, readsC, alpha, beta, c + (5 * N), s5);
    }
}
