using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>Cuts an image into strips, by runs of the length of a kernel row.</summary>
internal static unsafe class Strips<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>From an image with its zeros around it. Runs are written in order, in whole vectors: what is too much of one is overwritten by the next.</summary>
    public static void Cut(StripGeometry geometry, T* image, T* strips)
    {
        ConvolutionShape s = geometry.Shape;
        for (int j = 0; j < s.OutputColumns; j++, image += s.Stride, strips += geometry.StripLength)
        {
            if (Vector256.IsHardwareAccelerated && s.KernelColumns <= Vector256<T>.Count)
                CutVectors<Vector256<T>, Simd256<T>>(image, geometry.Image, strips, geometry.RowLength, geometry.StripRows, s.Channels, s.KernelColumns);
            else if (Vector512.IsHardwareAccelerated && s.KernelColumns <= Vector512<T>.Count)
                CutVectors<Vector512<T>, Simd512<T>>(image, geometry.Image, strips, geometry.RowLength, geometry.StripRows, s.Channels, s.KernelColumns);
            else
                CutRuns(image, geometry.Image, strips, geometry.RowLength, geometry.StripRows, s.Channels, s.KernelColumns);
        }
    }

    /// <summary>One strip, runs being shorter than a vector: a loop of nothing but loads and stores (with a case for longer runs in it, three times slower).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CutVectors<TVector, TSimd>(T* source, PlaneLayout image, T* target, nint row, nint rows, nint channels, nint run)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        nint pitch = image.Pitch, plane = image.PlaneStride;
        for (nint r = 0; r < rows; r++, source += pitch, target += row)
        {
            T* from = source, to = target;
            for (nint c = 0; c < channels; c++, from += plane, to += run)
                TSimd.Store(TSimd.Load(from), to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CutRuns(T* source, PlaneLayout image, T* target, nint row, nint rows, nint channels, nint run)
    {
        nint pitch = image.Pitch, plane = image.PlaneStride;
        for (nint r = 0; r < rows; r++, source += pitch, target += row)
        {
            T* from = source, to = target;
            for (nint c = 0; c < channels; c++, from += plane, to += run)
            {
                for (nint q = 0; q < run; q++)
                    to[q] = from[q];
            }
        }
    }
}
