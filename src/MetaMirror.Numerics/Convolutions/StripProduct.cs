using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Gradient of the input where most elements of ay are zero, as behind pooling and rectifiers: channels of ay are turned beside each other, every element
/// other than zero adds its weights to a window that slides down a strip, and the strips of an image are added up. Items are groups of images.
/// </summary>
internal sealed unsafe class StripProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostItems = 16;

    /// <summary>Elements behind the strips that may be read.</summary>
    private const int Slack = 16;

    [ThreadStatic]
    private static StripProduct<T>? instance;

    private readonly Action<int, int> multiply;
    private StripColumnGeometry geometry = null!;
    private int images, imagesOfGroup;
    private T* ay, packed, ax;
    private T beta;

    private StripProduct() => multiply = Multiply;

    /// <summary>ax ← beta · ax + adjoint of ay.</summary>
    public static void Run(WorkerTeam? team, StripColumnGeometry geometry, int images, T* ay, T* w, T beta, T* ax)
    {
        StripProduct<T> job = instance ?? new StripProduct<T>();
        instance = null;
        (job.geometry, job.images, job.imagesOfGroup, job.beta) = (geometry, images, (images + MostItems - 1) / MostItems, beta);
        job.ay = ay;
        job.ax = ax;
        job.packed = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Weights, geometry.WeightsLength);
        job.Pack(w);
        TeamItems.Run(team, (images + job.imagesOfGroup - 1) / job.imagesOfGroup, job.multiply);
        instance = job;
    }

    /// <summary>To [group][output][kernel row][kernel column, channel], zeros between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(T* w)
    {
        ConvolutionShape s = geometry.Shape;
        int part = geometry.Step * geometry.Lanes, window = geometry.Width * geometry.Lanes;
        nint group = (nint)geometry.PaddedOutputs * window;
        new Span<T>(packed, checked((int)geometry.WeightsLength)).Clear();
        for (int o = 0; o < s.Outputs; o++)
        {
            for (int c = 0; c < s.Channels; c++)
            {
                for (int p = 0; p < s.KernelRows; p++)
                {
                    T* target = packed + ((nint)o * window) + (p * part);
                    int lane = c;
                    for (int q = 0; q < s.KernelColumns; q++, lane += s.Channels)
                    {
                        for (; lane >= part; lane -= part)
                            target += group;
                        target[lane] = *w++;
                    }
                }
            }
        }
    }

    private void Multiply(int item, int worker)
    {
        if (geometry.Lanes == Vector512<T>.Count)
            Multiply<Vector512<T>, Simd512<T>>(item);
        else if (geometry.Lanes == Vector256<T>.Count)
            Multiply<Vector256<T>, Simd256<T>>(item);
        else if (geometry.Lanes == Vector128<T>.Count)
            Multiply<Vector128<T>, Simd128<T>>(item);
        else
            Multiply<T, SimdScalar<T>>(item);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply<TVector, TSimd>(int item)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        ConvolutionShape s = geometry.Shape;
        int pixels = s.OutputPixels, outputs = geometry.PaddedOutputs;
        T* turned = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Images, Math.Max((long)pixels * outputs, (long)s.Pixels * geometry.PaddedChannels));
        T* strips = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Results, ((long)s.OutputColumns * geometry.StripLength) + Slack);
        int end = Math.Min(images, (item + 1) * imagesOfGroup);
        for (int n = item * imagesOfGroup; n < end; n++)
        {
            Panel.Pack(new Strided<T>(ay + ((long)n * s.OutputSize), 1, pixels), pixels, s.Outputs, outputs, turned);
            for (int g = 0; g < geometry.Groups; g++)
            {
                T* w = packed + ((long)g * outputs * geometry.Width * TSimd.Count), strip = strips + (g * geometry.Step * TSimd.Count);
                for (int j = 0; j < s.OutputColumns; j++, strip += geometry.StripLength)
                {
                    StripColumns<T, TVector, TSimd>.Slide(
                        geometry.Width, geometry.Step, turned + (j * outputs), s.OutputColumns * outputs, outputs, s.OutputRows, w, strip, geometry.RowLength);
                }
            }

            Merge(strips, turned);
            Store(turned, ax + ((long)n * s.InputSize));
        }
    }

    /// <summary>[pixel][channel] ← Σ of strips: pixel (r, t) takes kernel column q from strip t + Padding − q. Behind the channels lies what does not matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Merge(T* strips, T* turned)
    {
        ConvolutionShape s = geometry.Shape;
        nint channels = s.Channels, padded = geometry.PaddedChannels, row = geometry.RowLength, columns = s.Columns, down = geometry.StripLength - channels;
        for (nint t = 0; t < columns; t++)
        {
            nint last = Math.Min(s.KernelColumns - 1, t + s.Padding), first = Math.Max(0, t + s.Padding - s.OutputColumns + 1);
            T* source = strips + ((t + s.Padding - last) * geometry.StripLength) + (s.Padding * row) + (last * channels), target = turned + (t * padded);
            for (nint r = 0; r < s.Rows; r++, source += row, target += columns * padded)
            {
                if (Vector256.IsHardwareAccelerated)
                {
                    for (nint c = 0; c < padded; c += Vector256<T>.Count)
                    {
                        Vector256<T> sum = Vector256<T>.Zero;
                        T* x = source + c;
                        for (nint q = last; q >= first; q--, x += down)
                            sum += Vector256.Load(x);
                        sum.Store(target + c);
                    }
                }
                else
                {
                    for (nint c = 0; c < channels; c++)
                    {
                        T sum = T.Zero;
                        T* x = source + c;
                        for (nint q = last; q >= first; q--, x += down)
                            sum += *x;
                        target[c] = sum;
                    }
                }
            }
        }
    }

    /// <summary>ax ← beta · ax + what was merged, turned back to planes in small squares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Store(T* turned, T* target)
    {
        ConvolutionShape s = geometry.Shape;
        bool adds = !T.IsZero(beta);
        nint side = TransposedBlock.Side<T>(), pixels = s.Pixels, channels = s.Channels, padded = geometry.PaddedChannels;
        nint whole = side == 0 ? 0 : pixels - (pixels % side);
        Vector256<T> factor = Vector256.Create(beta);
        T* block = stackalloc T[64];
        for (nint r = 0; r < whole; r += side)
        {
            for (nint c = 0; c < channels; c += side)
            {
                TransposedBlock.Copy(turned + (r * padded) + c, padded, block, side);
                nint rows = Math.Min(side, channels - c);
                T* to = target + (c * pixels) + r, from = block;
                for (nint k = 0; k < rows; k++, to += pixels, from += side)
                    (adds ? (factor * Vector256.Load(to)) + Vector256.Load(from) : Vector256.Load(from)).Store(to);
            }
        }

        for (nint r = whole; r < pixels; r++)
        {
            for (nint c = 0; c < channels; c++)
                target[(c * pixels) + r] = adds ? (beta * target[(c * pixels) + r]) + turned[(r * padded) + c] : turned[(r * padded) + c];
        }
    }
}
