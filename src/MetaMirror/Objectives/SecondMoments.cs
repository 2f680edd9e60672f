using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Numerics;

namespace MetaMirror.Objectives;

/// <summary>mean x x^T of a data set's inputs: the curvature of linear models is at most a constant times its largest eigenvalue.</summary>
internal static class SecondMoments
{
    /// <summary>Up to this many features the eigenvalue is computed; beyond, the trace bounds it.</summary>
    private const int MostDecomposed = 256;

    /// <summary>Rounding of the sums and of the eigenvalue, relative, with room.</summary>
    private const double Rounding = 1e-10;

    /// <summary>An upper bound on the largest eigenvalue, x with a 1 appended if there is an intercept.</summary>
    public static double Largest<T>(Dataset<T> data, bool bias)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int features = data.Features, n = features + (bias ? 1 : 0);
        bool decomposed = n <= MostDecomposed;
        double[] x = new double[n], moments = new double[decomposed ? n * n : 0];
        double trace = 0;
        for (int i = 0; i < data.Count; i++)
        {
            ReadOnlySpan<T> row = data.Input(i);
            for (int j = 0; j < features; j++)
                x[j] = double.CreateTruncating(row[j]);
            if (bias)
                x[features] = 1;
            trace += Vectors.SquaredNorm<double>(x);
            for (int j = 0; decomposed && j < n; j++)
                Vectors.AddScaled(x[j], x, moments.AsSpan(j * n, n));
        }

        if (!decomposed)
            return trace / data.Count;
        double[] values = new double[n];
        SymmetricEigen.Decompose(moments, n, values, new double[n * n]);
        return (1 + Rounding) * values[^1] / data.Count;
    }
}
