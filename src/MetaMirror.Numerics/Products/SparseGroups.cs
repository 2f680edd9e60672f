using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MetaMirror.Numerics;

/// <summary>
/// Where four rows of op(A) at a time have elements other than zero: the p of each segment are sorted by pattern, the rows that have one there. Bit r of a
/// pattern is row r. The values lie beside, [p][row].
/// </summary>
internal static unsafe class SparseGroups<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of a group, and its patterns, the empty one included.</summary>
    public const int Rows = 4, Patterns = 1 << Rows;

    /// <summary>Most p of a segment: a place in it is one byte.</summary>
    public const int MostPlaces = 256;

    /// <summary>Patterns compared at once, one a byte; as many bytes behind the last list may be written.</summary>
    public const int Lanes = 64;

    /// <summary>
    /// Lists rows of A, each group of them cut into segments of p. The places in segment s where group g has pattern c are those from ends[x + c - 1] to ends[x + c],
    /// x = (g segments + s) Patterns.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void List(Strided<T> a, int rows, int depth, int segment, T* values, byte* places, int* ends)
    {
        byte* patterns = stackalloc byte[MostPlaces];
        int end = 0;
        for (int i = 0; i < rows; i += Rows)
        {
            Gather(a.From(i, 0), Math.Min(Rows, rows - i), depth, values);
            for (int first = 0; first < depth; first += segment, ends += Patterns)
            {
                int length = Math.Min(segment, depth - first);
                Compare(values, length, patterns);
                end = Avx512Vbmi2.IsSupported ? SortVectors(patterns, length, places, ends, end) : Sort(patterns, length, places, ends, end);
                values += length * Rows;
            }
        }
    }

    /// <summary>values[p·Rows + r] ← A(r, p); 0 for rows that are not there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(Strided<T> a, int rows, int depth, T* values)
    {
        int done = 0;
        if (rows == Rows && typeof(T) == typeof(float) && Vector128.IsHardwareAccelerated && a.Row == 1)
        {
            float* x = (float*)a.Start;
            for (; done < depth; done++, x += a.Column)
                Vector128.Load(x).Store((float*)values + (done * Rows));
        }
        else if (rows == Rows && typeof(T) == typeof(float) && Sse.IsSupported && a.Column == 1)
        {
            float* x = (float*)a.Start;
            for (; done <= depth - Rows; done += Rows)
                Square(x + done, a.Row, (float*)values + (done * Rows));
        }

        for (nint p = done; p < depth; p++)
        {
            for (nint r = 0; r < Rows; r++)
                values[(p * Rows) + r] = r < rows ? a.Start[(r * a.Row) + (p * a.Column)] : T.Zero;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square(float* x, nint row, float* values)
    {
        Vector128<float> a = Vector128.Load(x), b = Vector128.Load(x + row), c = Vector128.Load(x + (2 * row)), d = Vector128.Load(x + (3 * row));
        Vector128<float> acLow = Sse.UnpackLow(a, c), acHigh = Sse.UnpackHigh(a, c), bdLow = Sse.UnpackLow(b, d), bdHigh = Sse.UnpackHigh(b, d);
        Sse.UnpackLow(acLow, bdLow).Store(values);
        Sse.UnpackHigh(acLow, bdLow).Store(values + Rows);
        Sse.UnpackLow(acHigh, bdHigh).Store(values + (2 * Rows));
        Sse.UnpackHigh(acHigh, bdHigh).Store(values + (3 * Rows));
    }

    /// <summary>patterns[p] ← bits of the rows whose value is not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compare(T* values, int length, byte* patterns)
    {
        int p = 0;
        if (Vector512.IsHardwareAccelerated && Bmi2.X64.IsSupported)
        {
            const ulong LowHalves = 0x0F0F0F0F0F0F0F0F;
            int count = Vector512<T>.Count;
            for (; p <= length - 8; p += 8)
            {
                ulong bits = 0;
                for (int v = 0; v < 8 * Rows; v += count)
                    bits |= (~Vector512.Equals(Vector512.Load(values + (p * Rows) + v), Vector512<T>.Zero)).ExtractMostSignificantBits() << v;
                *(ulong*)(patterns + p) = Bmi2.X64.ParallelBitDeposit(bits, LowHalves);
            }
        }

        for (; p < length; p++)
        {
            int pattern = 0;
            for (int r = 0; r < Rows; r++)
                pattern |= T.IsZero(values[(p * Rows) + r]) ? 0 : 1 << r;
            patterns[p] = (byte)pattern;
        }
    }

    /// <summary>Pattern by pattern, 64 places at a time: those of the pattern are pushed together and stored, and the next store overwrites what was too much.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int SortVectors(byte* patterns, int length, byte* places, int* ends, int end)
    {
        ends[0] = end;
        for (int p = length; p % Lanes != 0; p++)
            patterns[p] = 0;
        for (int pattern = 1; pattern < Patterns; pattern++)
        {
            Vector512<byte> here = Vector512<byte>.Indices, wanted = Vector512.Create((byte)pattern);
            for (int p = 0; p < length; p += Lanes)
            {
                Vector512<byte> found = Vector512.Equals(Vector512.Load(patterns + p), wanted);
                Avx512Vbmi2.Compress(Vector512<byte>.Zero, found, here).Store(places + end);
                end += BitOperations.PopCount(found.ExtractMostSignificantBits());
                here += Vector512.Create((byte)Lanes);
            }

            ends[pattern] = end;
        }

        return end;
    }

    /// <summary>The same by counting.</summary>
    private static int Sort(byte* patterns, int length, byte* places, int* ends, int end)
    {
        int* next = stackalloc int[Patterns];
        new Span<int>(next, Patterns).Clear();
        for (int p = 0; p < length; p++)
            next[patterns[p]]++;
        ends[0] = end;
        for (int pattern = 1; pattern < Patterns; pattern++)
        {
            int start = end;
            end += next[pattern];
            next[pattern] = start;
            ends[pattern] = end;
        }

        for (int p = 0; p < length; p++)
        {
            if (patterns[p] != 0)
                places[next[patterns[p]]++] = (byte)p;
        }

        return end;
    }
}
