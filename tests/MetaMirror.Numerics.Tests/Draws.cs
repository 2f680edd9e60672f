using System.Numerics;

namespace MetaMirror.Numerics.Tests;

/// <summary>Seeded test data.</summary>
internal static class Draws
{
    public static RandomStream Stream(uint task) => new(new StreamKey(20221003, 0, 0, StreamPurpose.Test, task));

    public static T[] Normal<T>(int n, uint task)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = new T[n];
        RandomStream stream = Stream(task);
        stream.FillNormal<T>(x);
        return x;
    }

    /// <summary>A symmetric matrix with the given eigenvalues, turned by random reflections.</summary>
    public static double[] Symmetric(ReadOnlySpan<double> eigenvalues, uint task)
    {
        int n = eigenvalues.Length;
        var a = new double[n * n];
        for (int i = 0; i < n; i++)
            a[(i * n) + i] = eigenvalues[i];
        for (uint turn = 0; turn < 3; turn++)
        {
            double[] v = Normal<double>(n, (task * 3) + turn);
            double t = 2 / v.Sum(e => e * e);
            double[] av = Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Sum(j => a[(i * n) + j] * v[j])).ToArray();
            double vav = v.Zip(av, (p, q) => p * q).Sum();
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                    a[(i * n) + j] += (-t * ((v[i] * av[j]) + (av[i] * v[j]))) + (t * t * vav * v[i] * v[j]);
            }
        }

        return a;
    }

    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = Math.Max(Vectors.MaxAbs(expected), double.Epsilon);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance * scale,
                FormattableString.Invariant($"[{i}]: expected {expected[i]:g17}, found {actual[i]:g17}"));
        }
    }
}
