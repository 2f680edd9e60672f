namespace MetaMirror.Numerics;

/// <summary>How a product is computed: by the shape alone, unless someone insists.</summary>
/// <param name="Side">Side of the tiles of output, 2 or 4.</param>
/// <param name="Stripes">Whether kernels are shared out among the threads, all tiles transformed before, instead of tiles.</param>
internal readonly record struct WinogradPlan(int Side, bool Stripes)
{
    /// <summary>Above this many bytes of transformed kernels, they are transformed where they are used: written and read again they would leave the caches.</summary>
    private const long MostKernelBytes = 4 << 20;

    /// <summary>With fewer tiles in all, threads share out kernels.</summary>
    private const int FewTiles = 128;

    /// <summary>With more tiles in an image than this, stripes of sums would leave the second-level cache.</summary>
    private const int MostStripeTiles = 256;

    /// <summary>Channels times lanes above which blocks of sums are enough for all threads.</summary>
    private const long ManyKernels = 1 << 14;

    /// <summary>For images times kernels.</summary>
    public static unsafe WinogradPlan Of<T>(in WinogradOperands<T> o)
        where T : unmanaged
    {
        (int side, long tiles, long components) = Tiles(o.OutputRows, o.OutputColumns);
        bool large = components * o.Channels * o.Lanes * sizeof(T) > MostKernelBytes, few = tiles * o.Images < FewTiles;
        return new WinogradPlan(side, tiles <= MostStripeTiles && (large || few));
    }

    /// <summary>For sums over images.</summary>
    public static WinogradPlan OfWeights<T>(in WinogradOperands<T> o)
        where T : unmanaged
    {
        (int side, long tiles, _) = Tiles(o.OutputRows, o.OutputColumns);
        return new WinogradPlan(side, tiles <= MostStripeTiles && (long)o.Channels * o.Lanes >= ManyKernels);
    }

    /// <summary>Tiles of side 4 where that takes fewer multiplications than side 2, which rounds less.</summary>
    private static (int Side, long Tiles, long Components) Tiles(int rows, int columns)
    {
        long two = Tiles(rows, columns, 2), four = Tiles(rows, columns, 4);
        return 36 * four < 16 * two ? (4, four, 36) : (2, two, 16);
    }

    private static long Tiles(int rows, int columns, int side) => (long)((rows + side - 1) / side) * ((columns + side - 1) / side);
}
