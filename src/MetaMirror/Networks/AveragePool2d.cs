using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Networks;

/// <summary>The mean over each place of a square window, in every channel; padding counts as zeros of the window, as in PyTorch's default.</summary>
public sealed class AveragePool2d : Layer
{
    private readonly int _kernel;
    private readonly int _stride;
    private readonly int _padding;

    /// <summary>Checks the window.</summary>
    /// <param name="kernel">Rows and columns of the window.</param>
    /// <param name="stride">Pixels from one place to the next. Default: kernel.</param>
    /// <param name="padding">Zeros around an input, at most half the kernel. Default: 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kernel or the stride is below 1, or the padding below 0 or above half the kernel.</exception>
    public AveragePool2d(int kernel, int? stride = null, int padding = 0)
    {
        Window.RequirePool(kernel, stride ?? kernel, padding);
        (_kernel, _stride, _padding) = (kernel, stride ?? kernel, padding);
    }

    /// <inheritdoc/>
    public override string ToString() => Window.Text("AveragePool2d", _kernel, _stride, _padding);

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input) => Window.Pooled(this, input, _kernel, _stride, _padding);

    /// <inheritdoc/>
    public override LayerReads Reads(bool inputVaries) => LayerReads.Nothing;

    /// <summary>y = mean of x over the window.</summary>
    public override void Value<T>(in LayerValues<T> v) => Means(v.Shape, v.Input, v.Output);

    /// <summary>dy = mean of dx over the window.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d) => Means(v.Shape, d.Input, d.Output);

    /// <summary>ax = sum of ay / kernel^2 over the windows that hold it.</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a) => Spread(v.Shape, a.Output, a.Input);

    /// <summary>dax = sum of day / kernel^2 over the windows that hold it.</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da) => Spread(v.Shape, da.Output, da.Input);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Means<T>(FeatureShape shape, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int rows = shape.Rows, columns = shape.Columns, o = 0;
        int outputRows = Window.Places(rows, _kernel, _stride, _padding), outputColumns = Window.Places(columns, _kernel, _stride, _padding);
        T share = T.One / T.CreateChecked(_kernel * _kernel);
        for (int plane = 0; plane < x.Length; plane += rows * columns)
        {
            for (int i = 0; i < outputRows; i++)
            {
                (int p0, int p1) = Window.Inside((i * _stride) - _padding, _kernel, rows);
                for (int j = 0; j < outputColumns; j++, o++)
                {
                    (int q0, int q1) = Window.Inside((j * _stride) - _padding, _kernel, columns);
                    T sum = T.Zero;
                    for (int p = p0; p < p1; p++)
                    {
                        foreach (T value in x.Slice(plane + (p * columns) + q0, q1 - q0))
                            sum += value;
                    }

                    y[o] = share * sum;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Spread<T>(FeatureShape shape, ReadOnlySpan<T> ay, Span<T> ax)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int rows = shape.Rows, columns = shape.Columns, o = 0;
        int outputRows = Window.Places(rows, _kernel, _stride, _padding), outputColumns = Window.Places(columns, _kernel, _stride, _padding);
        T share = T.One / T.CreateChecked(_kernel * _kernel);
        ax.Clear();
        for (int plane = 0; plane < ax.Length; plane += rows * columns)
        {
            for (int i = 0; i < outputRows; i++)
            {
                (int p0, int p1) = Window.Inside((i * _stride) - _padding, _kernel, rows);
                for (int j = 0; j < outputColumns; j++, o++)
                {
                    (int q0, int q1) = Window.Inside((j * _stride) - _padding, _kernel, columns);
                    T part = share * ay[o];
                    for (int p = p0; p < p1; p++)
                    {
                        foreach (ref T value in ax.Slice(plane + (p * columns) + q0, q1 - q0))
                            value += part;
                    }
                }
            }
        }
    }
}
