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
        int pitch = geometry.Image.Pitch, plane = geometry.Image.PlaneStride;
        for (int j = 0; j < s.OutputColumns; j++, image += s.Stride, strips += geometry.StripLength)
        {
            // The rows of a single channel are cut as its channels would be: one long loop.
            if (s.Channels == 1)
                Cut(image, 0, pitch, strips, 0, geometry.RowLength, 1, geometry.StripRows, s.KernelColumns);
            else
                Cut(image, pitch, plane, strips, geometry.RowLength, s.KernelColumns, geometry.StripRows, s.Channels, s.KernelColumns);
        }
    }

    private static void Cut(T* source, nint pitch, nint plane, T* target, nint row, nint step, nint rows, nint channels, nint run)
    {
        if (Vector256.IsHardwareAccelerated && run <= Vector256<T>.Count)
            CutVectors<Vector256<T>, Simd256<T>>(source, target, plane, step, channels, rows, pitch, row);
        else if (Vector512.IsHardwareAccelerated && run <= Vector512<T>.Count)
            CutVectors<Vector512<T>, Simd512<T>>(source, target, plane, step, channels, rows, pitch, row);
        else
            CutRuns(source, pitch, plane, target, row, step, rows, channels, run);
    }

    /// <summary>One strip, runs being shorter than a vector: a loop of nothing but loads and stores (with a case for longer runs in it, three times
    /// slower), whose numbers come first, in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CutVectors<TVector, TSimd>(T* source, T* target, nint plane, nint step, nint channels, nint rows, nint pitch, nint row)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        for (nint r = 0; r < rows; r++, source += pitch, target += row)
        {
            T* from = source, to = target;
            for (nint c = 0; c < channels; c++, from += plane, to += step)
                TSimd.Store(TSimd.Load(from), to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CutRuns(T* source, nint pitch, nint plane, T* target, nint row, nint step, nint rows, nint channels, nint run)
    {
        for (nint r = 0; r < rows; r++, source += pitch, target += row)
        {
            T* from = source, to = target;
            for (nint c = 0; c < channels; c++, from += plane, to += step)
            {
                for (nint q = 0; q < run; q++)
                    to[q] = from[q];
            }
        }
    }
}
