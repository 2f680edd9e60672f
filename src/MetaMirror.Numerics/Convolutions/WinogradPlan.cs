namespace MetaMirror.Numerics;

/// <summary>How a product is computed: by the shape alone, unless someone insists.</summary>
/// <param name="Side">Side of the tiles of output, 2 or 4.</param>
/// <param name="Stripes">Whether lanes are shared out (<see cref="WinogradStripes{T, TVector, TSimd, TData, TKernel, TOutput}"/>), not tiles.</param>
internal readonly record struct WinogradPlan(int Side, bool Stripes)
{
    /// <summary>Above this many bytes of transformed kernels, they are transformed where they are used: written and read again they would leave the caches.</summary>
    private const long MostKernelBytes = 4 << 20;

    /// <summary>With fewer tiles in all, threads share out lanes.</summary>
    private const int FewTiles = 128;

    /// <summary>With more tiles in an image than this, the stripes' sums would leave the second-level cache.</summary>
    private const int MostStripeTiles = 256;

    /// <summary>Tiles of side 4 where that takes fewer multiplications than side 2, which rounds less.</summary>
    public static unsafe WinogradPlan Of<T>(in WinogradOperands<T> o)
        where T : unmanaged
    {
        long two = Tiles(o.OutputRows, o.OutputColumns, 2), four = Tiles(o.OutputRows, o.OutputColumns, 4);
        (int side, long tiles, long components) = 36 * four < 16 * two ? (4, four, 36) : (2, two, 16);
        bool large = components * o.Channels * o.Lanes * sizeof(T) > MostKernelBytes, few = tiles * o.Images < FewTiles;
        return new WinogradPlan(side, tiles <= MostStripeTiles && (large || few));
    }

    private static long Tiles(int rows, int columns, int side) => (long)((rows + side - 1) / side) * ((columns + side - 1) / side);
}
