using MetaMirror.Hypergradients;

namespace MetaMirror.Tests.Hypergradients;

public sealed class RowPagesTests
{
    private const int Rows = 100, Longest = 50;

    [Fact]
    public void Rows_keep_their_numbers_and_never_take_more_than_was_said()
    {
        var pages = new RowPages<double>();
        pages.Plan(Rows, Longest);
        Assert.Equal(0, pages.Bytes);
        Assert.Equal(RowPages<double>.BytesFor(Rows, Longest * sizeof(double)), pages.MostBytes);
        Fill(pages, t => 1 + (t * 7 % Longest), grows: true);
        long bytes = pages.Bytes;
        Assert.Equal(bytes, pages.MostBytes);
        Assert.InRange(bytes, (Rows / 2) * Longest * sizeof(double), (Rows * 3 / 4) * Longest * sizeof(double));

        // The same again, and shorter ones, need nothing new; longer ones do.
        pages.Plan(Rows, Longest);
        Fill(pages, t => 1 + (t * 7 % Longest), grows: false);
        pages.Plan(Rows, Longest);
        Fill(pages, _ => 10, grows: false);
        Assert.Equal(bytes, pages.Bytes);
        pages.Trim();
        Assert.Equal(pages.MostBytes, pages.Bytes);
        Assert.InRange(pages.Bytes, 1, bytes / 2);
        pages.Plan(Rows, Longest);
        Fill(pages, _ => Longest, grows: true);
        Assert.Equal(RowPages<double>.BytesFor(Rows, Longest * sizeof(double)), pages.Bytes);
    }

    [Fact]
    public void Large_rows_get_arrays_of_their_own()
    {
        // 16 arrays; but none above a gigabyte that holds more than one row.
        Assert.Equal(0, RowPages<float>.BytesFor(0, 100));
        Assert.Equal(105 * 43, RowPages<float>.BytesFor(100, 43));
        Assert.Equal(100L << 31, RowPages<float>.BytesFor(100, 1L << 31));
        Assert.Equal(100L << 29, RowPages<float>.BytesFor(100, 1L << 29));
    }

    private static void Fill(RowPages<double> pages, Func<int, int> length, bool grows)
    {
        long most = pages.MostBytes;
        bool grown = false;
        for (int t = 0; t < Rows; t++)
        {
            long before = pages.Bytes, growth = pages.Growth;
            Span<double> row = pages.Next();
            Assert.Equal(before + growth, pages.Bytes);
            grown |= growth > 0;
            Assert.Equal(Longest, row.Length);
            row[..length(t)].Fill(t);
            pages.Add(length(t));
            Assert.InRange(pages.MostBytes, 0, most);
            most = pages.MostBytes;
        }

        Assert.Equal(grows, grown);
        for (int t = 0; t < Rows; t++)
        {
            Assert.Equal(length(t), pages[t].Length);
            Assert.True(pages[t].IndexOfAnyExcept(t) < 0);
        }
    }
}
