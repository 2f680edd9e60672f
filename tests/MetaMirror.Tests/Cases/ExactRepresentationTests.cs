using System.Numerics;

namespace MetaMirror.Tests.Cases;

/// <summary>
/// R25: the exact representation of Maclaurin, Duvenaud and Adams (2015), 64-bit integers of 2^-52 whose products with a rational keep the lost digits in one large integer.
/// No algorithm of the product needs it; these integers are what an implementation must find.
/// </summary>
public sealed class ExactRepresentationTests
{
    private const double One = 1L << 52;

    [Theory]
    [InlineData(.3, 1351079888211148, 52428, new[] { 1215984268901088, 1094396974682602, 1083459016638117 })]
    [InlineData(-.3, -1351079888211148, 13108, new[] { -1215984268894535, -1094396974669496, -1083459016624356 })]
    public void Products_are_the_printed_integers_and_divisions_undo_them(double value, long start, long remainder, long[] products)
    {
        double[] factors = [.9, .9, .99];
        Assert.Equal((58983, 65536), Rational(.9));
        Assert.Equal((64881, 65536), Rational(.99));
        var number = new Exact(value);
        Assert.Equal(start, number.Value);
        Assert.Equal(remainder, Floor(number.Value, 65536).Remainder);
        for (int i = 0; i < factors.Length; i++)
        {
            number.Multiply(factors[i]);
            Assert.Equal((products[i], BigInteger.Zero), (number.Value, number.Store));
        }

        for (int i = factors.Length - 1; i >= 0; i--)
        {
            Assert.Equal(products[i], number.Value);
            number.Divide(factors[i]);
        }

        Assert.Equal((start, BigInteger.Zero), (number.Value, number.Store));
    }

    [Fact]
    public void Two_hundred_steps_with_momentum_reverse_bit_for_bit()
    {
        // V <- b V - (1 - b) f'(X), X <- X + a V, with f = x^2 - cos 3x; then each operation undone by its inverse, from the end alone.
        const double a = .3, b = .7;
        Exact x = new(1.7), v = new(-.2);
        var path = new List<(long X, long V)>();
        for (int t = 0; t < 200; t++)
        {
            path.Add((x.Value, v.Value));
            v.Multiply(b);
            v.Add(-(1 - b) * Slope(x));
            x.Add(a * v.Number);
        }

        // A factor of .7 loses half a bit, and the store has kept all of them.
        Assert.InRange((double)v.Store.GetBitLength(), .9 * 200 * Math.Log2(1 / b), 1.1 * 200 * Math.Log2(1 / b));
        for (int t = 199; t >= 0; t--)
        {
            x.Add(-a * v.Number);
            v.Add((1 - b) * Slope(x));
            v.Divide(b);
            Assert.Equal(path[t], (x.Value, v.Value));
        }

        Assert.Equal(BigInteger.Zero, v.Store);

        static double Slope(Exact x) => (2 * x.Number) + (3 * Math.Sin(3 * x.Number));
    }

    /// <summary>n / d with d = 2^16 / fix(a + 1) and n = fix(a d + 1), so that n / d is a little above a.</summary>
    private static (long N, long D) Rational(double a)
    {
        long d = 65536 / (long)(a + 1);
        return ((long)((a * d) + 1), d);
    }

    /// <summary>Quotient and remainder toward minus infinity: the remainder is never negative.</summary>
    private static (long Quotient, long Remainder) Floor(long x, long d)
    {
        long rest = ((x % d) + d) % d;
        return ((x - rest) / d, rest);
    }

    private sealed class Exact(double value)
    {
        public long Value { get; private set; } = (long)(value * One);

        /// <summary>Digits that divisions lost, those of the last lowest.</summary>
        public BigInteger Store { get; private set; }

        public double Number => Value / One;

        /// <summary>Truncates, so that adding minus the same number undoes it exactly.</summary>
        public void Add(double number) => Value += (long)(number * One);

        public void Multiply(double a) => Scale(Rational(a).N, Rational(a).D);

        public void Divide(double a) => Scale(Rational(a).D, Rational(a).N);

        private void Scale(long n, long d)
        {
            (long quotient, long rest) = Floor(Value, d);
            BigInteger store = (Store * d) + rest;
            Value = (quotient * n) + (long)(store % n);
            Store = store / n;
        }
    }
}
