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
        (1, 11, 8, 19, 1, 2), (19, 2, 2, 18, 1, 4), (3, 1, 11, 4, 1, 2), (3, 11, 1, 4, 1, 2), (6, 5, 5, 33, 1, 1), (33, 5, 5, 6, 1, 1), (66, 4, 3, 65, 1, 2),
        (2, 40, 36, 2, 1, 2), (140, 3, 3, 2, 1, 1), (2, 3, 3, 140, 1, 1),
    ];

    /// <summary>Side of the tiles, whether lanes are shared out; 0 as the shape says.</summary>
    public static TheoryData<int, bool> Plans => new((0, false), (2, false), (2, true), (4, false), (4, true));

    /// <summary>Unit roundoff.</summary>
    protected abstract double Roundoff { get; }

    [Theory]
    [MemberData(nameof(Plans))]
    public void All_three_equal_the_definition_on_many_shapes(int side, bool stripes)
    {
        foreach ((int c, int h, int w, int o, int p, int n) in Shapes)
            Check(new WinogradCase<T>((c, h, w, o, p, n), side, stripes), n % 2 == 0, n % 3 * 0.5);
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void All_three_equal_the_definition_on_all_small_sizes(int side, bool stripes)
    {
        for (int h = 1; h <= 11; h++)
        {
            for (int w = 1; w <= 11; w++)
            {
                int p = (h + w) % 3, s = (h * 11) + w;
                if (Math.Min(h, w) + (2 * p) >= 3)
                    Check(new WinogradCase<T>((1 + (s % 5), h, w, 1 + (s % 7), p, 1 + (s % 2)), side, stripes), s % 3 == 0, 0);
            }
        }
    }

    private void Check(WinogradCase<T> set, bool biased, double beta)
    {
        int plane = set.Reference.OutputRows * set.Reference.OutputColumns;
        T factor = T.CreateTruncating(beta);
        T[] bias = biased ? Draws.Normal<T>(set.Reference.Outputs, 63) : [];
        T[] y = Draws.Normal<T>(set.Y.Length, 64), ax = Draws.Normal<T>(set.X.Length, 65), aw = Draws.Normal<T>(set.W.Length, 66);
        double[] yBefore = WinogradCase<T>.Doubles(y), axBefore = WinogradCase<T>.Doubles(ax), awBefore = WinogradCase<T>.Doubles(aw);
        if (beta == 0)
        {
            Array.Fill(y, T.NaN);
            Array.Fill(ax, T.NaN);
        }

        set.Convolution.Forward(null, set.Images, set.X, set.W, bias, factor, y);
        set.Convolution.InputGradient(null, set.Images, set.Y, set.W, factor, ax);
        set.Convolution.WeightGradient(null, set.Images, set.X, set.Y, aw);
        AssertWithin(set, "y", set.Reference.Forward<T>(set.Images, set.X, set.W), set.ForwardMagnitude, y, i =>
            (beta * yBefore[i], biased ? double.CreateTruncating(bias[i / plane % set.Reference.Outputs]) : 0));
        AssertWithin(set, "ax", set.Reference.InputGradient<T>(set.Images, set.Y, set.W), set.InputMagnitude, ax, i => (beta * axBefore[i], 0));
        AssertWithin(set, "aw", set.Reference.WeightGradient<T>(set.Images, set.X, set.Y), set.WeightMagnitude, aw, i => (awBefore[i], 0));
    }

    private void AssertWithin(WinogradCase<T> set, string name, double[] sum, double[] magnitude, T[] found, Func<int, (double Old, double Bias)> rest)
    {
        for (int i = 0; i < found.Length; i++)
        {
            (double old, double bias) = rest(i);
            double expected = sum[i] + old + bias, bound = Gamma(set) * (magnitude[i] + Math.Abs(old) + Math.Abs(bias));
            Assert.True(
                Math.Abs(expected - double.CreateTruncating(found[i])) <= bound,
                FormattableString.Invariant($"{name}[{i}] of {set.Name}: expected {expected:g17}, found {found[i]}, bound {bound}"));
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Gradients_are_adjoint_to_the_forward_product(int side, bool stripes)
    {
        foreach ((int c, int h, int w, int o, int p, int n) in Shapes)
        {
            var set = new WinogradCase<T>((c, h, w, o, p, n), side, stripes);
            (T[] y, T[] ax, T[] aw) = Products(set, null);
            double forward = Dot(y, set.Y), slack = Gamma(set) * Dot(set.Y, set.ForwardMagnitude);
            double input = slack + (Gamma(set) * Dot(set.X, set.InputMagnitude)), weight = slack + (Gamma(set) * Dot(set.W, set.WeightMagnitude));
            Assert.InRange(Dot(ax, set.X) - forward, -input, input);
            Assert.InRange(Dot(aw, set.W) - forward, -weight, weight);
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Bits_do_not_depend_on_the_team(int side, bool stripes)
    {
        foreach ((int c, int h, int w, int o, int p, int n) in new[] { (70, 7, 9, 66, 1, 5), (3, 33, 40, 40, 1, 3), (130, 4, 4, 20, 1, 40), (20, 4, 4, 600, 0, 1) })
        {
            var set = new WinogradCase<T>((c, h, w, o, p, n), side, stripes);
            (T[] y, T[] ax, T[] aw) = Products(set, null);
            foreach (int threads in new[] { 1, 2, 3, 5 })
            {
                (T[] y2, T[] ax2, T[] aw2) = Products(set, new WorkerTeam(threads));
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
        foreach ((int side, bool stripes) in new[] { (0, false), (2, false), (4, true) })
        {
            var set = new WinogradCase<T>((40, 9, 9, 36, 1, 3), side, stripes);
            var team = new WorkerTeam(threads);
            T[] y = new T[set.Y.Length], ax = new T[set.X.Length], aw = new T[set.W.Length];
            Allocation.AssertNone(() =>
            {
                set.Convolution.Forward(team, set.Images, set.X, set.W, [], T.Zero, y);
                set.Convolution.InputGradient(team, set.Images, set.Y, set.W, T.One, ax);
                set.Convolution.WeightGradient(team, set.Images, set.X, set.Y, aw);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void An_infinite_input_reaches_only_the_tiles_around_it(int side, bool stripes)
    {
        const int Size = 20, At = 10, MostPoints = 6;
        var set = new WinogradCase<T>((3, Size, Size, 5, 1, 1), side, stripes);
        set.X[(At * Size) + At] = T.PositiveInfinity;
        T[] y = new T[set.Y.Length];
        set.Convolution.Forward(null, 1, set.X, set.W, [], T.Zero, y);
        for (int i = 0; i < y.Length; i++)
        {
            int distance = Math.Max(Math.Abs((i / Size % Size) - At), Math.Abs((i % Size) - At));
            Assert.True(distance > 1 || !T.IsFinite(y[i]), $"[{i}] should see the infinity.");
            Assert.True(distance < MostPoints || T.IsFinite(y[i]), $"[{i}] should not see the infinity.");
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

    private static (T[] Y, T[] Ax, T[] Aw) Products(WinogradCase<T> set, WorkerTeam? team)
    {
        T[] y = new T[set.Y.Length], ax = new T[set.X.Length], aw = new T[set.W.Length];
        set.Convolution.Forward(team, set.Images, set.X, set.W, [], T.Zero, y);
        set.Convolution.InputGradient(team, set.Images, set.Y, set.W, T.Zero, ax);
        set.Convolution.WeightGradient(team, set.Images, set.X, set.Y, aw);
        return (y, ax, aw);
    }

    private static double Dot(T[] x, T[] y) => x.Zip(y, (a, b) => double.CreateTruncating(a) * double.CreateTruncating(b)).Sum();

    private static double Dot(T[] x, double[] y) => x.Zip(y, (a, b) => Math.Abs(double.CreateTruncating(a)) * b).Sum();

    private double Gamma(WinogradCase<T> set) => set.Roundings * Roundoff / (1 - (set.Roundings * Roundoff));
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
