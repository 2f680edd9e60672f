using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>From sums of components back to planes: Y ← M S Mᵀ + bias + β Y for every tile and lane.</summary>
internal static unsafe class WinogradReturn<T, TVector, TSimd, TMap>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TMap : struct, IWinogradMap<T>
{
    /// <summary>Planes turned at once.</summary>
    private const int PlanesAtOnce = 8;

    private static int Square => TMap.Outputs * TMap.Outputs * TSimd.Count;

    /// <summary>Elements of scratch.</summary>
    public static nint Scratch(in WinogradTiles tiles, nint width) =>
        (tiles.MostRows * tiles.Side * tiles.Columns * (width + PlanesAtOnce)) + Square + WinogradSquare<T, TVector, TSimd, TMap>.Scratch;

    /// <summary>The rows of tiles first … end − 1 of one image. Of tiles that hang over the edge only the part inside is stored.</summary>
    /// <param name="sums">Transformed tiles, row after row.</param>
    /// <param name="tiles">The tiles.</param>
    /// <param name="first">First row of tiles.</param>
    /// <param name="end">End of the rows of tiles.</param>
    /// <param name="width">Lanes of sums and of bias, whole vectors.</param>
    /// <param name="lanes">Lanes in use: planes of y.</param>
    /// <param name="bias">Shape [width].</param>
    /// <param name="beta">β; 0 does not read y.</param>
    /// <param name="y">Shape [lanes, rows, columns].</param>
    /// <param name="scratch">See <see cref="Scratch"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(
        WinogradPlanes<T> sums, in WinogradTiles tiles, int first, int end, nint width, int lanes, T* bias, T beta, T* y, T* scratch)
    {
        int top = first * tiles.Side, positions = (Math.Min(end * tiles.Side, tiles.Rows) - top) * tiles.Columns;
        T* square = scratch + (positions * width), planes = square + Square + WinogradSquare<T, TVector, TSimd, TMap>.Scratch;
        for (int i = first; i < end; i++)
        {
            int rows = Math.Min(tiles.Side, tiles.Rows - (i * tiles.Side));
            Row(sums.Start + ((i - first) * tiles.Across * sums.Tile), sums, tiles, rows, width, bias, scratch + (((i * tiles.Side) - top) * tiles.Columns * width), square);
        }

        WinogradLanes<T, TVector, TSimd>.Scatter(
            scratch, width, lanes, positions, beta, y + (top * tiles.Columns), (nint)tiles.Rows * tiles.Columns, planes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Row(T* source, WinogradPlanes<T> sums, in WinogradTiles tiles, int rows, nint width, T* bias, T* target, T* square)
    {
        nint component = sums.Component, row = tiles.Columns * width;
        for (int t = 0; t < tiles.Across; t++, source += sums.Tile, target += tiles.Side * width)
        {
            int columns = Math.Min(tiles.Side, tiles.Columns - (t * tiles.Side));
            for (nint lane = 0; lane < width; lane += TSimd.Count)
            {
                WinogradSquare<T, TVector, TSimd, TMap>.Apply(
                    source + lane, TMap.Inputs * component, component, square, TMap.Outputs * TSimd.Count, TSimd.Count, square + Square);
                TVector shift = TSimd.Load(bias + lane);
                for (nint i = 0; i < rows; i++)
                {
                    for (nint j = 0; j < columns; j++)
                        TSimd.Store(TSimd.Add(TSimd.Load(square + (((i * TMap.Outputs) + j) * TSimd.Count)), shift), target + (i * row) + (j * width) + lane);
                }
            }
        }
    }
}
