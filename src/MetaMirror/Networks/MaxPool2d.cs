using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Networks;

/// <summary>
/// The largest number in each place of a square window, in every channel: the first of equal ones, and NaN where there is one, as in PyTorch. Keeps s,
/// how far after the window's first pixel the largest stands; every derivative follows it.
/// </summary>
public sealed class MaxPool2d : Layer
{
    private readonly int _kernel;
    private readonly int _stride;
    private readonly int _padding;

    /// <summary>Checks the window.</summary>
    /// <param name="kernel">Rows and columns of the window.</param>
    /// <param name="stride">Pixels from one place to the next. Default: kernel.</param>
    /// <param name="padding">Pixels around an input that never win, at most half the kernel. Default: 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kernel or the stride is below 1, or the padding below 0 or above half the kernel.</exception>
    public MaxPool2d(int kernel, int? stride = null, int padding = 0)
    {
        Window.RequirePool(kernel, stride ?? kernel, padding);
        (_kernel, _stride, _padding) = (kernel, stride ?? kernel, padding);
    }

    /// <inheritdoc/>
    public override string ToString() => Window.Text("MaxPool2d", _kernel, _stride, _padding);

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input) => Window.Pooled(this, input, _kernel, _stride, _padding);

    /// <inheritdoc/>
    public override LayerReads Reads(bool inputVaries) => LayerReads.Nothing;

    /// <inheritdoc/>
    public override int SavedSize(FeatureShape input) => OutputShape(input).Size;

    /// <summary>y = max of x over the window; s = p columns + q for the largest in row p and column q of the window.</summary>
    public override void Value<T>(in LayerValues<T> v)
    {
        if (!ByPairs<T>(v.Shape))
            Largest(v);
        else if (v.Saved.IsEmpty)
            MaxPoolPairs.Value(v.Shape, Single<T>(v.Input), Single(v.Output), default);
        else
            MaxPoolPairs.Value(v.Shape, Single<T>(v.Input), Single(v.Output), Single(v.Saved));
    }

    /// <summary>dy = dx at s.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d)
    {
        if (ByPairs<T>(v.Shape))
            MaxPoolPairs.Gather(v.Shape, Single<T>(v.Saved), Single(d.Input), Single(d.Output));
        else
            Follow(v.Shape, v.Saved, d.Input, d.Output);
    }

    /// <summary>ax = sum of ay over the windows whose s it is.</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a)
    {
        if (ByPairs<T>(v.Shape))
            MaxPoolPairs.Scatter(v.Shape, Single<T>(v.Saved), Single(a.Output), Single(a.Input));
        else
            Return(v.Shape, v.Saved, a.Output, a.Input);
    }

    /// <summary>dax = sum of day over the windows whose s it is.</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da) => Cotangent(v, da);

    private static Span<float> Single<T>(Span<T> x)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.Cast<T, float>(x);

    private static ReadOnlySpan<float> Single<T>(ReadOnlySpan<T> x)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.Cast<T, float>(x);

    private static int ToInt<T>(T s)
        where T : unmanaged => (int)(typeof(T) == typeof(float) ? Unsafe.BitCast<T, float>(s) : Unsafe.BitCast<T, double>(s));

    private bool ByPairs<T>(FeatureShape input)
        where T : unmanaged => typeof(T) == typeof(float) && _kernel == 2 && _stride == 2 && _padding == 0 && MaxPoolPairs.CanTake(input);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Largest<T>(in LayerValues<T> v)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> x = v.Input;
        int rows = v.Shape.Rows, columns = v.Shape.Columns, o = 0;
        int outputRows = Window.Places(rows, _kernel, _stride, _padding), outputColumns = Window.Places(columns, _kernel, _stride, _padding);
        for (int plane = 0; plane < x.Length; plane += rows * columns)
        {
            for (int i = 0; i < outputRows; i++)
            {
                int top = (i * _stride) - _padding;
                (int p0, int p1) = Window.Inside(top, _kernel, rows);
                for (int j = 0; j < outputColumns; j++, o++)
                {
                    int left = (j * _stride) - _padding;
                    (int q0, int q1) = Window.Inside(left, _kernel, columns);
                    int best = (p0 * columns) + q0;
                    T max = x[plane + best];
                    for (int p = p0; p < p1; p++)
                    {
                        for (int k = (p * columns) + q0; k < (p * columns) + q1; k++)
                        {
                            T value = x[plane + k];
                            if (value > max || T.IsNaN(value))
                                (max, best) = (value, k);
                        }
                    }

                    v.Output[o] = max;
                    if (!v.Saved.IsEmpty)
                        v.Saved[o] = T.CreateTruncating(best - (top * columns) - left);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Follow<T>(FeatureShape shape, ReadOnlySpan<T> s, ReadOnlySpan<T> dx, Span<T> dy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int rows = shape.Rows, columns = shape.Columns, o = 0;
        int outputRows = Window.Places(rows, _kernel, _stride, _padding), outputColumns = Window.Places(columns, _kernel, _stride, _padding);
        for (int plane = 0; plane < dx.Length; plane += rows * columns)
        {
            for (int i = 0; i < outputRows; i++)
            {
                int first = plane + (((i * _stride) - _padding) * columns) - _padding;
                for (int j = 0; j < outputColumns; j++, o++, first += _stride)
                    dy[o] = dx[first + ToInt(s[o])];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Return<T>(FeatureShape shape, ReadOnlySpan<T> s, ReadOnlySpan<T> ay, Span<T> ax)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int rows = shape.Rows, columns = shape.Columns, o = 0;
        int outputRows = Window.Places(rows, _kernel, _stride, _padding), outputColumns = Window.Places(columns, _kernel, _stride, _padding);
        ax.Clear();
        for (int plane = 0; plane < ax.Length; plane += rows * columns)
        {
            for (int i = 0; i < outputRows; i++)
            {
                int first = plane + (((i * _stride) - _padding) * columns) - _padding;
                for (int j = 0; j < outputColumns; j++, o++, first += _stride)
                    ax[first + ToInt(s[o])] += ay[o];
            }
        }
    }
}
