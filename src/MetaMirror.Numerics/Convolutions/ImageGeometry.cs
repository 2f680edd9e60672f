namespace MetaMirror.Numerics;

/// <summary>
/// The taps of every result pixel that meet the image: Pairs[2 k] is a source pixel, Pairs[2 k + 1] a position in the kernel, for k from Starts[r] to
/// Starts[r + 1]. For small images with wide padding, where most other products multiply zeros.
/// </summary>
/// <param name="Starts">First pair of each result pixel, and the end.</param>
/// <param name="Pairs">Source pixels and kernel positions.</param>
/// <param name="Planes">Planes of the source.</param>
/// <param name="SourcePixels">Elements of a source plane.</param>
/// <param name="ResultPlanes">Planes of the result.</param>
/// <param name="KernelSize">Positions in the kernel.</param>
/// <param name="PlaneStride">From the weight of one source plane to that of the next.</param>
/// <param name="WeightStride">From the weight of one result plane to that of the next.</param>
internal sealed record ImageGeometry(
    int[] Starts, int[] Pairs, int Planes, int SourcePixels, int ResultPlanes, int KernelSize, int PlaneStride, int WeightStride)
{
    /// <summary>Longer lists are not kept: images with so many pixels have little padding.</summary>
    private const int MostPairs = 1 << 16;

    /// <summary>Elements of a source image.</summary>
    public int SourceSize => Planes * SourcePixels;

    /// <summary>Elements of a result plane.</summary>
    public int ResultPixels => Starts.Length - 1;

    /// <summary>Elements of a result.</summary>
    public int ResultSize => ResultPlanes * ResultPixels;

    /// <summary>Weights of one result plane.</summary>
    public int Depth => KernelSize * Planes;

    /// <summary>The input gradient's; null where the list would be long.</summary>
    public static ImageGeometry? InputGradient(ConvolutionShape s)
    {
        int kernel = s.KernelRows * s.KernelColumns;
        if ((long)s.OutputPixels * kernel > MostPairs)
            return null;
        var starts = new int[s.Pixels + 1];
        var pairs = new List<int>();
        for (int pixel = 0; pixel < s.Pixels; pixel++)
        {
            for (int tap = 0; tap < kernel; tap++)
            {
                int row = (pixel / s.Columns) + s.Padding - (tap / s.KernelColumns), column = (pixel % s.Columns) + s.Padding - (tap % s.KernelColumns);
                if (row < 0 || column < 0 || row % s.Stride != 0 || column % s.Stride != 0)
                    continue;
                (int i, int j) = (row / s.Stride, column / s.Stride);
                if (i < s.OutputRows && j < s.OutputColumns)
                {
                    pairs.Add((i * s.OutputColumns) + j);
                    pairs.Add(tap);
                }
            }

            starts[pixel + 1] = pairs.Count / 2;
        }

        return new ImageGeometry(starts, [.. pairs], s.Outputs, s.OutputPixels, s.Channels, kernel, s.Taps, kernel);
    }
}
