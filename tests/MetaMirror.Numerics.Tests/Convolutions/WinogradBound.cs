namespace MetaMirror.Numerics.Tests.Convolutions;

/// <summary>
/// Rounding bounds of minimal filtering with a tile of outputs: a computed value differs from the exact one by at most γ_N times the same formula
/// with every matrix and every number replaced by its magnitude, where N counts the roundings on the longest way from an input to the output
/// (Higham, "Accuracy and Stability", lemma 3.1 and section 3.5, applied to the three nested sums).
/// </summary>
internal sealed class WinogradBound(double[,] data, double[,] kernel, double[,] output)
{
    /// <summary>The matrices Bᵀ, G and Aᵀ of F(2, 3).</summary>
    public static WinogradBound F2 { get; } = new(
        new double[,] { { 1, 0, -1, 0 }, { 0, 1, 1, 0 }, { 0, -1, 1, 0 }, { 0, 1, 0, -1 } },
        new double[,] { { 1, 0, 0 }, { 0.5, 0.5, 0.5 }, { 0.5, -0.5, 0.5 }, { 0, 0, 1 } },
        new double[,] { { 1, 1, 1, 0 }, { 0, 1, -1, -1 } });

    /// <summary>The matrices of F(4, 3) with the points 0, ±5/8, ±3/2 and infinity, from Lagrange's formula.</summary>
    public static WinogradBound F4 { get; } = FromPoints(0, 0.625, -0.625, 1.5, -1.5);

    /// <summary>Roundings outside the sum over channels (or tiles): two passes of each of the three matrices, every entry a product and every row a sum.</summary>
    public int Roundings => 2 * (data.GetLength(1) + kernel.GetLength(1) + output.GetLength(1) + 3);

    private int Points => data.GetLength(0);

    private int Side => output.GetLength(0);

    /// <summary>Aᵀ diag(G g) Bᵀ d for unit vectors: 1 where tap + position = input, else 0, if the matrices are right.</summary>
    public double Entry(int position, int tap, int input)
    {
        double sum = 0;
        for (int e = 0; e < Points; e++)
            sum += output[position, e] * kernel[e, tap] * data[e, input];
        return sum;
    }

    /// <summary>|Aᵀ| [Σ_c (|G| |g| |Gᵀ|) ⊙ (|Bᵀ| |d| |B|)] |A| for every output.</summary>
    public double[] Forward(int images, int channels, int rows, int columns, int outputs, int padding, double[] x, double[] w)
    {
        int outputRows = rows + (2 * padding) - 2, outputColumns = columns + (2 * padding) - 2;
        var bound = new double[images * outputs * outputRows * outputColumns];
        double[][] u = [.. Enumerable.Range(0, outputs * channels).Select(i => Square(kernel, (r, q) => w[(i * 9) + (3 * r) + q]))];
        foreach ((int n, int top, int left) in Tiles(images, outputRows, outputColumns))
        {
            double[][] v = [.. Enumerable.Range(0, channels).Select(c => Square(data, Patch(x, (n * channels) + c, rows, columns, top - padding, left - padding)))];
            for (int o = 0; o < outputs; o++)
            {
                double[] y = Square(output, (r, q) => Enumerable.Range(0, channels).Sum(c => u[(o * channels) + c][(r * Points) + q] * v[c][(r * Points) + q]));
                for (int r = 0; r < Side && top + r < outputRows; r++)
                {
                    for (int q = 0; q < Side && left + q < outputColumns; q++)
                        bound[(((((n * outputs) + o) * outputRows) + top + r) * outputColumns) + left + q] = y[(r * Side) + q];
                }
            }
        }

        return bound;
    }

    /// <summary>|Gᵀ| [Σ_tile (|A| |ay| |Aᵀ|) ⊙ (|Bᵀ| |d| |B|)] |G| for every weight.</summary>
    public double[] WeightGradient(int images, int channels, int rows, int columns, int outputs, int padding, double[] x, double[] ay)
    {
        int outputRows = rows + (2 * padding) - 2, outputColumns = columns + (2 * padding) - 2, components = Points * Points;
        var sums = new double[outputs * channels][];
        for (int i = 0; i < sums.Length; i++)
            sums[i] = new double[components];
        double[,] adjoint = Transposed(output);
        foreach ((int n, int top, int left) in Tiles(images, outputRows, outputColumns))
        {
            double[][] v = [.. Enumerable.Range(0, channels).Select(c => Square(data, Patch(x, (n * channels) + c, rows, columns, top - padding, left - padding)))];
            double[][] z = [.. Enumerable.Range(0, outputs).Select(o => Square(adjoint, Patch(ay, (n * outputs) + o, outputRows, outputColumns, top, left)))];
            for (int i = 0; i < sums.Length; i++)
            {
                for (int e = 0; e < components; e++)
                    sums[i][e] += z[i / channels][e] * v[i % channels][e];
            }
        }

        return [.. sums.SelectMany(s => Square(Transposed(kernel), (r, q) => s[(r * Points) + q]))];
    }

    private static WinogradBound FromPoints(params double[] points)
    {
        int n = points.Length + 1, side = n - 2;
        double[,] data = new double[n, n], kernel = new double[n, 3], output = new double[side, n];
        for (int i = 0; i < points.Length; i++)
        {
            double[] others = [.. points.Where(p => p != points[i])];
            double[] coefficients = Coefficients(others);
            for (int j = 0; j < coefficients.Length; j++)
                data[i, j] = coefficients[j];
            for (int k = 0; k < 3; k++)
                kernel[i, k] = Math.Pow(points[i], k) / others.Aggregate(1.0, (product, p) => product * (points[i] - p));
            for (int k = 0; k < side; k++)
                output[k, i] = Math.Pow(points[i], k);
        }

        double[] all = Coefficients(points);
        for (int j = 0; j < n; j++)
            data[n - 1, j] = all[j];
        kernel[n - 1, 2] = output[side - 1, n - 1] = 1;
        return new WinogradBound(data, kernel, output);
    }

    /// <summary>Coefficients of Π (x − p), lowest first.</summary>
    private static double[] Coefficients(double[] points)
    {
        double[] c = [1];
        foreach (double p in points)
            c = [.. Enumerable.Range(0, c.Length + 1).Select(i => (i > 0 ? c[i - 1] : 0) - (i < c.Length ? p * c[i] : 0))];
        return c;
    }

    private static Func<int, int, double> Patch(double[] planes, int plane, int rows, int columns, int top, int left) => (r, q) =>
        top + r >= 0 && top + r < rows && left + q >= 0 && left + q < columns ? planes[(((plane * rows) + top + r) * columns) + left + q] : 0;

    private static double[,] Transposed(double[,] m)
    {
        var t = new double[m.GetLength(1), m.GetLength(0)];
        for (int i = 0; i < m.GetLength(0); i++)
        {
            for (int j = 0; j < m.GetLength(1); j++)
                t[j, i] = m[i, j];
        }

        return t;
    }

    /// <summary>|M| |X| |Mᵀ|.</summary>
    private static double[] Square(double[,] m, Func<int, int, double> x)
    {
        int to = m.GetLength(0), from = m.GetLength(1);
        double[] half = new double[to * from], y = new double[to * to];
        for (int j = 0; j < from; j++)
        {
            for (int k = 0; k < from; k++)
            {
                double value = Math.Abs(x(k, j));
                for (int i = 0; i < to; i++)
                    half[(i * from) + j] += Math.Abs(m[i, k]) * value;
            }
        }

        for (int i = 0; i < to; i++)
        {
            for (int j = 0; j < to; j++)
            {
                for (int k = 0; k < from; k++)
                    y[(i * to) + j] += half[(i * from) + k] * Math.Abs(m[j, k]);
            }
        }

        return y;
    }

    private IEnumerable<(int Image, int Top, int Left)> Tiles(int images, int rows, int columns)
    {
        for (int n = 0; n < images; n++)
        {
            for (int top = 0; top < rows; top += Side)
            {
                for (int left = 0; left < columns; left += Side)
                    yield return (n, top, left);
            }
        }
    }
}
