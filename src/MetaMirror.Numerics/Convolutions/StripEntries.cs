using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MetaMirror.Numerics;

/// <summary>Lists the elements other than zero of a plane with an offset for each, in the form that <see cref="SparseEntries{T}"/> reads.</summary>
internal static unsafe class StripEntries<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Words behind the list that are written.</summary>
    public const int Slack = 16;

    /// <summary>Lists x[p] with offsets[p] for all p in order; returns the end of the list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long* List(T* x, int* offsets, int length, long* entries)
    {
        int p = 0;
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            entries = typeof(T) == typeof(float)
                ? Singles((float*)x, offsets, length, entries) : Doubles((double*)x, offsets, length, entries);
            p = length & ~7;
        }

        // Every element is written, and kept by moving on: a branch would be mispredicted often.
        for (; p < length; p++)
        {
            if (typeof(T) == typeof(float))
            {
                long bits = BitConverter.SingleToInt32Bits(Unsafe.BitCast<T, float>(x[p]));
                *entries = (uint)offsets[p] | (bits << 32);
                entries += IsNotZero(bits << 33);
            }
            else
            {
                long bits = BitConverter.DoubleToInt64Bits(Unsafe.BitCast<T, double>(x[p]));
                entries[0] = offsets[p];
                entries[1] = bits;
                entries += IsNotZero(bits << 1) * 2;
            }
        }

        return entries;
    }

    /// <summary>1, or 0 for 0; the sign of a zero must have been shifted out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint IsNotZero(long bits) => (nint)((ulong)(bits | -bits) >> 63);

    /// <summary>Eight elements at a time: widen to words, drop the zeros, store all eight; the next eight overwrite what was too much.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long* Singles(float* x, int* offsets, int length, long* entries)
    {
        for (int p = 0; p <= length - 8; p += 8)
        {
            Vector512<long> bits = Avx512F.ConvertToVector512Int64(Vector256.Load((uint*)(x + p)));
            Vector512<long> offset = Avx512F.ConvertToVector512Int64(Vector256.Load((uint*)(offsets + p)));

            // Both zeros are 0 once the sign is shifted out.
            Vector512<long> kept = ~Vector512.Equals(bits << 33, Vector512<long>.Zero);
            Avx512F.Compress(Vector512<long>.Zero, kept, (bits << 32) | offset).Store(entries);
            entries += BitOperations.PopCount(kept.ExtractMostSignificantBits());
        }

        return entries;
    }

    /// <summary>The same with two words each: offsets and values are compressed, then interleaved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long* Doubles(double* x, int* offsets, int length, long* entries)
    {
        Vector512<long> low = Vector512.Create(0L, 8, 1, 9, 2, 10, 3, 11), high = Vector512.Create(4L, 12, 5, 13, 6, 14, 7, 15);
        for (int p = 0; p <= length - 8; p += 8)
        {
            Vector512<double> values = Vector512.Load(x + p);
            Vector512<long> kept = ~Vector512.Equals(values, Vector512<double>.Zero).AsInt64();
            Vector512<long> offset = Avx512F.Compress(Vector512<long>.Zero, kept, Avx512F.ConvertToVector512Int64(Vector256.Load((uint*)(offsets + p))));
            Vector512<long> bits = Avx512F.Compress(Vector512<long>.Zero, kept, values.AsInt64());
            Avx512F.PermuteVar8x64x2(offset, low, bits).Store(entries);
            Avx512F.PermuteVar8x64x2(offset, high, bits).Store(entries + 8);
            entries += 2 * BitOperations.PopCount(kept.ExtractMostSignificantBits());
        }

        return entries;
    }
}
