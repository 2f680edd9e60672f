using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>The three products tap by tap: rows of an image that a tap meets are strided slices.</summary>
internal static class DirectConvolution
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<T>(ConvolutionShape s, int images, ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> bias, T beta, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int n = 0; n < images; n++)
        {
            for (int o = 0; o < s.Outputs; o++)
            {
                Span<T> plane = y.Slice((n * s.OutputSize) + (o * s.OutputPixels), s.OutputPixels);
                for (int i = 0; i < plane.Length; i++)
                    plane[i] = (T.IsZero(beta) ? T.Zero : beta * plane[i]) + (bias.IsEmpty ? T.Zero : bias[o]);
                for (int tap = 0; tap < s.Taps; tap++)
                {
                    int c = tap / (s.KernelRows * s.KernelColumns), p = tap / s.KernelColumns % s.KernelRows, q = tap % s.KernelColumns;
                    T weight = w[(o * s.Taps) + tap];
                    for (int i = 0; i < s.OutputRows; i++)
                    {
                        int r = (i * s.Stride) + p - s.Padding;
                        if (r < 0 || r >= s.Rows)
                            continue;
                        ReadOnlySpan<T> row = x.Slice((n * s.InputSize) + (c * s.Pixels) + (r * s.Columns), s.Columns);
                        for (int j = 0; j < s.OutputColumns; j++)
                        {
                            int t = (j * s.Stride) + q - s.Padding;
                            if (t >= 0 && t < s.Columns)
                                plane[(i * s.OutputColumns) + j] += weight * row[t];
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputGradient<T>(ConvolutionShape s, int images, ReadOnlySpan<T> ay, ReadOnlySpan<T> w, T beta, Span<T> ax)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < ax.Length; i++)
            ax[i] = T.IsZero(beta) ? T.Zero : beta * ax[i];
        for (int n = 0; n < images; n++)
        {
            for (int o = 0; o < s.Outputs; o++)
            {
                ReadOnlySpan<T> plane = ay.Slice((n * s.OutputSize) + (o * s.OutputPixels), s.OutputPixels);
                for (int tap = 0; tap < s.Taps; tap++)
                {
                    int c = tap / (s.KernelRows * s.KernelColumns), p = tap / s.KernelColumns % s.KernelRows, q = tap % s.KernelColumns;
                    T weight = w[(o * s.Taps) + tap];
                    for (int i = 0; i < s.OutputRows; i++)
                    {
                        int r = (i * s.Stride) + p - s.Padding;
                        if (r < 0 || r >= s.Rows)
                            continue;
                        Span<T> row = ax.Slice((n * s.InputSize) + (c * s.Pixels) + (r * s.Columns), s.Columns);
                        for (int j = 0; j < s.OutputColumns; j++)
                        {
                            int t = (j * s.Stride) + q - s.Padding;
                            if (t >= 0 && t < s.Columns)
                                row[t] += weight * plane[(i * s.OutputColumns) + j];
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient<T>(ConvolutionShape s, int images, ReadOnlySpan<T> x, ReadOnlySpan<T> ay, Span<T> aw)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int n = 0; n < images; n++)
        {
            for (int o = 0; o < s.Outputs; o++)
            {
                ReadOnlySpan<T> plane = ay.Slice((n * s.OutputSize) + (o * s.OutputPixels), s.OutputPixels);
                for (int tap = 0; tap < s.Taps; tap++)
                {
                    int c = tap / (s.KernelRows * s.KernelColumns), p = tap / s.KernelColumns % s.KernelRows, q = tap % s.KernelColumns;
                    T sum = T.Zero;
                    for (int i = 0; i < s.OutputRows; i++)
                    {
                        int r = (i * s.Stride) + p - s.Padding;
                        if (r < 0 || r >= s.Rows)
                            continue;
                        ReadOnlySpan<T> row = x.Slice((n * s.InputSize) + (c * s.Pixels) + (r * s.Columns), s.Columns);
                        for (int j = 0; j < s.OutputColumns; j++)
                        {
                            int t = (j * s.Stride) + q - s.Padding;
                            if (t >= 0 && t < s.Columns)
                                sum += row[t] * plane[(i * s.OutputColumns) + j];
                        }
                    }

                    aw[(o * s.Taps) + tap] += sum;
                }
            }
        }
    }
}
