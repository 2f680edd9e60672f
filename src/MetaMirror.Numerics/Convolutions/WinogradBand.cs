using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Where transformed tiles lie: component e of lane l of tile t at Start + e·Component + t·Tile + (panel of l)·Panel + (l in the panel).</summary>
/// <remarks>A panel is two vectors wide. Rows of one tile after the other have Panel = that width; panels of all tiles have Tile = that width.</remarks>
internal readonly unsafe struct WinogradPlanes<T>(T* start, nint component, nint tile, nint panel)
    where T : unmanaged
{
    public readonly T* Start = start;
    public readonly nint Component = component;
    public readonly nint Tile = tile;
    public readonly nint Panel = panel;
}

/// <summary>Overlapping squares of some rows of one image, transformed: Y = M X Mᵀ for every tile and channel.</summary>
internal static unsafe class WinogradBand<T, TVector, TSimd, TMap>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TMap : struct, IWinogradMap<T>
{
    /// <summary>Elements of scratch for the images given.</summary>
    public static nint Scratch(in WinogradTiles tiles, int columns, nint width) =>
        (Rows(tiles, tiles.MostRows) * columns * width) + (TMap.Outputs * Columns(tiles) * TSimd.Count);

    /// <summary>Transforms the rows of tiles first … end − 1 of one image into planes, from its first tile on.</summary>
    /// <param name="image">Shape [channels, rows, columns]; zero outside.</param>
    /// <param name="channels">Channels to transform.</param>
    /// <param name="rows">Rows of the image.</param>
    /// <param name="columns">Columns of the image.</param>
    /// <param name="padding">Rows and columns of zeros before the image.</param>
    /// <param name="tiles">The tiles.</param>
    /// <param name="first">First row of tiles.</param>
    /// <param name="end">End of the rows of tiles.</param>
    /// <param name="width">Lanes: channels and zeros behind them, whole vectors.</param>
    /// <param name="planes">Receives the transformed tiles.</param>
    /// <param name="scratch">See <see cref="Scratch"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(
        T* image, int channels, int rows, int columns, int padding, in WinogradTiles tiles, int first, int end, nint width, WinogradPlanes<T> planes, T* scratch)
    {
        int top = (first * tiles.Side) - padding, height = Rows(tiles, end - first), bottom = top + height;
        int from = Math.Clamp(top, 0, rows), to = Math.Clamp(bottom, from, rows);
        nint row = columns * width;
        new Span<T>(scratch, (int)((from - top) * row)).Clear();
        WinogradLanes<T, TVector, TSimd>.Gather(
            image + (from * columns), (nint)rows * columns, channels, (to - from) * columns, scratch + ((from - top) * row), width);
        new Span<T>(scratch + ((to - top) * row), (int)((bottom - to) * row)).Clear();
        T* half = scratch + (Rows(tiles, tiles.MostRows) * row);
        for (int i = 0; i < end - first; i++)
        {
            T* source = scratch + (i * tiles.Side * row);
            T* target = planes.Start + (i * tiles.Across * planes.Tile);
            for (nint lane = 0; lane < width; lane += TSimd.Count)
            {
                Down(source + lane, columns, padding, Columns(tiles), width, half);
                Along(half, Columns(tiles), tiles, target + (lane / (2 * TSimd.Count) * planes.Panel) + (lane % (2 * TSimd.Count)), planes);
            }
        }
    }

    private static int Rows(in WinogradTiles tiles, int down) => (down * tiles.Side) + TMap.Inputs - tiles.Side;

    private static int Columns(in WinogradTiles tiles) => (tiles.Across * tiles.Side) + TMap.Inputs - tiles.Side;

    /// <summary>M X for the columns of one row of tiles, zeros outside the image.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Down(T* source, nint columns, nint padding, nint padded, nint width, T* half)
    {
        nint row = padded * TSimd.Count;
        for (nint j = 0; j < padded; j++, half += TSimd.Count)
        {
            nint column = j - padding;
            if (column >= 0 && column < columns)
            {
                TMap.Apply<TVector, TSimd>(source + (column * width), columns * width, half, row);
            }
            else
            {
                for (nint i = 0; i < TMap.Outputs; i++)
                    TSimd.Store(default, half + (i * row));
            }
        }
    }

    /// <summary>(M X) Mᵀ for one row of tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Along(T* half, nint padded, in WinogradTiles tiles, T* target, WinogradPlanes<T> planes)
    {
        nint step = tiles.Side * TSimd.Count, component = planes.Component;
        for (nint t = tiles.Across; t > 0; t--, half += step, target += planes.Tile)
        {
            for (nint i = 0; i < TMap.Outputs; i++)
                TMap.Apply<TVector, TSimd>(half + (i * padded * TSimd.Count), TSimd.Count, target + (i * TMap.Outputs * component), component);
        }
    }
}
