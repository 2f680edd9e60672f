using System.Numerics;
using MetaMirror.Tests;

namespace MetaMirror.Numerics.Tests.Convolutions;

public abstract class WinogradConvolutionContract<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Channels, rows, columns, outputs, padding, images.</summary>
    private static readonly (int C, int H, int W, int O, int P, int N)[] Shapes =
    [
        (1, 1, 1, 1, 1, 1), (1, 1, 1, 1, 2, 2), (1, 3, 3, 1, 0, 1), (2, 2, 2, 3, 1, 0), (1, 2, 5, 2, 1, 3), (3, 4, 4, 5, 1, 2), (5, 5, 4, 3, 0, 4), (4, 7, 3, 17, 2, 1),
        (17, 3, 7, 4, 1, 2), (20, 4, 4, 20, 1, 4), (7, 11, 11, 9, 1, 1), (8, 6, 10, 8, 0, 2), (16, 8, 8, 16, 1, 2), (9, 10, 11, 12, 2, 1), (13, 9, 5, 1, 1, 3),
        (1, 11, 8, 19, 1, 2), (19, 2, 2, 18, 1, 4), (3, 1, 11, 4, 1, 2), (3, 11, 1, 4, 1, 2), (6, 5, 5, 33, 1, 1), (33, 5, 5, 6, 1, 1), (70, 4, 3, 66, 1, 2),
        (2, 3, 40, 3, 1, 1), (2, 40, 36, 2, 1, 2), (200, 3, 3, 2, 1, 1),
    ];

    /// <summary>Unit roundoff.</summary>
    protected abstract double Roundoff { get; }

    [Fact]
    public void Forward_equals_the_definition()
    {
        foreach ((int c, int h, int w, int o, int p, int n) in Shapes)
            CheckForward(c, h, w, o, p, n, n % 2 == 0, n % 3 * 0.5);
    }

    [Fact]
    public void Input_gradient_equals_the_definition()
    {
        foreach ((int c, int h, int w, int o, int p, int n) in Shapes)
            CheckInputGradient(c, h, w, o, p, n, (n + 1) % 3 * 0.5);
    }

    [Fact]
    public void Weight_gradient_equals_the_definition_and_is_added()
    {
        foreach ((int c, int h, int w, int o, int p, int n) in Shapes)
            CheckWeightGradient(c, h, w, o, p, n);
    }

    [Fact]
    public void All_three_equal_the_definition_on_all_small_sizes()
    {
        for (int h = 1; h <= 11; h++)
        {
            for (int w = 1; w <= 11; w++)
            {
                int p = (h + w) % 3, s = (h * 11) + w;
                if (Math.Min(h, w) + (2 * p) < 3)
                    continue;
                (int c, int o, int n) = (1 + (s % 5), 1 + (s % 7), 1 + (s % 2));
                CheckForward(c, h, w, o, p, n, true, 0);
                CheckInputGradient(c, h, w, o, p, n, 0);
                CheckWeightGradient(c, h, w, o, p, n);
            }
        }
    }

    private void CheckForward(int c, int h, int w, int o, int p, int n, bool biased, double beta)
    {
        var (reference, convolution) = Make(c, h, w, o, p);
        T[] x = Draws.Normal<T>(reference.InputLength(n), 60), k = Draws.Normal<T>(reference.WeightLength, 61), y = Draws.Normal<T>(reference.OutputLength(n), 62);
        T[] bias = biased ? Draws.Normal<T>(o, 63) : [], before = [.. y];
        if (beta == 0)
            Array.Fill(y, T.NaN);
        convolution.Forward(null, n, x, k, bias, T.CreateTruncating(beta), y);
        double[] sum = reference.Forward<T>(n, x, k).Sum, magnitude = WinogradBound.F2.Forward(n, c, h, w, o, p, Doubles(x), Doubles(k));
        for (int i = 0; i < y.Length; i++)
        {
            int lane = i / (reference.OutputRows * reference.OutputColumns) % o;
            double rest = (beta * double.CreateTruncating(before[i])) + (biased ? double.CreateTruncating(bias[lane]) : 0);
            double size = magnitude[i] + Math.Abs(beta * double.CreateTruncating(before[i])) + (biased ? Math.Abs(double.CreateTruncating(bias[lane])) : 0);
            AssertWithin(sum[i] + rest, y[i], size, c, $"y[{i}] of {(c, h, w, o, p, n)}");
        }
    }

    private void CheckInputGradient(int c, int h, int w, int o, int p, int n, double beta)
    {
        var (reference, convolution) = Make(c, h, w, o, p);
        T[] ay = Draws.Normal<T>(reference.OutputLength(n), 64), k = Draws.Normal<T>(reference.WeightLength, 65), ax = Draws.Normal<T>(reference.InputLength(n), 66);
        T[] before = [.. ax];
        if (beta == 0)
            Array.Fill(ax, T.NaN);
        convolution.InputGradient(null, n, ay, k, T.CreateTruncating(beta), ax);
        double[] turned = new double[k.Length];
        for (int i = 0; i < k.Length; i++)
            turned[((((i / 9 % c) * o) + (i / 9 / c)) * 9) + 8 - (i % 9)] = double.CreateTruncating(k[i]);
        double[] sum = reference.InputGradient<T>(n, ay, k).Sum;
        double[] magnitude = WinogradBound.F2.Forward(n, o, reference.OutputRows, reference.OutputColumns, c, 2 - p, Doubles(ay), turned);
        for (int i = 0; i < ax.Length; i++)
        {
            double old = beta * double.CreateTruncating(before[i]);
            AssertWithin(sum[i] + old, ax[i], magnitude[i] + Math.Abs(old), o, $"ax[{i}] of {(c, h, w, o, p, n)}");
        }
    }

    private void CheckWeightGradient(int c, int h, int w, int o, int p, int n)
    {
        var (reference, convolution) = Make(c, h, w, o, p);
        T[] x = Draws.Normal<T>(reference.InputLength(n), 67), ay = Draws.Normal<T>(reference.OutputLength(n), 68), aw = Draws.Normal<T>(reference.WeightLength, 69);
        T[] before = [.. aw];
        convolution.WeightGradient(null, n, x, ay, aw);
        double[] sum = reference.WeightGradient<T>(n, x, ay).Sum;
        double[] magnitude = WinogradBound.F2.WeightGradient(n, c, h, w, o, p, Doubles(x), Doubles(ay));
        int tiles = n * (reference.OutputRows + 1) * (reference.OutputColumns + 1) / 4;
        for (int i = 0; i < aw.Length; i++)
        {
            double old = double.CreateTruncating(before[i]);
            AssertWithin(sum[i] + old, aw[i], magnitude[i] + Math.Abs(old), tiles, $"aw[{i}] of {(c, h, w, o, p, n)}");
        }
    }

    [Fact]
    public void Gradients_are_adjoint_to_the_forward_product()
    {
        foreach ((int c, int h, int w, int o, int p, int n) in Shapes)
        {
            var (reference, convolution) = Make(c, h, w, o, p);
            T[] x = Draws.Normal<T>(reference.InputLength(n), 70), k = Draws.Normal<T>(reference.WeightLength, 71), ay = Draws.Normal<T>(reference.OutputLength(n), 72);
            T[] y = new T[ay.Length], ax = new T[x.Length], aw = new T[k.Length];
            convolution.Forward(null, n, x, k, [], T.Zero, y);
            convolution.InputGradient(null, n, ay, k, T.Zero, ax);
            convolution.WeightGradient(null, n, x, ay, aw);
            double forward = Dot(y, ay), scale = Math.Sqrt(Dot(y, y) * Dot(ay, ay));
            double tolerance = Roundoff * scale * (WinogradBound.F2.Roundings + c + o + ay.Length / Math.Max(1, o));
            Assert.InRange(Dot(ax, x) - forward, -tolerance, tolerance);
            Assert.InRange(Dot(aw, k) - forward, -tolerance, tolerance);
        }
    }

    [Fact]
    public void Bits_do_not_depend_on_the_team()
    {
        foreach ((int c, int h, int w, int o, int p, int n) in new[] { (70, 7, 9, 66, 1, 5), (3, 33, 40, 40, 1, 3), (130, 4, 4, 20, 1, 40), (20, 4, 4, 130, 0, 1) })
        {
            var (reference, convolution) = Make(c, h, w, o, p);
            T[] x = Draws.Normal<T>(reference.InputLength(n), 73), k = Draws.Normal<T>(reference.WeightLength, 74), ay = Draws.Normal<T>(reference.OutputLength(n), 75);
            T[] y = new T[ay.Length], ax = new T[x.Length], aw = new T[k.Length];
            convolution.Forward(null, n, x, k, [], T.Zero, y);
            convolution.InputGradient(null, n, ay, k, T.Zero, ax);
            convolution.WeightGradient(null, n, x, ay, aw);
            foreach (int threads in new[] { 1, 2, 3, 5 })
            {
                var team = new WorkerTeam(threads);
                T[] y2 = new T[ay.Length], ax2 = new T[x.Length], aw2 = new T[k.Length];
                convolution.Forward(team, n, x, k, [], T.Zero, y2);
                convolution.InputGradient(team, n, ay, k, T.Zero, ax2);
                convolution.WeightGradient(team, n, x, ay, aw2);
                Assert.Equal(y, y2);
                Assert.Equal(ax, ax2);
                Assert.Equal(aw, aw2);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Nothing_is_allocated_once_warm(int threads)
    {
        var (reference, convolution) = Make(40, 9, 9, 36, 1);
        const int Images = 3;
        var team = new WorkerTeam(threads);
        T[] x = Draws.Normal<T>(reference.InputLength(Images), 76), k = Draws.Normal<T>(reference.WeightLength, 77), y = new T[reference.OutputLength(Images)];
        T[] ax = new T[x.Length], aw = new T[k.Length];
        Allocation.AssertNone(() =>
        {
            convolution.Forward(team, Images, x, k, [], T.Zero, y);
            convolution.InputGradient(team, Images, y, k, T.One, ax);
            convolution.WeightGradient(team, Images, x, y, aw);
        });
    }

    [Fact]
    public void An_infinite_input_reaches_only_the_tiles_around_it()
    {
        var (reference, convolution) = Make(3, 20, 20, 5, 1);
        T[] x = Draws.Normal<T>(reference.InputLength(1), 78), k = Draws.Normal<T>(reference.WeightLength, 79), y = new T[reference.OutputLength(1)];
        x[(10 * 20) + 10] = T.PositiveInfinity;
        convolution.Forward(null, 1, x, k, [], T.Zero, y);
        for (int i = 0; i < y.Length; i++)
        {
            (int row, int column) = (i / 20 % 20, i % 20);
            if (Math.Abs(row - 10) <= 1 && Math.Abs(column - 10) <= 1)
                Assert.False(T.IsFinite(y[i]));
            else if (Math.Max(Math.Abs(row - 10), Math.Abs(column - 10)) >= WinogradBound.F2.Reach)
                Assert.True(T.IsFinite(y[i]));
        }
    }

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new WinogradConvolution(0, 3, 3, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WinogradConvolution(1, 3, 3, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WinogradConvolution(1, 2, 3, 1, 0));
        var convolution = new WinogradConvolution(2, 4, 4, 3, 1);
        T[] x = new T[32], w = new T[54], y = new T[48];
        string message = Assert.Throws<ArgumentException>(() => convolution.Forward(null, 1, x.AsSpan(1), w, [], T.Zero, y)).Message;
        Assert.Contains("32", message, StringComparison.Ordinal);
        Assert.Contains("31", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => convolution.Forward(null, 1, x, w, x.AsSpan(0, 2), T.Zero, y));
        Assert.Throws<ArgumentException>(() => convolution.InputGradient(null, 1, y, w.AsSpan(1), T.Zero, x));
        Assert.Throws<ArgumentException>(() => convolution.WeightGradient(null, 2, x, y, w));
        Assert.Throws<ArgumentException>(() => convolution.InputGradient(null, 1, y, w, T.Zero, w.AsSpan(0, 32)));
    }

    private static (WinogradReference Reference, WinogradConvolution Convolution) Make(int c, int h, int w, int o, int p) =>
        (new WinogradReference(c, h, w, o, p), new WinogradConvolution(c, h, w, o, p));

    private static double[] Doubles(T[] x) => [.. x.Select(double.CreateTruncating)];

    private static double Dot(T[] x, T[] y) => x.Zip(y, (a, b) => double.CreateTruncating(a) * double.CreateTruncating(b)).Sum();

    /// <summary>γ_N of the magnitude, N = terms of the sum, roundings of the transforms, and three of bias, β and the oracle's own sum.</summary>
    private void AssertWithin(double expected, T found, double magnitude, int terms, string where)
    {
        double n = (terms + WinogradBound.F2.Roundings + 3) * Roundoff;
        double bound = n / (1 - n) * magnitude;
        Assert.True(
            Math.Abs(expected - double.CreateTruncating(found)) <= bound,
            FormattableString.Invariant($"{where}: expected {expected:g17}, found {found}, bound {bound}"));
    }
}

public sealed class WinogradConvolutionSingleTests : WinogradConvolutionContract<float>
{
    protected override double Roundoff => Math.ScaleB(1, -24);
}

public sealed class WinogradConvolutionDoubleTests : WinogradConvolutionContract<double>
{
    // The oracle sums in double too: both sides have the error.
    protected override double Roundoff => 2 * Math.ScaleB(1, -53);
}

public sealed class WinogradMatrixTests
{
    [Fact]
    public void Matrices_of_the_bound_are_a_filtering_algorithm()
    {
        for (int position = 0; position < 2; position++)
        {
            for (int tap = 0; tap < 3; tap++)
            {
                for (int input = 0; input < 4; input++)
                    Assert.Equal(position + tap == input ? 1 : 0, WinogradBound.F2.Entry(position, tap, input));
            }
        }
    }
}
