using System.Numerics;

namespace MetaMirror.Numerics.Tests.Kernels;

public abstract class ReductionContract<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The promise in words: element i goes to lane i mod 8, then ((0+4)+(2+6)) + ((1+5)+(3+7)).</summary>
    private static double Lanes(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Func<double, double, double> term)
    {
        var s = new double[8];
        for (int i = 0; i < x.Length; i++)
            s[i % 8] += term(double.CreateTruncating(x[i]), double.CreateTruncating(y[i]));
        return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
    }

    [Fact]
    public void Sums_equal_the_scalar_lanes_bit_for_bit_at_every_length_and_offset()
    {
        for (int n = 0; n <= 256; n++)
        {
            int offset = n % 3;
            ReadOnlySpan<T> x = Draws.Normal<T>(n + offset, 11).AsSpan(offset), y = Draws.Normal<T>(n + offset, 12).AsSpan(offset);
            Assert.Equal(BitConverter.DoubleToInt64Bits(Lanes(x, y, (a, b) => a * b)), BitConverter.DoubleToInt64Bits(Vectors.Dot(x, y)));
            Assert.Equal(BitConverter.DoubleToInt64Bits(Lanes(x, x, (a, b) => a * b)), BitConverter.DoubleToInt64Bits(Vectors.SquaredNorm(x)));
            Assert.Equal(BitConverter.DoubleToInt64Bits(Lanes(x, x, (a, b) => a)), BitConverter.DoubleToInt64Bits(Vectors.Sum(x)));
        }
    }

    [Fact]
    public void Products_are_not_fused_with_sums()
    {
        // (1 + 2^-29)^2 = 1 + 2^-28 + 2^-58: a fused multiply-add would keep the last term, separate rounding loses it.
        double a = 1 + Math.ScaleB(1, -29);
        double[] x = [a, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], y = [-a, 0, 0, 0, 0, 0, 0, 0, 1 + Math.ScaleB(1, -28), 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(0, Vectors.Dot<double>(x, y));
    }

    [Fact]
    public void Sums_in_double_whatever_the_element_type()
    {
        T[] x = [.. Enumerable.Repeat(T.CreateTruncating(0.1f), 1_000_000)];
        Assert.Equal(100_000.001490116, Vectors.Sum<T>(x), 6);
    }

    [Fact]
    public void Not_a_number_is_never_hidden()
    {
        for (int n = 1; n <= 40; n++)
        {
            T[] x = Draws.Normal<T>(n, 13);
            x[n / 2] = T.NaN;
            Assert.True(double.IsNaN(Vectors.Dot<T>(x, x)));
            Assert.True(double.IsNaN(Vectors.SquaredNorm<T>(x)));
            Assert.True(double.IsNaN(Vectors.Sum<T>(x)));
            Assert.True(double.IsNaN(Vectors.MaxAbs<T>(x)));
        }
    }

    [Fact]
    public void MaxAbs_is_the_largest_magnitude()
    {
        Assert.Equal(0, Vectors.MaxAbs(ReadOnlySpan<T>.Empty));
        for (int n = 1; n <= 256; n++)
        {
            T[] x = Draws.Normal<T>(n, 14);
            Assert.Equal(double.CreateTruncating(x.Select(T.Abs).Max()), Vectors.MaxAbs<T>(x));
        }
    }

    [Fact]
    public void The_first_non_finite_element_is_found_wherever_it_is()
    {
        foreach (T bad in new[] { T.NaN, T.PositiveInfinity, T.NegativeInfinity })
        {
            for (int n = 1; n <= 100; n++)
            {
                T[] x = Draws.Normal<T>(n, 15);
                Assert.True(Vectors.AllFinite<T>(x));
                Assert.Equal(-1, Vectors.IndexOfNonFinite<T>(x));
                x[n - 1] = bad;
                Assert.Equal(n - 1, Vectors.IndexOfNonFinite<T>(x));
                x[n / 2] = bad;
                Assert.False(Vectors.AllFinite<T>(x));
                Assert.Equal(n / 2, Vectors.IndexOfNonFinite<T>(x));
            }
        }

        Assert.True(Vectors.AllFinite(ReadOnlySpan<T>.Empty));
        Assert.True(Vectors.AllFinite<T>([T.Epsilon, T.Zero, T.NegativeZero, T.CreateTruncating(3e38)]));
    }

    [Fact]
    public void Other_lengths_are_refused_with_both_lengths()
    {
        string message = Assert.Throws<ArgumentException>(() => Vectors.Dot<T>(new T[7], new T[9])).Message;
        Assert.Contains("7", message, StringComparison.Ordinal);
        Assert.Contains("9", message, StringComparison.Ordinal);
    }
}

public sealed class ReductionSingleTests : ReductionContract<float>;

public sealed class ReductionDoubleTests : ReductionContract<double>;

public sealed class ElementTypeTests
{
    [Fact]
    public void Half_is_refused_by_name()
    {
        string message = Assert.Throws<NotSupportedException>(() => Vectors.Sum<Half>(new Half[3])).Message;
        Assert.Contains("Half", message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => Vectors.Scale(Half.One, new Half[3]));
        Assert.Throws<NotSupportedException>(() => Gemm.Multiply<Half>(false, false, 1, 1, 1, Half.One, new Half[1], new Half[1], Half.Zero, new Half[1]));
    }
}
