using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>
/// Y = W * X + b, the convolution of PyTorch's <c>nn.Conv2d</c> (cross-correlation, zero padding):
/// Y[n, o, i, j] = b[o] + sum over c, p, q of W[o, c, p, q] X[n, c, i s + p - P, j s + q - P], with stride s and padding P; X is zero outside its rows
/// and columns. A side of r pixels becomes floor((r + 2 P - k) / s) + 1 for a kernel of k. Parameters: weight [outputs x channels x kernel
/// rows x kernel columns], bias [outputs]. Derivatives: Y is bilinear in (X, W), so every term is the convolution or one of its two adjoints.
/// </summary>
public sealed class Conv2d : Layer
{
    private readonly int _channels;
    private readonly int _outputs;
    private readonly int _kernelRows;
    private readonly int _kernelColumns;
    private readonly int _stride;
    private readonly int _padding;
    private readonly bool _bias;
    private readonly int _weights;
    private Convolution[] _known = [];

    /// <summary>A square kernel.</summary>
    /// <param name="channels">Channels of an input.</param>
    /// <param name="outputs">Channels of an output.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="stride">Pixels from one kernel position to the next. Default: 1.</param>
    /// <param name="padding">Zeros around an input. Default: 0.</param>
    /// <param name="bias">Whether there is a bias b. Default: true.</param>
    /// <exception cref="ArgumentOutOfRangeException">The padding is below 0, or another number below 1.</exception>
    /// <exception cref="OverflowException">There are more than 2^31 - 1 weights.</exception>
    public Conv2d(int channels, int outputs, int kernel, int stride = 1, int padding = 0, bool bias = true)
        : this(channels, outputs, AtLeastOne(kernel), kernel, stride, padding, bias)
    {
    }

    /// <summary>Any kernel.</summary>
    /// <param name="channels">Channels of an input.</param>
    /// <param name="outputs">Channels of an output.</param>
    /// <param name="kernelRows">Rows of the kernel.</param>
    /// <param name="kernelColumns">Columns of the kernel.</param>
    /// <param name="stride">Pixels from one kernel position to the next.</param>
    /// <param name="padding">Zeros around an input.</param>
    /// <param name="bias">Whether there is a bias b.</param>
    /// <exception cref="ArgumentOutOfRangeException">The padding is below 0, or another number below 1.</exception>
    /// <exception cref="OverflowException">There are more than 2^31 - 1 weights.</exception>
    public Conv2d(int channels, int outputs, int kernelRows, int kernelColumns, int stride, int padding, bool bias)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernelRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernelColumns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        (_channels, _outputs, _kernelRows, _kernelColumns, _stride, _padding, _bias) = (channels, outputs, kernelRows, kernelColumns, stride, padding, bias);
        _weights = checked(outputs * channels * kernelRows * kernelColumns);
        int[] weight = [outputs, channels, kernelRows, kernelColumns];
        Parameters = bias ? [("weight", weight), ("bias", [outputs])] : [("weight", weight)];
    }

    /// <inheritdoc/>
    public override LayerReads Reads(bool inputVaries) => inputVaries ? LayerReads.Input | LayerReads.Cotangent | LayerReads.Parameters : LayerReads.Input;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, int[] Shape)> Parameters { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"Conv2d({_channels}, {_outputs}, {_kernelRows}x{_kernelColumns}{(_stride > 1 ? $", stride {_stride}" : string.Empty)}{(_padding > 0 ? $", padding {_padding}" : string.Empty)})";

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input)
    {
        if (input.Channels != _channels)
            throw new ArgumentException($"{this} takes {_channels} channels, but gets {input.Channels}, in {input}.", nameof(input));
        Window.RequireRoom(this, input, _kernelRows, _kernelColumns, _padding);
        ConvolutionShape shape = At(input).Shape;
        return new FeatureShape(_outputs, shape.OutputRows, shape.OutputColumns);
    }

    /// <summary>PyTorch's default: weights and biases uniform in +-1/sqrt(channels x kernel rows x kernel columns).</summary>
    public override void Initialize<T>(ref RandomStream stream, Span<T> parameters)
    {
        double bound = 1 / Math.Sqrt((double)_channels * _kernelRows * _kernelColumns);
        stream.FillUniform(parameters, -bound, bound);
    }

    /// <summary>Y = W * X + b.</summary>
    public override void Value<T>(in LayerValues<T> v) =>
        At(v.Shape).Forward(v.Team, v.Rows, v.Input, v.Parameters[.._weights], v.Parameters[_weights..], T.Zero, v.Output);

    /// <summary>dY = dW * X + db + W * dX.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d)
    {
        Convolution c = At(v.Shape);
        c.Forward(v.Team, v.Rows, v.Input, d.Parameters[.._weights], d.Parameters[_weights..], T.Zero, d.Output);
        if (!d.Input.IsEmpty)
            c.Forward(v.Team, v.Rows, d.Input, v.Parameters[.._weights], default, T.One, d.Output);
    }

    /// <summary>aW += the adjoint in W of aY at X, ab += the sum of aY over examples and pixels, aX = the adjoint in X of aY at W.</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a)
    {
        Convolution c = At(v.Shape);
        if (!a.Parameters.IsEmpty)
        {
            c.WeightGradient(v.Team, v.Rows, v.Input, a.Output, a.Parameters[.._weights]);
            AddBias(c.Shape, v.Rows, a);
        }

        if (!a.Input.IsEmpty)
            c.InputGradient(v.Team, v.Rows, a.Output, v.Parameters[.._weights], T.Zero, a.Input);
    }

    /// <summary>daW += the adjoints in W of daY at X and of aY at dX, dab += the sum of daY, daX = the adjoints in X of daY at W and of aY at dW.</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da)
    {
        Cotangent(v, da);
        Convolution c = At(v.Shape);
        if (!da.Parameters.IsEmpty && !d.Input.IsEmpty)
            c.WeightGradient(v.Team, v.Rows, d.Input, a.Output, da.Parameters[.._weights]);
        if (!da.Input.IsEmpty)
            c.InputGradient(v.Team, v.Rows, a.Output, d.Parameters[.._weights], T.One, da.Input);
    }

    private static int AtLeastOne(int kernel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel, 1);
        return kernel;
    }

    /// <summary>ab += the sum of aY over examples and pixels: planes by vectors, example after example in double.</summary>
    private void AddBias<T>(ConvolutionShape shape, int rows, in LayerCotangents<T> a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> b = a.Parameters[_weights..];
        for (int o = 0; o < b.Length; o++)
            b[o] += T.CreateChecked(SumOfPlanes(a.Output[(o * shape.OutputPixels)..], rows, shape.OutputSize, shape.OutputPixels));
    }

    /// <summary>Sum of count planes, each so many numbers after the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe double SumOfPlanes<T>(ReadOnlySpan<T> x, int count, int stride, int pixels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        fixed (T* start = x)
        {
            for (int n = 0; n < count; n++)
            {
                T* p = start + ((nint)n * stride);
                Vector512<T> s = Vector512<T>.Zero, t = s, u = s, w = s;
                int i = 0, step = Vector512<T>.Count;
                for (; i <= pixels - (4 * step); i += 4 * step)
                {
                    s += Vector512.Load(p + i);
                    t += Vector512.Load(p + i + step);
                    u += Vector512.Load(p + i + (2 * step));
                    w += Vector512.Load(p + i + (3 * step));
                }

                for (; i <= pixels - step; i += step)
                    s += Vector512.Load(p + i);
                T rest = Vector512.Sum((s + t) + (u + w));
                for (; i < pixels; i++)
                    rest += p[i];
                sum += double.CreateChecked(rest);
            }
        }

        return sum;
    }

    /// <summary>The convolution of inputs of this shape: made when a network is planned, found by all threads later.</summary>
    private Convolution At(FeatureShape input)
    {
        foreach (Convolution known in Volatile.Read(ref _known))
        {
            if (known.Shape.Rows == input.Rows && known.Shape.Columns == input.Columns)
                return known;
        }

        var made = new Convolution(new ConvolutionShape(_channels, input.Rows, input.Columns, _outputs, _kernelRows, _kernelColumns, _stride, _padding));
        while (true)
        {
            Convolution[] before = Volatile.Read(ref _known);
            if (Interlocked.CompareExchange(ref _known, [.. before, made], before) == before)
                return made;
        }
    }
}
