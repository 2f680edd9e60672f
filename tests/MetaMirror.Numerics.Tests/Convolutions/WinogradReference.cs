using System.Numerics;

namespace MetaMirror.Numerics.Tests.Convolutions;

/// <summary>The three products by their definition, in double.</summary>
internal sealed class WinogradReference(int channels, int rows, int columns, int outputs, int padding)
{
    private const int Kernel = 3;

    public int Outputs => outputs;

    public int OutputRows => rows + (2 * padding) - Kernel + 1;

    public int OutputColumns => columns + (2 * padding) - Kernel + 1;

    public int InputLength(int images) => images * channels * rows * columns;

    public int OutputLength(int images) => images * outputs * OutputRows * OutputColumns;

    public int WeightLength => outputs * channels * Kernel * Kernel;

    public double[] Forward<T>(int images, ReadOnlySpan<T> x, ReadOnlySpan<T> w)
        where T : unmanaged, INumber<T>
    {
        var sum = new double[OutputLength(images)];
        foreach ((int i, int k, int j) in Terms(images))
            sum[j] += double.CreateTruncating(x[i]) * double.CreateTruncating(w[k]);
        return sum;
    }

    public double[] InputGradient<T>(int images, ReadOnlySpan<T> ay, ReadOnlySpan<T> w)
        where T : unmanaged, INumber<T>
    {
        var sum = new double[InputLength(images)];
        foreach ((int i, int k, int j) in Terms(images))
            sum[i] += double.CreateTruncating(ay[j]) * double.CreateTruncating(w[k]);
        return sum;
    }

    public double[] WeightGradient<T>(int images, ReadOnlySpan<T> x, ReadOnlySpan<T> ay)
        where T : unmanaged, INumber<T>
    {
        var sum = new double[WeightLength];
        foreach ((int i, int k, int j) in Terms(images))
            sum[k] += double.CreateTruncating(x[i]) * double.CreateTruncating(ay[j]);
        return sum;
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
