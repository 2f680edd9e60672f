using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>
/// Batch normalization (Ioffe, Szegedy 2015) with PyTorch's conventions; of vectors it is <c>nn.BatchNorm1d</c>. For each channel, over its m numbers x_i in the
/// batch: h_i = s (x_i - mu), y_i = w h_i + b, with mu their mean, s = (variance + eps)^(-1/2) of the variance divided by m. Parameters: weight w (1 at first), bias b (0). Buffers:
/// running_mean, running_var (divided by m - 1) and num_batches_tracked; evaluated with them, mu and s are constants.
/// <para>
/// With dx, ay: q = mean of h dx, A = mean of ay, B = mean of h ay (all 0 where mu and s are constants),
/// dh_i = s (dx_i - mean dx - q h_i), because ds = -s^2 q; dy_i = w dh_i + dw h_i + db; ab = m A, aw = m B, ax_i = s w (ay_i - A - B h_i).
/// The derivative of the last three: dab = m dA, daw = m dB, dax_i = s (dw - s q w)(ay_i - A - B h_i) + s w (day_i - dA - dB h_i - B dh_i),
/// where dA = mean of day, dB = mean of (h day + dh ay) and mean of dh ay = s (mean of dx ay - A mean dx - q B).
/// </para>
/// </summary>
public sealed class BatchNorm2d : Layer
{
    /// <summary>Channels whose sums and factors are on the stack at a time.</summary>
    private const int Together = 32;

    /// <summary>mu, s and the variance divided by m - 1.</summary>
    private const int Kept = 3;
    private readonly int _channels;
    private readonly double _epsilon;
    private readonly double _momentum;

    /// <summary>Checks the numbers.</summary>
    /// <param name="channels">Channels of an input.</param>
    /// <param name="epsilon">Added to the variance, above 0. Default: 1e-5.</param>
    /// <param name="momentum">Weight of a new batch in the running statistics, from 0 to 1. Default: 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public BatchNorm2d(int channels, double epsilon = 1e-5, double momentum = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"epsilon must be above 0 and finite, but is {epsilon}.");
        if (!(momentum >= 0 && momentum <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, $"momentum must be between 0 and 1, but is {momentum}.");
        (_channels, _epsilon, _momentum) = (channels, epsilon, momentum);
        Parameters = [("weight", [channels]), ("bias", [channels])];
        Buffers = [("running_mean", [channels]), ("running_var", [channels]), ("num_batches_tracked", [])];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, int[] Shape)> Parameters { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, int[] Shape)> Buffers { get; }

    /// <summary>Channels: every row of the batch takes part in each.</summary>
    public override LayerSplit Split => LayerSplit.Channels;

    /// <inheritdoc/>
    public override string ToString() => $"BatchNorm2d({_channels})";

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input) => input.Channels == _channels
        ? input
        : throw new ArgumentException($"{this} takes {_channels} channels, but gets {input.Channels}, in {input}.", nameof(input));

    /// <inheritdoc/>
    public override LayerReads Reads(bool inputVaries) => LayerReads.Input | LayerReads.Cotangent | LayerReads.Parameters;

    /// <inheritdoc/>
    public override int StatisticsSize(FeatureShape input) => Kept * _channels;

    /// <summary>w = 1, b = 0.</summary>
    public override void Initialize<T>(ref RandomStream stream, Span<T> parameters)
    {
        parameters[.._channels].Fill(T.One);
        parameters[_channels..].Clear();
    }

    /// <summary>Mean 0, variance 1, no batches.</summary>
    public override void InitializeBuffers<T>(Span<T> buffers)
    {
        buffers.Clear();
        buffers.Slice(_channels, _channels).Fill(T.One);
    }

    /// <summary>running = (1 - momentum) running + momentum batch; one batch more.</summary>
    public override void AdvanceBuffers<T>(in LayerValues<T> v, Span<T> buffers)
    {
        T old = T.CreateChecked(1 - _momentum), recent = T.CreateChecked(_momentum);
        Vectors.LinearCombination(old, buffers[.._channels], recent, v.Statistics[.._channels], buffers[.._channels]);
        Span<T> variance = buffers.Slice(_channels, _channels);
        Vectors.LinearCombination(old, variance, recent, v.Statistics.Slice(2 * _channels, _channels), variance);
        buffers[2 * _channels] += T.One;
    }

    /// <summary>y = w h + b; keeps mu, s and the unbiased variance of each channel unless buffers are given.</summary>
    /// <exception cref="ArgumentException">In training, a channel has one number only: it has no variance.</exception>
    public override void Value<T>(in LayerValues<T> v)
    {
        Span<T> memory = stackalloc T[ChannelFactors<T>.Kinds * Together];
        var k = new ChannelFactors<T>(memory);
        Span<double> mean = stackalloc double[Together], s = stackalloc double[Together];
        for (int first = v.FirstChannel; first < v.EndChannel; first += Together)
        {
            ChannelRange r = Range(v, first);
            if (v.Buffers.IsEmpty)
                Measure(v, r);
            Statistics(v, r, mean, s);
            for (int c = 0; c < r.Count; c++)
            {
                k.Center(c, mean[c]);
                k.Sum(c, s[c] * W(v.Parameters, first + c), W(v.Parameters, _channels + first + c));
            }

            ChannelMap.Run(r, k, v.Input, v.Output);
        }
    }

    /// <summary>dy = w dh + dw h + db.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d)
    {
        Span<T> memory = stackalloc T[ChannelFactors<T>.Kinds * Together];
        var k = new ChannelFactors<T>(memory);
        Span<double> mean = stackalloc double[Together], s = stackalloc double[Together], dMean = stackalloc double[Together], q = stackalloc double[Together];
        for (int first = v.FirstChannel; first < v.EndChannel; first += Together)
        {
            ChannelRange r = Range(v, first);
            Statistics(v, r, mean, s);
            Means(v, r, mean, s, d.Input, dMean, q);
            for (int c = 0; c < r.Count; c++)
            {
                double w = W(v.Parameters, first + c), dw = W(d.Parameters, first + c), db = W(d.Parameters, _channels + first + c);
                k.Center(c, mean[c]);
                k.Sum(c, s[c] * (dw - (s[c] * w * q[c])), db - (s[c] * w * dMean[c]), s[c] * w);
            }

            if (d.Input.IsEmpty)
                ChannelMap.Run(r, k, v.Input, d.Output);
            else
                ChannelMap.Run(r, k, v.Input, d.Input, d.Output);
        }
    }

    /// <summary>aw += m B, ab += m A, ax = s w (ay - A - B h).</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a)
    {
        Span<T> memory = stackalloc T[ChannelFactors<T>.Kinds * Together];
        var k = new ChannelFactors<T>(memory);
        Span<double> mean = stackalloc double[Together], s = stackalloc double[Together], sum = stackalloc double[Together], product = stackalloc double[Together];
        for (int first = v.FirstChannel; first < v.EndChannel; first += Together)
        {
            ChannelRange r = Range(v, first);
            Statistics(v, r, mean, s);
            ChannelSums.OfProducts(r, v.Input, mean, a.Output, sum, product);
            for (int c = 0; c < r.Count; c++)
            {
                double m = Coupling(v, r), w = W(v.Parameters, first + c);
                k.Center(c, mean[c]);
                k.Sum(c, -s[c] * s[c] * s[c] * w * product[c] * m, -s[c] * w * sum[c] * m, s[c] * w);
                Add(a.Parameters, first + c, s[c] * product[c], sum[c]);
            }

            if (!a.Input.IsEmpty)
                ChannelMap.Run(r, k, v.Input, a.Output, a.Input);
        }
    }

    /// <summary>daw += m dB, dab += m dA, dax = s (dw - s q w)(ay - A - B h) + s w (day - dA - dB h - B dh).</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da)
    {
        Span<T> memory = stackalloc T[ChannelFactors<T>.Kinds * Together];
        var k = new ChannelFactors<T>(memory);
        Span<double> mean = stackalloc double[Together], s = stackalloc double[Together], dMean = stackalloc double[Together], q = stackalloc double[Together];
        Span<double> A = stackalloc double[Together], B = stackalloc double[Together], sum = stackalloc double[Together], product = stackalloc double[Together];
        Span<double> zero = stackalloc double[Together], unused = stackalloc double[Together], both = stackalloc double[Together];
        zero.Clear();
        both.Clear();
        for (int first = v.FirstChannel; first < v.EndChannel; first += Together)
        {
            ChannelRange r = Range(v, first);
            Statistics(v, r, mean, s);
            Means(v, r, mean, s, d.Input, dMean, q);
            Means(v, r, mean, s, a.Output, A, B);
            ChannelSums.OfProducts(r, v.Input, mean, da.Output, sum, product);
            if (!d.Input.IsEmpty)
                ChannelSums.OfProducts(r, d.Input, zero, a.Output, unused, both);
            double m = Coupling(v, r);
            for (int c = 0; c < r.Count; c++)
            {
                double w = W(v.Parameters, first + c), dw = W(d.Parameters, first + c), sw = s[c] * w;
                double daw = s[c] * (product[c] + both[c] - (r.Size * ((dMean[c] * A[c]) + (q[c] * B[c]))));
                double dA = m * sum[c], dB = m * daw, alpha = s[c] * (dw - (sw * q[c]));
                k.Center(c, mean[c]);
                k.Sum(
                    c,
                    s[c] * ((s[c] * sw * B[c] * q[c]) - (alpha * B[c]) - (sw * dB)),
                    (s[c] * sw * B[c] * dMean[c]) - (alpha * A[c]) - (sw * dA),
                    alpha,
                    sw,
                    -s[c] * sw * B[c]);
                Add(da.Parameters, first + c, daw, sum[c]);
            }

            if (!da.Input.IsEmpty)
                ChannelMap.Run(r, k, v.Input, a.Output, da.Output, d.Input, da.Input);
        }
    }

    private static double W<T>(ReadOnlySpan<T> w, int index)
        where T : unmanaged, IFloatingPointIeee754<T> => double.CreateChecked(w[index]);

    /// <summary>1 / m in training, when mu and s depend on x; 0 when they are constants.</summary>
    private static double Coupling<T>(in LayerValues<T> v, in ChannelRange r)
        where T : unmanaged, IFloatingPointIeee754<T> => v.Buffers.IsEmpty ? 1.0 / r.Size : 0;

    private ChannelRange Range<T>(in LayerValues<T> v, int first)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new(v.Rows, _channels, v.Shape.Rows * v.Shape.Columns, first, Math.Min(Together, v.EndChannel - first));

    /// <summary>Writes mu, s and the unbiased variance: a first mean, and then mean and squares of what is left of it.</summary>
    private void Measure<T>(in LayerValues<T> v, in ChannelRange r)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (r.Size < 2)
            throw new ArgumentException($"{this} needs more than one value per channel in training, but gets a batch of {v.Rows} of shape {v.Shape}.", nameof(v));
        Span<double> center = stackalloc double[Together], sum = stackalloc double[Together], squares = stackalloc double[Together];
        center.Clear();
        ChannelSums.OfSquares(r, v.Input, center, sum, squares);
        for (int c = 0; c < r.Count; c++)
            center[c] = sum[c] / r.Size;
        ChannelSums.OfSquares(r, v.Input, center, sum, squares);
        for (int c = 0; c < r.Count; c++)
        {
            double rest = sum[c] / r.Size, variance = Math.Max((squares[c] / r.Size) - (rest * rest), 0);
            v.Statistics[r.First + c] = T.CreateChecked(center[c] + rest);
            v.Statistics[_channels + r.First + c] = T.CreateChecked(1 / Math.Sqrt(variance + _epsilon));
            v.Statistics[(2 * _channels) + r.First + c] = T.CreateChecked(variance * r.Size / (r.Size - 1));
        }
    }

    /// <summary>mu and s: the batch's, or those of the buffers.</summary>
    private void Statistics<T>(in LayerValues<T> v, in ChannelRange r, Span<double> mean, Span<double> s)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> from = v.Buffers.IsEmpty ? v.Statistics : v.Buffers;
        for (int c = 0; c < r.Count; c++)
        {
            mean[c] = W(from, r.First + c);
            double second = W(from, _channels + r.First + c);
            s[c] = v.Buffers.IsEmpty ? second : 1 / Math.Sqrt(second + _epsilon);
        }
    }

    /// <summary>Means of a and of h a in training; 0 where they do not enter: no such vector, or constants mu and s.</summary>
    private static void Means<T>(in LayerValues<T> v, in ChannelRange r, ReadOnlySpan<double> center, ReadOnlySpan<double> s, ReadOnlySpan<T> a, Span<double> mean, Span<double> product)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (a.IsEmpty || !v.Buffers.IsEmpty)
        {
            mean.Clear();
            product.Clear();
            return;
        }

        ChannelSums.OfProducts(r, v.Input, center, a, mean, product);
        for (int c = 0; c < r.Count; c++)
        {
            mean[c] /= r.Size;
            product[c] *= s[c] / r.Size;
        }
    }

    private void Add<T>(Span<T> parameters, int channel, double weight, double bias)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (parameters.IsEmpty)
            return;
        parameters[channel] += T.CreateChecked(weight);
        parameters[_channels + channel] += T.CreateChecked(bias);
    }
}
