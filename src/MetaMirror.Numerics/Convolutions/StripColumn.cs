using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Micro-kernel: one strip of the input's gradient from one column of pixels, each with all its output channels beside each other. The window of a pixel is in
/// registers and slides down the strip: every row is stored once, when the last pixel that meets it has added its channels' weights.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
/// <typeparam name="TSimd">Its operations.</typeparam>
/// <typeparam name="TWidth">Vectors of the window.</typeparam>
/// <typeparam name="TStep">Vectors of a row of it, at most 2.</typeparam>
internal static unsafe class StripColumn<T, TVector, TSimd, TWidth, TStep>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TWidth : struct, ITileWidth
    where TStep : struct, ITileWidth
{
    private static int N => TSimd.Count;

    /// <param name="pixels">The first pixel: its channels, padded with zeros to a multiple of 16.</param>
    /// <param name="pitch">From one pixel of the column to the next.</param>
    /// <param name="channels">Number of channels, padding included.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="w">Window of every channel.</param>
    /// <param name="strip">Its first row.</param>
    /// <param name="row">From one row to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Slide(T* pixels, nint pitch, nint channels, nint count, T* w, T* strip, nint row)
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default;
        TVector s5 = default, s6 = default, s7 = default, s8 = default, s9 = default;
        nint rows = count + (TWidth.Vectors / TStep.Vectors) - 1;
        for (nint i = 0; i < rows; i++, pixels += pitch, strip += row)
        {
            for (nint o = i < count ? 0 : channels; o < channels; o += SparseBlock<T>.Length)
            {
                T* a = pixels + o, blockWeights = w + (o * (TWidth.Vectors * N));
                for (uint mask = SparseBlock<T>.Mask(a); mask != 0; mask &= mask - 1)
                {
                    nint k = BitOperations.TrailingZeroCount(mask);
                    TVector v = TSimd.Broadcast(a[k]);
                    T* x = blockWeights + (k * (TWidth.Vectors * N));
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
            }

            TSimd.Store(s0, strip);
            if (TStep.Vectors == 1)
            {
                (s0, s1, s2, s3, s4) = (s1, s2, s3, s4, s5);
                (s5, s6, s7, s8, s9) = (s6, s7, s8, s9, default);
            }
            else
            {
                TSimd.Store(s1, strip + N);
                (s0, s1, s2, s3, s4) = (s2, s3, s4, s5, s6);
                (s5, s6, s7, s8, s9) = (s7, s8, s9, default, default);
            }
        }
    }
}

/// <summary>Which elements of a short run are not zero.</summary>
internal static unsafe class SparseBlock<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Elements of a run.</summary>
    public const int Length = 16;

    /// <summary>Bit k: x[k] is not zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Mask(T* x)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            uint zeros = (uint)Vector512.Equals(Vector512.Load(x), Vector512<T>.Zero).ExtractMostSignificantBits();
            if (typeof(T) == typeof(double))
                zeros |= (uint)Vector512.Equals(Vector512.Load(x + 8), Vector512<T>.Zero).ExtractMostSignificantBits() << 8;
            return ~zeros & 0xFFFF;
        }

        uint mask = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (int k = 0; k < Length; k += Vector256<T>.Count)
                mask |= Vector256.Equals(Vector256.Load(x + k), Vector256<T>.Zero).ExtractMostSignificantBits() << k;
            return ~mask & 0xFFFF;
        }

        for (int k = 0; k < Length; k++)
            mask |= (T.IsZero(x[k]) ? 0u : 1u) << k;
        return mask;
    }
}
