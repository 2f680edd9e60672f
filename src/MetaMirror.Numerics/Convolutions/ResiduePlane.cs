using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MetaMirror.Numerics;

/// <summary>Puts the pixels of all pairs of residue classes, each pair contiguous, back into planes of images.</summary>
internal sealed unsafe class ResiduePlane(int columns, ResidueClass[] down, ResidueClass[] across)
{
    /// <summary>
    /// target ← β · target + pixels for one plane of some images. The pixels of a pair of classes start at pixels[a · stride + b], image after image; pairs
    /// without terms are null and count as zero.
    /// </summary>
    public void Store<T>(T** pixels, int images, T beta, T* target, nint imageStride)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int stride = across.Length, even = across[0].First;
        foreach (ResidueClass a in down)
        {
            T** classes = pixels + (a.Residue * stride);
            T* rows = target + ((nint)a.First * columns);
            if (stride == 2 && T.IsZero(beta))
                StorePairs(classes[even], across[even].Count, classes[1 - even], across[1 - even].Count, images, a.Count, rows, imageStride);
            else
                StoreEach(classes, images, a.Count, beta, rows, imageStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StoreEach<T>(T** classes, int images, int rows, T beta, T* target, nint imageStride)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint stride = across.Length;
        bool adds = !T.IsZero(beta);
        foreach (ResidueClass b in across)
        {
            T* from = classes[b.Residue];
            for (nint n = 0; n < images; n++)
            {
                for (nint u = 0; u < rows; u++)
                {
                    T* to = target + (n * imageStride) + (u * stride * columns) + b.First;
                    for (nint v = 0; v < b.Count; v++, to += stride)
                    {
                        T value = from is null ? T.Zero : *from++;
                        *to = adds ? (beta * *to) + value : value;
                    }
                }
            }
        }
    }

    /// <summary>Stride 2: even and odd columns are interleaved in registers; there may be one more even column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StorePairs<T>(T* even, nint evenCount, T* odd, nint oddCount, int images, int rows, T* target, nint imageStride)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint inSquares = Sse2.IsSupported ? oddCount - (oddCount % Vector128<T>.Count) : 0;
        for (int n = 0; n < images; n++, target += imageStride)
        {
            T* row = target;
            for (int u = 0; u < rows; u++, row += 2 * columns)
            {
                if (even is null && odd is null)
                {
                    new Span<T>(row, columns).Clear();
                    continue;
                }

                for (nint v = 0; v < inSquares; v += Vector128<T>.Count)
                {
                    Vector128<T> e = even is null ? default : Vector128.Load(even + v), o = odd is null ? default : Vector128.Load(odd + v);
                    UnpackLow(e, o).Store(row + (2 * v));
                    UnpackHigh(e, o).Store(row + (2 * v) + Vector128<T>.Count);
                }

                for (nint v = inSquares; v < evenCount; v++)
                {
                    row[2 * v] = even is null ? T.Zero : even[v];
                    if (v < oddCount)
                        row[(2 * v) + 1] = odd is null ? T.Zero : odd[v];
                }

                even = even is null ? null : even + evenCount;
                odd = odd is null ? null : odd + oddCount;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> UnpackLow<T>(Vector128<T> x, Vector128<T> y)
        where T : unmanaged => typeof(T) == typeof(float)
        ? Sse.UnpackLow(x.AsSingle(), y.AsSingle()).As<float, T>()
        : Sse2.UnpackLow(x.AsDouble(), y.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> UnpackHigh<T>(Vector128<T> x, Vector128<T> y)
        where T : unmanaged => typeof(T) == typeof(float)
        ? Sse.UnpackHigh(x.AsSingle(), y.AsSingle()).As<float, T>()
        : Sse2.UnpackHigh(x.AsDouble(), y.AsDouble()).As<double, T>();
}
