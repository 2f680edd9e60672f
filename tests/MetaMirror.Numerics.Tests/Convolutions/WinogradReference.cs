using System.Numerics;

namespace MetaMirror.Numerics.Tests.Convolutions;

/// <summary>The three products by their definition, in double, each with the sum of the magnitudes of its terms.</summary>
internal sealed class WinogradReference(int channels, int rows, int columns, int outputs, int padding)
{
    private const int Kernel = 3;

    public int OutputRows => rows + (2 * padding) - Kernel + 1;

    public int OutputColumns => columns + (2 * padding) - Kernel + 1;

    public int InputLength(int images) => images * channels * rows * columns;

    public int OutputLength(int images) => images * outputs * OutputRows * OutputColumns;

    public int WeightLength => outputs * channels * Kernel * Kernel;

    public (double[] Sum, double[] Magnitude) Forward<T>(int images, ReadOnlySpan<T> x, ReadOnlySpan<T> w)
        where T : unmanaged, INumber<T>
    {
        var (sum, magnitude) = (new double[OutputLength(images)], new double[OutputLength(images)]);
        foreach ((int i, int k, int j) in Terms(images))
            Add(sum, magnitude, j, double.CreateTruncating(x[i]) * double.CreateTruncating(w[k]));
        return (sum, magnitude);
    }

    public (double[] Sum, double[] Magnitude) InputGradient<T>(int images, ReadOnlySpan<T> ay, ReadOnlySpan<T> w)
        where T : unmanaged, INumber<T>
    {
        var (sum, magnitude) = (new double[InputLength(images)], new double[InputLength(images)]);
        foreach ((int i, int k, int j) in Terms(images))
            Add(sum, magnitude, i, double.CreateTruncating(ay[j]) * double.CreateTruncating(w[k]));
        return (sum, magnitude);
    }

    public (double[] Sum, double[] Magnitude) WeightGradient<T>(int images, ReadOnlySpan<T> x, ReadOnlySpan<T> ay)
        where T : unmanaged, INumber<T>
    {
        var (sum, magnitude) = (new double[WeightLength], new double[WeightLength]);
        foreach ((int i, int k, int j) in Terms(images))
            Add(sum, magnitude, k, double.CreateTruncating(x[i]) * double.CreateTruncating(ay[j]));
        return (sum, magnitude);
    }

    private static void Add(double[] sum, double[] magnitude, int index, double term)
    {
        sum[index] += term;
        magnitude[index] += Math.Abs(term);
    }

    /// <summary>All (input, weight, output) that meet: y_j = Σ x_i w_k.</summary>
    private IEnumerable<(int Input, int Weight, int Output)> Terms(int images)
    {
        for (int n = 0; n < images; n++)
        {
            for (int o = 0; o < outputs; o++)
            {
                for (int c = 0; c < channels; c++)
                {
                    for (int r = 0; r < OutputRows * Kernel; r++)
                    {
                        int row = (r / Kernel) + (r % Kernel) - padding;
                        if (row < 0 || row >= rows)
                            continue;
                        for (int q = 0; q < OutputColumns * Kernel; q++)
                        {
                            int column = (q / Kernel) + (q % Kernel) - padding;
                            if (column < 0 || column >= columns)
                                continue;
                            int input = (((((n * channels) + c) * rows) + row) * columns) + column;
                            int weight = (((((o * channels) + c) * Kernel) + (r % Kernel)) * Kernel) + (q % Kernel);
                            yield return (input, weight, (((((n * outputs) + o) * OutputRows) + (r / Kernel)) * OutputColumns) + (q / Kernel));
                        }
                    }
                }
            }
        }
    }
}
