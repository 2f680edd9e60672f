using System.Numerics;

namespace MetaMirror.Hypergradients;

/// <summary>
/// Rows of different lengths, one behind the other in a few arrays of one length that later runs use again. A row is written before its length is known, so
/// an array ends where the longest row would no longer fit.
/// </summary>
internal sealed class RowPages<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Arrays that hold all rows if all are the longest; and bytes of an array, unless a row is longer.</summary>
    private const int Pages = 16, LargestPage = 1 << 30;

    private readonly List<T[]> _pages = [];
    private (int Page, int Start, int Length)[] _rows = [];
    private int _longest;
    private int _rowsOfPage;
    private int _count;
    private int _page;
    private int _used;

    /// <summary>Bytes allocated for rows.</summary>
    public long Bytes => _pages.Count * PageBytes;

    /// <summary>Bytes that <see cref="Next"/> is about to allocate.</summary>
    public long Growth => NeedsPage && _page + 1 == _pages.Count ? PageBytes : 0;

    /// <summary>Bytes of this run's arrays, and of those that rows to come will need if all are the longest.</summary>
    public long MostBytes
    {
        get
        {
            int room = _page < 0 ? 0 : (PageLength - _used) / _longest, rest = Math.Max(0, _rows.Length - _count - room);
            return (_page + 1L + Ratio(rest, _rowsOfPage)) * PageBytes;
        }
    }

    private int PageLength => _rowsOfPage * _longest;

    private unsafe long PageBytes => (long)PageLength * sizeof(T);

    private bool NeedsPage => _page < 0 || PageLength - _used < _longest;

    /// <summary>Row <paramref name="index"/>.</summary>
    public Span<T> this[int index] => _pages[_rows[index].Page].AsSpan(_rows[index].Start, _rows[index].Length);

    /// <summary>Bytes allocated for so many rows, all of them the longest.</summary>
    public static long BytesFor(int rows, long rowBytes) => rows == 0 ? 0 : (long)Ratio(rows, RowsOf(rows, rowBytes)) * RowsOf(rows, rowBytes) * rowBytes;

    /// <summary>Begins with no row; at most <paramref name="rows"/> may come.</summary>
    public unsafe void Plan(int rows, int longest)
    {
        if (_rows.Length != rows || _longest != longest)
        {
            _pages.Clear();
            _rows = new (int, int, int)[rows];
            (_longest, _rowsOfPage) = (longest, RowsOf(rows, (long)longest * sizeof(T)));
        }

        (_count, _page, _used) = (0, -1, 0);
    }

    /// <summary>Room for the next row, as long as the longest.</summary>
    public Span<T> Next()
    {
        if (NeedsPage)
        {
            (_page, _used) = (_page + 1, 0);
            if (_page == _pages.Count)
                _pages.Add(GC.AllocateUninitializedArray<T>(PageLength));
        }

        return _pages[_page].AsSpan(_used, _longest);
    }

    /// <summary>Ends the row that <see cref="Next"/> made room for.</summary>
    public void Add(int length)
    {
        _rows[_count++] = (_page, _used, length);
        _used += length;
    }

    /// <summary>Gives up arrays that this run has not come to.</summary>
    public void Trim() => _pages.RemoveRange(_page + 1, _pages.Count - _page - 1);

    private static int RowsOf(int rows, long rowBytes) => (int)Math.Min(Ratio(rows, Pages), Math.Max(1, LargestPage / rowBytes));

    private static int Ratio(int x, int y) => (int)((x + (long)y - 1) / y);
}
