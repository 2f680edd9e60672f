using System.Numerics;
using MetaMirror.Tests;

namespace MetaMirror.Numerics.Tests.Convolutions;

/// <summary>Gradients of which most elements are zero, as behind pooling and rectifiers, by every way and by the one that the zeros choose.</summary>
public abstract class SparseGradientContract<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Unit roundoff of T (twice that of double where the reference rounds as well).</summary>
    protected abstract double Epsilon { get; }

    private readonly WorkerTeam[] teams = [new(1), new(2), new(3)];

    public static TheoryData<int, ConvolutionShape> Cases => new()
    {
        { 9, new ConvolutionShape(1, 28, 28, 6, 5, 5, 1, 2) }, // LeNet's first
        { 17, new ConvolutionShape(6, 14, 14, 16, 5, 5) }, // LeNet's second
        { 3, new ConvolutionShape(5, 9, 7, 4, 3, 3, 2, 1) }, // a stride
        { 2, new ConvolutionShape(3, 20, 20, 9, 7, 7, 1, 3) }, // long rows of the kernel
        { 2, new ConvolutionShape(2, 12, 23, 3, 2, 17) }, // longer than any vector
        { 2, new ConvolutionShape(16, 6, 6, 20, 5, 5, 1, 2) }, // windows of several tiles
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_equal_plain_loops_at_every_density(int images, ConvolutionShape shape)
    {
        T[] x = Draws.Normal<T>(images * shape.InputSize, 91), w = Draws.Normal<T>(shape.WeightSize, 92);
        foreach (double density in new[] { 0, 0.05, 0.2, 0.5, 1 })
        {
            T[] ay = Sparse(images * shape.OutputSize, density);
            var expected = ConvolutionReference.Of(shape, images, x, w, ay);
            foreach ((string name, WeightGradientWay<T> run) in ConvolutionWays<T>.WeightGradient(shape))
            {
                T[] aw = Draws.Normal<T>(shape.WeightSize, 93), before = [.. aw];
                run(null, images, x, ay, aw);
                Compare($"{name} {density}", images * shape.OutputPixels, expected.Aw, expected.AwMagnitude, 1, before, aw);
            }

            foreach ((string name, InputGradientWay<T> run) in ConvolutionWays<T>.InputGradient(shape))
            {
                foreach (double beta in new[] { 0, -0.5 })
                {
                    T[] ax = Draws.Normal<T>(x.Length, 94), before = [.. ax];
                    run(null, images, ay, w, T.CreateTruncating(beta), ax);
                    Compare($"{name} {density} {beta}", shape.WeightSize / shape.Channels, expected.Ax, expected.AxMagnitude, beta, before, ax);
                }
            }
        }
    }

    /// <summary>|error| ≤ (depth + 3) u Σ|terms| + 3 u |β y|, as for dense gradients.</summary>
    private void Compare(string way, int depth, double[] sums, double[] magnitudes, double beta, T[] before, T[] found)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            double old = beta == 0 ? 0 : beta * double.CreateTruncating(before[i]), error = double.CreateTruncating(found[i]) - sums[i] - old;
            if (!(Math.Abs(error) <= ((depth + 3) * Epsilon * magnitudes[i]) + (3 * Epsilon * Math.Abs(old)) + double.Epsilon))
                Assert.Fail(FormattableString.Invariant($"{way} [{i}]: expected {sums[i] + old}, found {found[i]}"));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bits_do_not_depend_on_the_team(int images, ConvolutionShape shape)
    {
        T[] x = Draws.Normal<T>(images * shape.InputSize, 95), w = Draws.Normal<T>(shape.WeightSize, 96), ay = Sparse(images * shape.OutputSize, 0.2);
        var alone = Gradients(null);
        foreach (WorkerTeam team in teams)
        {
            foreach (var together in new[] { Gradients(team), Gradients(team) })
            {
                Assert.True(alone.Aw.AsSpan().SequenceEqual(together.Aw));
                Assert.True(alone.Ax.AsSpan().SequenceEqual(together.Ax));
            }
        }

        (T[] Aw, T[] Ax) Gradients(WorkerTeam? team)
        {
            T[] aw = Draws.Normal<T>(w.Length, 97), ax = Draws.Normal<T>(x.Length, 98);
            var convolution = new Convolution(shape);
            convolution.WeightGradient<T>(team, images, x, ay, aw);
            convolution.InputGradient<T>(team, images, ay, w, T.One, ax);
            return (aw, ax);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_the_adjoints(int images, ConvolutionShape shape)
    {
        T[] x = Draws.Normal<T>(images * shape.InputSize, 101), w = Draws.Normal<T>(shape.WeightSize, 102), ay = Sparse(images * shape.OutputSize, 0.15);
        T[] y = new T[ay.Length], ax = new T[x.Length], aw = new T[w.Length], absolute = new T[w.Length];
        var convolution = new Convolution(shape);
        convolution.Forward<T>(null, images, x, w, [], T.Zero, y);
        convolution.InputGradient<T>(null, images, ay, w, T.Zero, ax);
        convolution.WeightGradient<T>(null, images, x, ay, aw);
        convolution.WeightGradient<T>(null, images, Array.ConvertAll(x, T.Abs), Array.ConvertAll(ay, T.Abs), absolute);
        double bound = (shape.Taps + (shape.WeightSize / shape.Channels) + (images * shape.OutputPixels)) * Epsilon * Dot(absolute, Array.ConvertAll(w, T.Abs));
        Assert.InRange(Dot(ax, x) - Dot(y, ay), -bound, bound);
        Assert.InRange(Dot(aw, w) - Dot(y, ay), -bound, bound);
    }

    [Fact]
    public void Zeros_choose_the_way()
    {
        var shape = new ConvolutionShape(6, 14, 14, 16, 5, 5);
        T[] few = Sparse(4 * shape.OutputSize, 0.1), many = Sparse(4 * shape.OutputSize, 1);
        var choice = new StripChoice(shape);
        ImageGeometry geometry = ImageGeometry.InputGradient(shape)!;
        unsafe
        {
            fixed (T* pFew = few, pMany = many)
            {
                Assert.NotNull(choice.ForWeights(4, pFew, TapProduct<T>.Cost(shape)));
                Assert.Null(choice.ForWeights(4, pMany, TapProduct<T>.Cost(shape)));
                Assert.NotNull(choice.ForInput(4, pFew, ImageProduct<T>.Cost(geometry, 64)));
                Assert.Null(choice.ForInput(4, pMany, ImageProduct<T>.Cost(geometry, 64)));
            }
        }
    }

    [Fact]
    public void What_is_not_finite_reaches_what_it_meets()
    {
        var shape = new ConvolutionShape(3, 8, 8, 16, 5, 5, 1, 2);
        T[] x = Draws.Normal<T>(2 * shape.InputSize, 103), w = Draws.Normal<T>(shape.WeightSize, 104), ay = Sparse(2 * shape.OutputSize, 0.03);
        ay[shape.OutputSize + (2 * 64) + (4 * 8) + 7] = T.NaN;
        foreach ((string name, WeightGradientWay<T> run) in ConvolutionWays<T>.WeightGradient(shape))
        {
            T[] aw = new T[w.Length];
            run(null, 2, x, ay, aw);
            for (int i = 0; i < aw.Length; i++)
                Assert.True(i / shape.Taps == 2 ? T.IsNaN(aw[i]) || i % 5 > 2 : T.IsFinite(aw[i]), $"{name} [{i}]");
        }

        foreach ((string name, InputGradientWay<T> run) in ConvolutionWays<T>.InputGradient(shape))
        {
            T[] ax = new T[x.Length];
            run(null, 2, ay, w, T.Zero, ax);
            for (int i = 0; i < ax.Length; i++)
                Assert.True(T.IsNaN(ax[i]) == (i >= shape.InputSize && i % 64 / 8 >= 2 && i % 64 / 8 <= 6 && i % 8 >= 5), $"{name} [{i}]");
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var shape = new ConvolutionShape(6, 14, 14, 16, 5, 5);
        T[] x = Draws.Normal<T>(20 * shape.InputSize, 105), w = Draws.Normal<T>(shape.WeightSize, 106), ay = Sparse(20 * shape.OutputSize, 0.1);
        var convolution = new Convolution(shape);
        Allocation.AssertNone(() =>
        {
            convolution.WeightGradient<T>(teams[1], 20, x, ay, w);
            convolution.InputGradient<T>(teams[1], 20, ay, w, T.Zero, x);
        });
    }

    /// <summary>Normal draws, of which a share is kept; the others are zeros of either sign.</summary>
    private static T[] Sparse(int n, double density)
    {
        T[] x = Draws.Normal<T>(n, 99);
        double[] chance = new double[n];
        RandomStream stream = Draws.Stream(100);
        stream.FillUniform<double>(chance, 0, 1);
        for (int i = 0; i < n; i++)
            x[i] = chance[i] < density ? x[i] : T.CopySign(T.Zero, x[i]);
        return x;
    }

    private static double Dot(T[] a, T[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += double.CreateTruncating(a[i]) * double.CreateTruncating(b[i]);
        return sum;
    }
}

public sealed class SparseGradientSingleTests : SparseGradientContract<float>
{
    protected override double Epsilon => Math.ScaleB(1, -24);
}

public sealed class SparseGradientDoubleTests : SparseGradientContract<double>
{
    // The reference sums in double too: both sides have the error.
    protected override double Epsilon => 2 * Math.ScaleB(1, -53);
}
