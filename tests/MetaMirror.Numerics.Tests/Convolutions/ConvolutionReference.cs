using System.Numerics;

namespace MetaMirror.Numerics.Tests.Convolutions;

/// <summary>The three products by seven plain loops in double, with Σ|terms| beside each sum for the error bound.</summary>
internal sealed class ConvolutionReference
{
    public double[] Y { get; }

    public double[] YMagnitude { get; }

    public double[] Ax { get; }

    public double[] AxMagnitude { get; }

    public double[] Aw { get; }

    public double[] AwMagnitude { get; }

    private ConvolutionReference(ConvolutionShape shape, int images)
    {
        (Y, YMagnitude) = (new double[images * shape.OutputSize], new double[images * shape.OutputSize]);
        (Ax, AxMagnitude) = (new double[images * shape.InputSize], new double[images * shape.InputSize]);
        (Aw, AwMagnitude) = (new double[shape.WeightSize], new double[shape.WeightSize]);
    }

    public static ConvolutionReference Of<T>(ConvolutionShape s, int images, T[] x, T[] w, T[] ay)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sums = new ConvolutionReference(s, images);
        double[] dx = Double(x), dw = Double(w), day = Double(ay);
        int yIndex = 0;
        for (int n = 0; n < images; n++)
        {
            for (int o = 0; o < s.Outputs; o++)
            {
                for (int i = 0; i < s.OutputRows; i++)
                {
                    for (int j = 0; j < s.OutputColumns; j++)
                        sums.Position(s, n, o, i, j, yIndex++, dx, dw, day);
                }
            }
        }

        return sums;
    }

    /// <summary>All taps of one output pixel.</summary>
    private void Position(ConvolutionShape s, int n, int o, int i, int j, int yIndex, double[] x, double[] w, double[] ay)
    {
        for (int c = 0; c < s.Channels; c++)
        {
            for (int p = 0; p < s.KernelRows; p++)
            {
                int row = (i * s.Stride) + p - s.Padding;
                if (row < 0 || row >= s.Rows)
                    continue;
                for (int q = 0; q < s.KernelColumns; q++)
                {
                    int column = (j * s.Stride) + q - s.Padding;
                    if (column < 0 || column >= s.Columns)
                        continue;
                    int xIndex = (((((n * s.Channels) + c) * s.Rows) + row) * s.Columns) + column;
                    int wIndex = (((((o * s.Channels) + c) * s.KernelRows) + p) * s.KernelColumns) + q;
                    Add(Y, YMagnitude, yIndex, x[xIndex] * w[wIndex]);
                    Add(Ax, AxMagnitude, xIndex, ay[yIndex] * w[wIndex]);
                    Add(Aw, AwMagnitude, wIndex, ay[yIndex] * x[xIndex]);
                }
            }
        }
    }

    private static void Add(double[] sums, double[] magnitudes, int index, double term)
    {
        sums[index] += term;
        magnitudes[index] += Math.Abs(term);
    }

    private static double[] Double<T>(T[] values)
        where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(values, double.CreateTruncating);
}
