using System.Numerics;
using System.Runtime.Intrinsics;
using MetaMirror.UpdateRules.Tracking;

namespace MetaMirror.Tests.UpdateRules.Tracking;

public sealed class TrackedMomentsTests
{
    private const double B1 = 0.8, B2 = 0.99, Weight = 0.3, TrustRegion = 3;

    /// <summary>At 0.3 and below, powers of single precision are those of double precision's code, number by number.</summary>
    [Theory, InlineData(0.5, false), InlineData(0.5, true), InlineData(0.55, false), InlineData(0.55, true), InlineData(0.25, false), InlineData(0.25, true), InlineData(0.3, false), InlineData(0.3, true)]
    public void An_entry_does_not_know_its_neighbors_in_single_precision(double exponent, bool each) => Check<float>(exponent, each);

    [Theory, InlineData(0.5, false), InlineData(0.5, true), InlineData(0.55, false)]
    public void An_entry_does_not_know_its_neighbors_in_double_precision(double exponent, bool each) => Check<double>(exponent, each);

    /// <summary>
    /// Entries go in vectors of 512 bits, what is left in vectors of 256, the last ones alone: an entry must have the same bits at any place of vectors, and those behind them the bits of an
    /// entry by itself.
    /// </summary>
    private static void Check<T>(double exponent, bool each)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Most = 40;
        var map = new TrackedMoments<T>(T.CreateChecked(B1), T.CreateChecked(B2), T.CreateChecked(exponent), T.CreateChecked(Weight), TrustRegion, t: 5);
        T[] x = Values(1), m = Values(2), v = [.. Values(3).Select(T.Abs)], p = each ? [.. Values(4).Select(T.Abs)] : [T.CreateChecked(0.2)];
        x[3] = T.NaN;
        x[17] = T.CreateChecked(1e20);

        // Below the least normal float, where the fourth root is 3% of epsilon.
        (x[5], m[5], v[5]) = (T.Zero, T.CreateChecked(1e-9), T.CreateChecked(1e-38));
        if (each)
            p[5] = T.Zero;
        T[][] alone = [.. Enumerable.Range(0, Most).Select(i => Step(map, [x[i]], [m[i]], [v[i]], each ? [p[i]] : p))];

        // At the first place of one whole vector.
        int lanes = Vector256<T>.Count;
        bool hasVectors = exponent == 0.5 || (typeof(T) == typeof(float) && exponent > 0.3);
        T[][] first = [.. Enumerable.Range(0, Most).Select(i => Step(map, Repeated(x[i], lanes), Repeated(m[i], lanes), Repeated(v[i], lanes), each ? Repeated(p[i], lanes) : p))];
        for (int n = 1; n <= Most; n++)
        {
            T[] found = Step(map, x[..n], m[..n], v[..n], each ? p[..n] : p);
            int whole = hasVectors ? n - (n % lanes) : 0;
            for (int i = 0; i < n; i++)
            {
                T[] expected = i < whole ? first[i] : alone[i];
                int stride = i < whole ? lanes : 1;
                for (int k = 0; k < 3; k++)
                    Assert.Equal(expected[k * stride], found[(k * n) + i]);
            }
        }

        Assert.True(T.IsNaN(alone[3][0]) && T.IsNaN(first[3][0]));
        Assert.InRange(double.CreateChecked(first[17][0]), 0, 3);

        // Vectors multiply by reciprocals where an entry by itself divides: 2 roundings of w and 3 of the step more on one side, and the power's own 6.5 (PowerMapTests) on both.
        double tolerance = 20 * (typeof(T) == typeof(float) ? Math.ScaleB(1, -24) : Math.ScaleB(1, -53));
        Assert.All(Enumerable.Range(0, Most).Where(i => i != 3), i => Assert.Equal(double.CreateChecked(alone[i][0]), double.CreateChecked(first[i][0]), tolerance * Math.Abs(double.CreateChecked(alone[i][0]))));

        // The formula rounds no more often, but its numerator is a sum whose terms may cancel.
        Assert.All(Enumerable.Range(0, Most).Where(i => i != 3), i =>
        {
            double d = double.CreateChecked(x[i]), moment = double.CreateChecked(m[i]), prior = double.CreateChecked(p[each ? i : 0]);
            (double n, double size) = Formula<T>(d, moment, double.CreateChecked(v[i]), prior, exponent);
            Assert.Equal(n, double.CreateChecked(alone[i][0]), tolerance * size);
        });

        static T[] Values(int seed) => [.. Enumerable.Range(0, Most).Select(i => T.CreateChecked(Math.Sin((seed * 7.3) + (i * 1.7)) * 0.1))];
        static T[] Repeated(T value, int count) => [.. Enumerable.Repeat(value, count)];
    }

    /// <summary>N of step 5, with constants as T has them, and the sum of its terms' sizes.</summary>
    private static (double N, double Size) Formula<T>(double d, double m, double v, double p, double exponent)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double b1 = Rounded(B1), b2 = Rounded(B2), c = Rounded(Weight) * Math.Pow(b2, 5), w = ((b2 * v) + ((1 - b2) * d * d) + (c * p)) / (1 - Math.Pow(b2, 5) + c);
        double old = b1 * b1 * m, fresh = (1 - b1) * (1 + b1) * d, below = (1 - Math.Pow(b1, 5)) * (Math.Pow(w, Rounded(exponent)) + 1e-8);
        return (Math.Clamp((old + fresh) / below, -TrustRegion, TrustRegion), (Math.Abs(old) + Math.Abs(fresh)) / below);

        static double Rounded(double value) => double.CreateChecked(T.CreateChecked(value));
    }

    private static T[] Step<T>(TrackedMoments<T> map, T[] x, T[] m, T[] v, T[] p)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] d = [.. x], first = [.. m], second = [.. v];
        map.Step(d, first, second, p);
        return [.. d, .. first, .. second];
    }
}
