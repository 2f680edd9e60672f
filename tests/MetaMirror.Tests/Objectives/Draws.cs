using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Objectives;

/// <summary>Vectors and data sets of tests, from named streams: the same numbers in float (rounded) and double.</summary>
internal static class Draws
{
    public static T[] Normal<T>(int n, uint name, double scale = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var stream = new RandomStream(new StreamKey(2024, name, 0, StreamPurpose.Test, 0));

        // Through float, so that both element types see the same problem.
        return [.. Enumerable.Range(0, n).Select(_ => T.CreateChecked((float)(scale * stream.NextNormal())))];
    }

    public static int[] Labels(int n, int classes, uint name)
    {
        var stream = new RandomStream(new StreamKey(2024, name, 1, StreamPurpose.Test, 0));
        int[] labels = new int[n];
        stream.Fill(labels, classes);
        return labels;
    }

    public static Dataset<T> Classification<T>(int rows, int features, int classes, uint name = 1)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Dataset<T>.Classification("drawn", Normal<T>(rows * features, name), features, Labels(rows, classes, name), classes);

    public static Dataset<T> Regression<T>(int rows, int features, int outputs = 1, uint name = 2)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Dataset<T>.Regression("drawn", Normal<T>(rows * features, name), features, Normal<T>(rows * outputs, name + 1000), outputs);

    public static double[] ToDouble<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] result = new double[values.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = double.CreateChecked(values[i]);
        return result;
    }

    public static double Norm(ReadOnlySpan<double> values) => Math.Sqrt(Vectors.SquaredNorm(values));

    /// <summary>||x - y|| / max(||y||, 1).</summary>
    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double[] difference = new double[x.Length];
        Vectors.Subtract(x, y, difference);
        return Norm(difference) / Math.Max(Norm(y), 1);
    }
}
