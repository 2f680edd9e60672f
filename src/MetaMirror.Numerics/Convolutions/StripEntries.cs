using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MetaMirror.Numerics;

/// <summary>Lists the elements other than zero of a plane: their values, and an offset for each that is as wide as they are.</summary>
internal static unsafe class StripEntries<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Values and offsets behind the list that are written.</summary>
    public const int Slack = 16;

    /// <summary>Offset k of a list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Offset(T* offsets, nint k) => typeof(T) == typeof(float) ? (nint)((uint*)offsets)[k] : (nint)((long*)offsets)[k];

    /// <summary>Lists x[p] and offsets[p] for all p in order; returns the length of the list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint List(T* x, int* offsets, nint length, T* values, T* listed)
    {
        nint p = 0, count = 0;
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            count = typeof(T) == typeof(float)
                ? Singles((float*)x, offsets, length, (float*)values, (int*)listed) : Doubles((double*)x, offsets, length, (double*)values, (long*)listed);
            p = length - (length % Vector512<T>.Count);
        }

        // Every element is written, and kept by moving on: a branch would be mispredicted often.
        for (; p < length; p++)
        {
            values[count] = x[p];
            if (typeof(T) == typeof(float))
                ((int*)listed)[count] = offsets[p];
            else
                ((long*)listed)[count] = offsets[p];
            long bits = typeof(T) == typeof(float)
                ? (long)BitConverter.SingleToInt32Bits(Unsafe.BitCast<T, float>(x[p])) << 33 : BitConverter.DoubleToInt64Bits(Unsafe.BitCast<T, double>(x[p])) << 1;

            // The sign is shifted out: both zeros are 0.
            count += (nint)((ulong)(bits | -bits) >> 63);
        }

        return count;
    }

    /// <summary>A vector at a time: drop the zeros, store all; the next vector overwrites what was too much.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Singles(float* x, int* offsets, nint length, float* values, int* listed)
    {
        nint count = 0;
        for (nint p = 0; p <= length - 16; p += 16)
        {
            Vector512<float> value = Vector512.Load(x + p), kept = ~Vector512.Equals(value, Vector512<float>.Zero);
            Avx512F.Compress(Vector512<float>.Zero, kept, value).Store(values + count);
            Avx512F.Compress(Vector512<int>.Zero, kept.AsInt32(), Vector512.Load(offsets + p)).Store(listed + count);
            count += BitOperations.PopCount(kept.ExtractMostSignificantBits());
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Doubles(double* x, int* offsets, nint length, double* values, long* listed)
    {
        nint count = 0;
        for (nint p = 0; p <= length - 8; p += 8)
        {
            Vector512<double> value = Vector512.Load(x + p), kept = ~Vector512.Equals(value, Vector512<double>.Zero);
            Avx512F.Compress(Vector512<double>.Zero, kept, value).Store(values + count);
            Avx512F.Compress(Vector512<long>.Zero, kept.AsInt64(), Avx512F.ConvertToVector512Int64(Vector256.Load(offsets + p))).Store(listed + count);
            count += BitOperations.PopCount(kept.ExtractMostSignificantBits());
        }

        return count;
    }
}
