using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Blocked product after Goto and van de Geijn ("Anatomy of high-performance matrix multiplication", 2008): a panel of op(B) is packed
/// and stays in the cache while tiles of rows of op(A) pass over it.
/// </summary>
internal static unsafe class BlockedGemm
{
    /// <summary>
    /// Longest run of p between two roundings to C. A panel (128 bytes wide with 512-bit vectors) then stays in the second-level cache, which feeds two loads in
    /// sixteen multiply-adds in time; panels that fit the first level make every tile read and write C more often and were slower.
    /// </summary>
    private const int InnerBlock = 800;

    /// <summary>Most rows of op(A) used before the next panel.</summary>
    private const int RowBlock = 768;

    /// <summary>Up to this many rows op(B) is used where it lies, if its rows are whole: packing would cost more than it saves.</summary>
    private const int DirectRows = 32;

    /// <summary>The same while op(B) is smaller than a second-level cache.</summary>
    private const int DirectRowsSmall = 256, SmallBytes = 1 << 20;

    /// <summary>Panels of a row-major B packed at once, and how many rows at a time.</summary>
    private const int GroupPanels = 4, GroupRows = 16;

    /// <summary>Columns of C that are dealt with together, from 0 on.</summary>
    public static int PanelWidth<T>()
        where T : unmanaged => 2 * SimdWidth<T>.Lanes;

    /// <summary>Length of the blocks of p between two roundings to C. It depends on k alone: so do the roundings.</summary>
    public static int InnerLength(int k)
    {
        int blocks = (k + InnerBlock - 1) / InnerBlock;
        return (k + blocks - 1) / blocks;
    }

    /// <summary>C[m, n] ← α A B + β C; C has column stride 1.</summary>
    /// <remarks>For the lower half alone each panel of columns begins at its own square on the diagonal; what lies above is neither read nor written.</remarks>
    public static void Multiply<T>(int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, T beta, Strided<T> c, bool lower = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply<T, Vector512<T>, Simd512<T>>(m, n, k, alpha, a, b, beta, c, lower);
        else if (Vector256.IsHardwareAccelerated)
            Multiply<T, Vector256<T>, Simd256<T>>(m, n, k, alpha, a, b, beta, c, lower);
        else if (Vector128.IsHardwareAccelerated)
            Multiply<T, Vector128<T>, Simd128<T>>(m, n, k, alpha, a, b, beta, c, lower);
        else
            Multiply<T, T, SimdScalar<T>>(m, n, k, alpha, a, b, beta, c, lower);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<T, TVector, TSimd>(int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, T beta, Strided<T> c, bool lower)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        int width = 2 * TSimd.Count, inner = InnerLength(k);
        int rowBlocks = (m + RowBlock - 1) / RowBlock, rowBlock = (((m + rowBlocks - 1) / rowBlocks) + TSimd.TileRows - 1) / TSimd.TileRows * TSimd.TileRows;
        bool direct = b.Column == 1 && m <= ((long)k * n * sizeof(T) < SmallBytes ? DirectRowsSmall : DirectRows);
        int group = !direct && b.Column == 1 ? GroupPanels * width : width;
        T* packed = PackingBuffer.Get<T>(inner * group);
        for (int p = 0; p < k; p += inner)
        {
            int depth = Math.Min(inner, k - p);
            T factor = p == 0 ? beta : T.One;
            for (int i = 0; i < m; i += rowBlock)
            {
                int rows = Math.Min(rowBlock, m - i);
                for (int j = 0; j < n && !(lower && j >= i + rows); j += group)
                {
                    int columns = Math.Min(group, n - j);
                    if (!direct)
                        PackGroup(b.From(p, j), depth, columns, width, TSimd.Count, packed);
                    for (int q = 0; q < columns; q += width)
                    {
                        int used = Math.Min(width, columns - q), above = lower ? Math.Max(0, j + q - i) : 0;
                        if (above >= rows)
                            continue;
                        Strided<T> panel = b.From(p, j + q);
                        if (!direct || used % TSimd.Count != 0)
                        {
                            int padded = used > TSimd.Count ? width : TSimd.Count;
                            T* place = packed + (q * depth);
                            if (direct)
                                Panel.Pack(panel, depth, used, padded, place);
                            panel = new Strided<T>(place, padded, 1);
                        }

                        Rows<T, TVector, TSimd>(rows - above, used, depth, alpha, a.From(i + above, p), panel, factor, c.From(i + above, j + q));
                    }
                }
            }
        }
    }

    /// <summary>Packs neighboring panels, a few rows of B at a time: memory is then read in longer pieces than a panel is wide.</summary>
    private static void PackGroup<T>(Strided<T> b, int depth, int columns, int width, int lanes, T* packed)
        where T : unmanaged
    {
        int rows = columns > width ? GroupRows : depth;
        for (int p = 0; p < depth; p += rows)
        {
            for (int q = 0; q < columns; q += width)
            {
                int used = Math.Min(width, columns - q), padded = used > lanes ? width : lanes;
                Panel.Pack(b.From(p, q), Math.Min(rows, depth - p), used, padded, packed + (q * depth) + (p * padded));
            }
        }
    }

    /// <summary>All rows of one block over one panel. A last panel of less than whole vectors goes through a padded tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<T, TVector, TSimd>(int m, int columns, int k, T alpha, Strided<T> a, Strided<T> panel, T beta, Strided<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        bool readsC = !T.IsZero(beta), two = columns > TSimd.Count, whole = columns == TSimd.Count || columns == 2 * TSimd.Count;
        int width = two ? 2 * TSimd.Count : TSimd.Count;
        T* tile = stackalloc T[whole ? 1 : TSimd.TileRows * width];
        for (int i = 0; i < m;)
        {
            int left = m - i, tall = TSimd.TileRows == 8 && left > 4 ? 8 : 4, rows = Math.Min(tall, left);
            T* target = c.Start + (i * c.Row);
            if (!whole && readsC)
                Copy(target, c.Row, tile, width, rows, columns);
            var output = whole ? new TileOutput<T>(target, c.Row, alpha, beta, readsC) : new TileOutput<T>(tile, width, alpha, beta, readsC);
            Strided<T> part = a.From(i, 0);
            if (tall == 8 && two)
                Tile8<T, TVector, TSimd>.Two(part, rows, panel.Start, panel.Row, k, output);
            else if (tall == 8)
                Tile8<T, TVector, TSimd>.One(part, rows, panel.Start, panel.Row, k, output);
            else if (two)
                Tile4<T, TVector, TSimd>.Two(part, rows, panel.Start, panel.Row, k, output);
            else
                Tile4<T, TVector, TSimd>.One(part, rows, panel.Start, panel.Row, k, output);
            if (!whole)
                Copy(tile, width, target, c.Row, rows, columns);
            i += tall;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy<T>(T* source, nint sourceRow, T* destination, nint destinationRow, int rows, int columns)
        where T : unmanaged
    {
        for (nint i = 0; i < rows; i++)
        {
            for (nint j = 0; j < columns; j++)
                destination[(i * destinationRow) + j] = source[(i * sourceRow) + j];
        }
    }
}
