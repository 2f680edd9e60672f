using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>Sums over coordinates against plain loops, for every number of components and all lengths around the lanes.</summary>
public sealed class MaxConjugateTests
{
    private const double Roundoff = 1.2e-16;

    public static TheoryData<int> Components => [.. Enumerable.Range(1, 7)];

    [Theory, MemberData(nameof(Components))]
    public void SumsEqualPlainLoops_Double(int count) => Check<double>(count);

    [Theory, MemberData(nameof(Components))]
    public void SumsEqualPlainLoops_Single(int count) => Check<float>(count);

    private static void Check<T>(int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RandomStream stream = new(new StreamKey(9, 0, 0, StreamPurpose.Test, (uint)count));
        for (int n = 1; n <= 150; n += n < 20 ? 1 : 13)
        {
            T[] p = new T[count * n], z = new T[n], y = new T[n];
            stream.FillUniform<T>(p, 0.2, 3);
            stream.FillNormal<T>(z);
            double[] a = [.. Enumerable.Range(0, count).Select(j => j == 1 ? 0 : 1.0 / count)];
            double[] q = new double[count], h = new double[count * count], expectedQ = new double[count], expectedH = new double[count * count];
            var problem = new MaxConjugate<T>(count, p, z);
            problem.Evaluate(a, q, h);
            problem.Minimizer(a, y);
            for (int i = 0; i < n; i++)
            {
                double d = Enumerable.Range(0, count).Sum(j => a[j] * double.CreateTruncating(p[(j * n) + i])), theta = double.CreateTruncating(z[i]) / d;
                Assert.Equal(T.CreateTruncating(theta), y[i]);
                theta *= problem.Scale;
                for (int j = 0; j < count; j++)
                {
                    double pj = double.CreateTruncating(p[(j * n) + i]);
                    expectedQ[j] += pj * theta * theta / 2;
                    for (int k = 0; k < count; k++)
                        expectedH[(j * count) + k] += pj * double.CreateTruncating(p[(k * n) + i]) * theta * theta / d;
                }
            }

            // All terms are positive: every order of summation has a relative error of at most n + 10 roundings.
            Near(expectedQ, q, (n + 10) * Roundoff);
            Near(expectedH, h, (n + 10) * Roundoff);
        }
    }

    private static void Near(double[] expected, double[] found, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.InRange(found[i], expected[i] * (1 - tolerance), expected[i] * (1 + tolerance));
    }
}
