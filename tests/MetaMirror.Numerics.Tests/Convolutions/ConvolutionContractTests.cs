using System.Numerics;

namespace MetaMirror.Numerics.Tests.Convolutions;

public abstract class ConvolutionContract<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Unit roundoff of T (twice that of double where the reference rounds as well).</summary>
    protected abstract double Epsilon { get; }

    private readonly WorkerTeam[] teams = [new(1), new(2), new(3), new(5)];

    /// <summary>Images and geometry: each names what it is there for.</summary>
    public static TheoryData<int, ConvolutionShape> Cases => new()
    {
        { 1, new ConvolutionShape(1, 1, 1, 1, 1, 1) }, // a single product
        { 3, new ConvolutionShape(1, 28, 28, 6, 5, 5, 1, 2) }, // LeNet's first
        { 3, new ConvolutionShape(6, 14, 14, 16, 5, 5) }, // LeNet's second
        { 2, new ConvolutionShape(16, 5, 5, 33, 5, 5) }, // kernel = image: one output pixel
        { 5, new ConvolutionShape(33, 4, 4, 33, 3, 3, 1, 1) }, // few pixels, many channels
        { 2, new ConvolutionShape(32, 9, 9, 32, 3, 3, 1, 1) }, // whole vectors of channels, odd pixels
        { 1, new ConvolutionShape(64, 8, 8, 64, 3, 3, 1, 1) }, // several inner blocks
        { 2, new ConvolutionShape(17, 8, 8, 40, 3, 3, 2, 1) }, // stride 2, even image
        { 3, new ConvolutionShape(5, 7, 9, 7, 3, 3, 2, 1) }, // stride 2, odd image
        { 4, new ConvolutionShape(16, 8, 8, 32, 1, 1, 2, 0) }, // ResNet's shortcut: classes without taps
        { 5, new ConvolutionShape(33, 3, 5, 31, 1, 1) }, // 1x1
        { 2, new ConvolutionShape(3, 16, 16, 20, 7, 7, 2, 3) }, // ImageNet's first
        { 2, new ConvolutionShape(2, 11, 6, 3, 7, 2, 3, 1) }, // stride 3, rectangles, unused last rows
        { 2, new ConvolutionShape(3, 5, 8, 2, 2, 4, 1, 3) }, // padding above half the kernel
        { 2, new ConvolutionShape(2, 3, 2, 5, 1, 1, 1, 2) }, // results that see zeros only
        { 2, new ConvolutionShape(2, 2, 3, 9, 3, 1, 2, 3) }, // ... and a stride
        { 3, new ConvolutionShape(1, 40, 37, 1, 3, 5, 1, 1) }, // one channel to one
        { 2, new ConvolutionShape(4, 1, 50, 3, 1, 9, 1, 0) }, // one row
        { 2, new ConvolutionShape(4, 50, 1, 3, 9, 1, 3, 0) }, // one column
        { 1, new ConvolutionShape(130, 3, 3, 70, 3, 3, 1, 1) }, // long depth, last block of columns partly filled
        { 67, new ConvolutionShape(3, 6, 6, 5, 3, 3, 1, 1) }, // many images
        { 19, new ConvolutionShape(5, 8, 8, 9, 5, 5) }, // an input gradient that would meet padding mostly
        { 1, new ConvolutionShape(2, 40, 40, 17, 3, 3, 1, 1) }, // pixels in blocks
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void All_three_products_equal_plain_loops(int images, ConvolutionShape shape) => Check(images, shape, 0, true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.5)]
    public void Beta_and_bias_are_used(double beta)
    {
        foreach (bool bias in new[] { false, true })
        {
            Check(3, new ConvolutionShape(1, 10, 12, 6, 5, 5, 1, 2), beta, bias);
            Check(3, new ConvolutionShape(6, 8, 8, 16, 5, 5), beta, bias);
            Check(2, new ConvolutionShape(33, 6, 6, 35, 3, 3, 1, 1), beta, bias);
            Check(2, new ConvolutionShape(18, 7, 7, 5, 3, 3, 2, 1), beta, bias);
        }
    }

    [Fact]
    public void Winograds_algorithm_is_used_in_float_for_3x3_kernels_of_stride_1_over_many_channels_and_nowhere_else()
    {
        bool Goes(ConvolutionShape shape) => new Convolution(shape).GoesByWinograd<T>();
        Assert.Equal(typeof(T) == typeof(float), Goes(new ConvolutionShape(16, 6, 7, 20, 3, 3, 1, 1)));
        Assert.False(Goes(new ConvolutionShape(15, 6, 7, 20, 3, 3, 1, 1)));
        Assert.False(Goes(new ConvolutionShape(16, 6, 7, 15, 3, 3, 1, 1)));
        Assert.False(Goes(new ConvolutionShape(16, 6, 7, 20, 3, 3, 2, 1)));
        Assert.False(Goes(new ConvolutionShape(16, 6, 7, 20, 5, 5, 1, 1)));
        if (typeof(T) != typeof(float))
            return;

        var shape = new ConvolutionShape(16, 6, 7, 20, 3, 3, 1, 1);
        var convolution = new Convolution(shape);
        var winograd = new WinogradConvolution(16, 6, 7, 20, 1);
        const int Images = 3;
        T[] x = Draws.Normal<T>(Images * shape.InputSize, 71), w = Draws.Normal<T>(shape.WeightSize, 72), ay = Draws.Normal<T>(Images * shape.OutputSize, 73), b = Draws.Normal<T>(20, 74);
        T[] y = new T[ay.Length], ax = new T[x.Length], aw = new T[w.Length], y2 = new T[ay.Length], ax2 = new T[x.Length], aw2 = new T[w.Length];
        convolution.Forward<T>(null, Images, x, w, b, T.Zero, y);
        convolution.InputGradient<T>(null, Images, ay, w, T.Zero, ax);
        convolution.WeightGradient<T>(null, Images, x, ay, aw);
        winograd.Forward<T>(null, Images, x, w, b, T.Zero, y2);
        winograd.InputGradient<T>(null, Images, ay, w, T.Zero, ax2);
        winograd.WeightGradient<T>(null, Images, x, ay, aw2);
        Assert.Equal(y2, y);
        Assert.Equal(ax2, ax);
        Assert.Equal(aw2, aw);
    }

    [Fact]
    public void No_images_add_nothing()
    {
        T[] w = Draws.Normal<T>(54, 68), before = [.. w];
        var convolution = new Convolution(new ConvolutionShape(2, 4, 4, 3, 3, 3));
        convolution.Forward<T>(null, 0, [], w, [], T.Zero, []);
        convolution.InputGradient<T>(null, 0, [], w, T.Zero, []);
        convolution.WeightGradient<T>(null, 0, [], [], w);
        Assert.Equal(before, w);
    }

    [Fact]
    public void All_counts_of_channels_up_to_33()
    {
        for (int count = 1; count <= 33; count++)
        {
            int other = 1 + (count * 7 % 33);
            Check(2, new ConvolutionShape(count, 4, 3, other, 3, 2, 1 + (count % 3), count % 3), 0.5, true);
        }
    }

    [Fact]
    public void All_small_kernels_strides_and_paddings()
    {
        for (int kernel = 1; kernel <= 4; kernel++)
        {
            for (int stride = 1; stride <= 3; stride++)
            {
                for (int padding = 0; padding <= 3; padding++)
                {
                    for (int rows = Math.Max(1, kernel - (2 * padding)); rows <= 6; rows += 2)
                        Check(2, new ConvolutionShape(3, rows, 5, 4, kernel, 1 + ((kernel + stride) % 4), stride, padding), 1, true);
                }
            }
        }
    }

    /// <summary>|error| ≤ (depth + 3) u Σ|terms| + 3 u |β y|: the bound for any order of summation (Higham, "Accuracy and Stability", 3.5).</summary>
    private void Check(int images, ConvolutionShape shape, double beta, bool hasBias)
    {
        T[] x = Draws.Normal<T>(images * shape.InputSize, 61), w = Draws.Normal<T>(shape.WeightSize, 62), ay = Draws.Normal<T>(images * shape.OutputSize, 63);
        T[] bias = hasBias ? Draws.Normal<T>(shape.Outputs, 64) : [];
        var expected = ConvolutionReference.Of(shape, images, x, w, ay);
        for (int i = 0; hasBias && i < expected.Y.Length; i++)
        {
            double b = double.CreateTruncating(bias[i / shape.OutputPixels % shape.Outputs]);
            expected.Y[i] += b;
            expected.YMagnitude[i] += Math.Abs(b);
        }

        T factor = T.CreateTruncating(beta);
        foreach ((string name, ForwardWay<T> run) in ConvolutionWays<T>.Forward(shape))
        {
            T[] y = Output(expected.Y.Length), before = [.. y];
            run(null, images, x, w, bias, factor, y.AsSpan(0, expected.Y.Length));
            Compare(name, shape, shape.Taps, expected.Y, expected.YMagnitude, beta, before, y);
        }

        foreach ((string name, InputGradientWay<T> run) in ConvolutionWays<T>.InputGradient(shape))
        {
            T[] ax = Output(expected.Ax.Length), before = [.. ax];
            run(null, images, ay, w, factor, ax.AsSpan(0, expected.Ax.Length));
            Compare(name, shape, shape.WeightSize / shape.Channels, expected.Ax, expected.AxMagnitude, beta, before, ax);
        }

        foreach ((string name, WeightGradientWay<T> run) in ConvolutionWays<T>.WeightGradient(shape))
        {
            T[] aw = Draws.Normal<T>(expected.Aw.Length + Guard, 65), before = [.. aw];
            run(null, images, x, ay, aw.AsSpan(0, expected.Aw.Length));
            Compare(name, shape, images * shape.OutputPixels, expected.Aw, expected.AwMagnitude, 1, before, aw);
        }

        // β = 0 must not read what was there; the guard behind must stay.
        T[] Output(int length) => beta == 0
            ? [.. Enumerable.Repeat(T.NaN, length), .. Draws.Normal<T>(Guard, 66)]
            : Draws.Normal<T>(length + Guard, 67);
    }

    private const int Guard = 70;

    private void Compare(string product, ConvolutionShape shape, int depth, double[] sums, double[] magnitudes, double beta, T[] before, T[] found)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            double old = beta == 0 ? 0 : beta * double.CreateTruncating(before[i]), error = double.CreateTruncating(found[i]) - sums[i] - old;
            double bound = ((depth + 3) * Epsilon * magnitudes[i]) + (3 * Epsilon * Math.Abs(old)) + double.Epsilon;
            if (!(Math.Abs(error) <= bound))
                Assert.Fail(FormattableString.Invariant($"{product} {shape} beta {beta} [{i}]: expected {sums[i] + old}, found {found[i]}, bound {bound}"));
        }

        Assert.Equal(before.AsSpan(sums.Length), found.AsSpan(sums.Length));
    }

    /// <summary>⟨ay, F(x, w)⟩ = ⟨InputGradient(ay, w), x⟩ = ⟨WeightGradient(x, ay), w⟩, each side within the bounds of its sums.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_the_adjoints(int images, ConvolutionShape shape)
    {
        T[] x = Draws.Normal<T>(images * shape.InputSize, 71), w = Draws.Normal<T>(shape.WeightSize, 72), ay = Draws.Normal<T>(images * shape.OutputSize, 73);
        T[] y = new T[ay.Length], ax = new T[x.Length], aw = new T[w.Length];
        var convolution = new Convolution(shape);
        convolution.Forward<T>(null, images, x, w, [], T.Zero, y);
        convolution.InputGradient<T>(null, images, ay, w, T.Zero, ax);
        convolution.WeightGradient<T>(null, images, x, ay, aw);
        T[] absolute = new T[w.Length];
        convolution.WeightGradient<T>(null, images, Array.ConvertAll(x, T.Abs), Array.ConvertAll(ay, T.Abs), absolute);
        double magnitude = Dot(absolute, Array.ConvertAll(w, T.Abs)), value = Dot(y, ay);
        int depth = shape.Taps + (shape.WeightSize / shape.Channels) + (images * shape.OutputPixels);
        Assert.InRange(Dot(ax, x) - value, -depth * Epsilon * magnitude, depth * Epsilon * magnitude);
        Assert.InRange(Dot(aw, w) - value, -depth * Epsilon * magnitude, depth * Epsilon * magnitude);
    }

    private static double Dot(T[] a, T[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += double.CreateTruncating(a[i]) * double.CreateTruncating(b[i]);
        return sum;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bits_do_not_depend_on_the_team(int images, ConvolutionShape shape)
    {
        images *= 3;
        T[] x = Draws.Normal<T>(images * shape.InputSize, 74), w = Draws.Normal<T>(shape.WeightSize, 75), ay = Draws.Normal<T>(images * shape.OutputSize, 76);
        T[] bias = Draws.Normal<T>(shape.Outputs, 77);
        foreach ((string name, ForwardWay<T> run) in ConvolutionWays<T>.Forward(shape))
            CheckTeams(name, ay.Length, (team, y) => run(team, images, x, w, bias, T.One, y));
        foreach ((string name, InputGradientWay<T> run) in ConvolutionWays<T>.InputGradient(shape))
            CheckTeams(name, x.Length, (team, ax) => run(team, images, ay, w, T.One, ax));
        foreach ((string name, WeightGradientWay<T> run) in ConvolutionWays<T>.WeightGradient(shape))
            CheckTeams(name, w.Length, (team, aw) => run(team, images, x, ay, aw));

        void CheckTeams(string name, int length, Action<WorkerTeam?, T[]> run)
        {
            T[] alone = Draws.Normal<T>(length, 78);
            run(null, alone);
            foreach (WorkerTeam team in teams)
            {
                T[] together = Draws.Normal<T>(length, 78);
                run(team, together);
                Assert.True(alone.AsSpan().SequenceEqual(together), $"{name}, {team.Threads} threads");
            }
        }
    }

    [Fact]
    public void Not_a_number_reaches_the_results_that_see_it_and_no_other()
    {
        var shape = new ConvolutionShape(3, 6, 6, 18, 3, 3, 1, 1);
        T[] x = Draws.Normal<T>(2 * shape.InputSize, 81), w = Draws.Normal<T>(shape.WeightSize, 82), y = new T[2 * shape.OutputSize];
        x[shape.InputSize + (2 * 36) + (3 * 6) + 5] = T.NaN;
        new Convolution(shape).Forward<T>(null, 2, x, w, [], T.Zero, y);
        for (int i = 0; i < y.Length; i++)
        {
            int row = i % 36 / 6, column = i % 6;
            Assert.Equal(i >= shape.OutputSize && row is >= 2 and <= 4 && column >= 4, T.IsNaN(y[i]));
        }
    }

    [Fact]
    public void Wrong_shapes_and_shared_memory_are_refused()
    {
        var shape = new ConvolutionShape(2, 4, 4, 3, 3, 3);
        var convolution = new Convolution(shape);
        T[] x = new T[64], w = new T[54], y = new T[24], memory = new T[200];
        string message = Assert.Throws<ArgumentException>(() => convolution.Forward<T>(null, 2, x, w, new T[2], T.Zero, y)).Message;
        Assert.Contains("bias must have 3 elements", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => convolution.Forward<T>(null, 3, x, w, [], T.Zero, y));
        Assert.Throws<ArgumentOutOfRangeException>(() => convolution.Forward<T>(null, -1, [], w, [], T.Zero, []));
        Assert.Throws<ArgumentException>(() => convolution.InputGradient<T>(null, 2, y, new T[53], T.Zero, x));
        Assert.Throws<ArgumentException>(() => convolution.InputGradient<T>(null, 2, new T[25], w, T.Zero, x));
        Assert.Throws<ArgumentException>(() => convolution.WeightGradient<T>(null, 2, x, y, new T[55]));
        Assert.Throws<ArgumentException>(() => convolution.Forward<T>(null, 2, memory.AsSpan(0, 64), w, [], T.Zero, memory.AsSpan(63, 24)));
        Assert.Throws<ArgumentException>(() => convolution.InputGradient<T>(null, 2, memory.AsSpan(0, 24), w, T.Zero, memory.AsSpan(23, 64)));
        Assert.Throws<ArgumentException>(() => convolution.WeightGradient<T>(null, 2, x, memory.AsSpan(0, 24), memory.AsSpan(23, 54)));
    }
}

public sealed class ConvolutionSingleTests : ConvolutionContract<float>
{
    protected override double Epsilon => Math.ScaleB(1, -24);
}

public sealed class ConvolutionDoubleTests : ConvolutionContract<double>
{
    // The reference sums in double too: both sides have the error.
    protected override double Epsilon => 2 * Math.ScaleB(1, -53);
}
