using System.Globalization;
using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;

namespace MetaMirror.Tasks;

/// <summary>
/// The negative control: dense quadratics 1/2 (w - w_*)^T H (w - w_*) with H = V diag(lambda) V^T, lambda over decades (as DeepOBS's quadratic-deep, whose
/// curvatures come from two ranges). Tasks share V; curvatures differ by a factor exp(0.1 N(0, 1)) each, w_* ~ N(0, I).
/// With a random rotation V every coordinate sees every curvature: a diagonal metric cannot help, a full or Kronecker one can. With V = I
/// (the eigenbasis) a diagonal one is all that is needed.
/// </summary>
/// <remarks>
/// Each is a linear regression without noise: rows +-sqrt(d lambda_i / 2) v_i with targets +-sqrt(d lambda_i / 2) v_i^T w_*, whose mean squared error is the
/// quadratic (the signs keep a bias apart, with curvature 2 and minimizer 0). So networks, batches and all rules fit; parameters 0.weight [1 x d], 0.bias [1].
/// Numbers come from the stream (seed, split, 0, Data, i): split 0 of task 0 for V (a Gaussian matrix made orthonormal), split 1 of task i for curvatures, then w_*.
/// </remarks>
public static class RotatedQuadraticFamily
{
    private const double Spread = 0.1;

    /// <summary>Tasks named <c>quadratic-0</c>, <c>quadratic-1</c>, ...</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="seed">Seed of the family.</param>
    /// <param name="rotated">True for a random rotation, false for the eigenbasis.</param>
    /// <param name="options">Batches, start. Default: whole set, start at 0.</param>
    /// <param name="tasks">Number of tasks, at least 1.</param>
    /// <param name="dimensions">d, at least 2.</param>
    /// <param name="decades">Curvatures lie from 10^(1 - decades) to 10, evenly in the logarithm; above 0, at most 12.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static TaskFamily<T> Of<T>(ulong seed, bool rotated = true, SupervisedOptions? options = null, int tasks = 20, int dimensions = 100, double decades = 3)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tasks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(decades);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(decades, 12);
        options ??= new SupervisedOptions(2 * dimensions) { StartAtZero = true };
        var basis = new Lazy<double[]>(() => rotated ? Rotation(seed, dimensions) : Identity(dimensions));
        Network network = Network.Mlp(dimensions, 1);
        return new TaskFamily<T>(Enumerable.Range(0, tasks).Select(i =>
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"quadratic-{i}");
            return new SupervisedTask<T>(
                new TaskData<T>(name, DataSplit<T>.Lazily($"train of {name}", () => Rows<T>(name, seed, (uint)i, basis.Value, dimensions, decades))), network, options);
        }));
    }

    /// <summary>The eigenvectors that all tasks of a rotated family share, as rows, shape [d x d].</summary>
    /// <param name="seed">Seed of the family.</param>
    /// <param name="dimensions">d, at least 1.</param>
    public static double[] Rotation(ulong seed, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        double[] v = new double[dimensions * dimensions];
        new RandomStream(new StreamKey(seed, 0, 0, StreamPurpose.Data, 0)).FillNormal(v.AsSpan());

        // Gram-Schmidt, twice for rounding: of a Gaussian matrix it gives every rotation with the same density.
        for (int i = 0; i < dimensions; i++)
        {
            Span<double> row = v.AsSpan(i * dimensions, dimensions);
            for (int pass = 0; pass < 2; pass++)
            {
                for (int j = 0; j < i; j++)
                {
                    Span<double> other = v.AsSpan(j * dimensions, dimensions);
                    Vectors.AddScaled(-Vectors.Dot<double>(other, row), other, row);
                }
            }

            Vectors.Scale(1 / Math.Sqrt(Vectors.SquaredNorm<double>(row)), row);
        }

        return v;
    }

    private static double[] Identity(int n)
    {
        double[] v = new double[n * n];
        for (int i = 0; i < n; i++)
            v[i * (n + 1)] = 1;
        return v;
    }

    private static Dataset<T> Rows<T>(string name, ulong seed, uint task, double[] basis, int n, double decades)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var stream = new RandomStream(new StreamKey(seed, 1, 0, StreamPurpose.Data, task));
        double[] scale = new double[n], minimizer = new double[n];
        for (int i = 0; i < n; i++)
            scale[i] = Math.Sqrt(n / 2.0 * Math.Pow(10, 1 - (decades * i / (n - 1))) * Math.Exp(Spread * stream.NextNormal()));
        stream.FillNormal(minimizer.AsSpan());
        var x = new T[2 * n * n];
        var y = new T[2 * n];
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> v = basis.AsSpan(i * n, n);
            double target = scale[i] * Vectors.Dot(v, minimizer);
            for (int j = 0; j < n; j++)
            {
                x[(2 * i * n) + j] = T.CreateTruncating(scale[i] * v[j]);
                x[(2 * i * n) + n + j] = -x[(2 * i * n) + j];
            }

            y[2 * i] = T.CreateTruncating(target);
            y[(2 * i) + 1] = -y[2 * i];
        }

        return Dataset<T>.Regression(name, x, n, y);
    }
}
