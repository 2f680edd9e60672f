using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// The elements other than zero of rows of op(A), in order of p: where row p of a panel begins, in bytes, and the value. One word holds
/// both for float (value in the upper half), two words for double. For machines without 512-bit vectors; those take <see cref="SparseGroups{T}"/>.
/// </summary>
/// <remarks>A float's value comes out of the word by a shift: broadcasting it from memory would take a load from the products.</remarks>
internal static unsafe class SparseEntries<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of a transposed A that are copied out at once: a cache line of float.</summary>
    private const int TransposedRows = 16;

    /// <summary>Pieces that are counted, and their length: a matrix that is not worth it should not cost more than a glance.</summary>
    private const int SamplePieces = 16, SampleLength = 256;

    /// <summary>Words per entry.</summary>
    public static int Words => sizeof(T) / sizeof(float);

    /// <summary>Reads an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read(long* entry, out nint offset)
    {
        long word = *entry;
        if (typeof(T) == typeof(float))
        {
            offset = (nint)(uint)word;
            return Unsafe.BitCast<float, T>(BitConverter.Int32BitsToSingle((int)(word >> 32)));
        }

        offset = (nint)word;
        return Unsafe.BitCast<double, T>(BitConverter.Int64BitsToDouble(entry[1]));
    }

    /// <summary>The share of elements that are not zero, counted on some pieces of a long matrix.</summary>
    public static double Share(T* a, long length)
    {
        if (length <= SamplePieces * SampleLength)
            return (double)Count(a, length) / length;
        long count = 0, step = (length - SampleLength) / (SamplePieces - 1);
        for (int piece = 0; piece < SamplePieces; piece++)
            count += Count(a + (piece * step), SampleLength);
        return (double)count / (SamplePieces * SampleLength);
    }

    /// <summary>How many of the elements are not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Count(T* a, long length)
    {
        long count = 0, i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= length - Vector512<T>.Count; i += Vector512<T>.Count)
                count += BitOperations.PopCount((~Vector512.Equals(Vector512.Load(a + i), Vector512<T>.Zero)).ExtractMostSignificantBits());
        }

        for (; i < length; i++)
            count += T.IsZero(a[i]) ? 0 : 1;
        return count;
    }

    /// <summary>
    /// Lists rows of A, each cut into segments of p: the entries of segment s of row i lie at starts[i (segments + 1) + s] up to the
    /// next start, in words; offsets count from the segment's first p.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void List(Strided<T> a, int rows, int depth, int segment, int step, long* entries, int* starts)
    {
        int segments = (depth + segment - 1) / segment, stride = segments + 1, end = 0;
        if (a.Column == 1)
        {
            for (int i = 0; i < rows; i++)
                end = ListRow(a.Start + (i * a.Row), depth, segment, step, entries, starts + (i * stride), end);
            return;
        }

        // Cache lines of A hold neighboring rows of op(A): turned in small blocks, not gathered element by element.
        int padded = (depth + TransposedRows - 1) / TransposedRows * TransposedRows;
        T* turned = stackalloc T[TransposedRows * padded];
        for (int i = 0; i < rows; i += TransposedRows)
        {
            int several = Math.Min(TransposedRows, rows - i);
            Turn(a.From(i, 0), several, depth, turned, padded);
            for (int r = 0; r < several; r++)
                end = ListRow(turned + (r * padded), depth, segment, step, entries, starts + ((i + r) * stride), end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn(Strided<T> a, int rows, int depth, T* turned, nint padded)
    {
        int high = a.Row == 1 ? TransposedStrip.Rows<T>() : 0, wide = TransposedStrip.Columns<T>();
        int turnedRows = high == 0 ? 0 : rows - (rows % wide), turnedDepth = high == 0 ? 0 : depth - (depth % high);
        for (nint p = 0; p < turnedDepth; p += high)
        {
            for (nint r = 0; r < turnedRows; r += wide)
                TransposedStrip.Copy(a.Start + (p * a.Column) + r, a.Column, turned + (r * padded) + p, padded);
        }

        for (nint r = 0; r < rows; r++)
        {
            for (nint p = r < turnedRows ? turnedDepth : 0; p < depth; p++)
                turned[(r * padded) + p] = a.Start[(r * a.Row) + (p * a.Column)];
        }
    }

    /// <summary>Lists one row; returns where its entries end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ListRow(T* row, int depth, int segment, int step, long* entries, int* starts, int end)
    {
        int s = 0;
        for (int first = 0; first < depth; first += segment, s++)
        {
            starts[s] = end;
            int length = Math.Min(segment, depth - first), p = 0;
            T* x = row + first;

            // Every element is written, and kept by moving on: a branch would be mispredicted half the time.
            for (; p < length; p++)
            {
                long bits = typeof(T) == typeof(float)
                    ? BitConverter.SingleToInt32Bits(Unsafe.BitCast<T, float>(x[p])) : BitConverter.DoubleToInt64Bits(Unsafe.BitCast<T, double>(x[p]));
                if (typeof(T) == typeof(float))
                {
                    entries[end] = (uint)(p * step) | (bits << 32);
                    end += IsNotZero(bits << 33);
                }
                else
                {
                    entries[end] = p * step;
                    entries[end + 1] = bits;
                    end += IsNotZero(bits << 1) * 2;
                }
            }
        }

        starts[s] = end;
        return end;
    }

    /// <summary>1, or 0 for 0; the sign of a zero must have been shifted out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IsNotZero(long bits) => (int)((ulong)(bits | -bits) >> 63);
}
