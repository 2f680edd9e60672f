using System.Text;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Readers;

public sealed class CsvReaderTests
{
    private static readonly CsvOptions Regression = new() { Target = TargetKind.Regression };

    [Theory]
    [InlineData("1,2,0\n3,4.5,1\n")]
    [InlineData("a;b;class\r\n1;2;0\r\n3;4.5;1")]
    [InlineData("a\tb\tclass\n 1\t2 \t0\n3\t45e-1\t1\n\n \n")]
    [InlineData("\ufeff\"a\",\"b, c\",\"class\"\n\"1\",2,\"0\"\n3,4.5, \"1\" \n")]
    public void Separator_header_quotes_and_line_ends_are_found(string text)
    {
        var table = Read(text);
        var set = table.ToDataset<double>("s");
        Assert.Equal([1, 2, 3, 4.5], set.Inputs.ToArray());
        Assert.Equal([0, 1], set.Labels.ToArray());
        Assert.Equal((2, 2, 2), (set.Classes, set.Features, table.Rows));
        Assert.Equal([1, 2, 3, 4.5], CsvReader.Read(new OneWay(IdxBytes.Gzip(Encoding.UTF8.GetBytes(text))), "f").ToDataset<double>("s").Inputs.ToArray());
    }

    [Fact]
    public void A_gzip_file_cut_off_between_two_blocks_is_refused()
    {
        // Two flushed halves: the first is well-formed deflate data that simply stop.
        using var whole = new MemoryStream();
        long half;
        using (var gzip = new System.IO.Compression.GZipStream(whole, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(i => $"{i},{i * 7 % 11}.5,{i % 2}\n"))));
            gzip.Flush();
            half = whole.Length;
            gzip.Write(Encoding.UTF8.GetBytes("1,2,0\n3,4.5,1\n"));
        }

        Assert.Equal(502, CsvReader.Read(new MemoryStream(whole.ToArray()), "f", new CsvOptions()).Rows);
        DataFormatException cut = Assert.Throws<DataFormatException>(() => CsvReader.Read(new MemoryStream(whole.ToArray()[..(int)half]), "f", new CsvOptions()));
        Assert.Contains("truncated", cut.Message, StringComparison.Ordinal);
        Assert.Throws<DataFormatException>(() => CsvReader.Read(new MemoryStream(whole.ToArray()[..^8]), "f", new CsvOptions()));
    }

    [Fact]
    public void The_target_is_found_by_name_or_index()
    {
        const string Text = "a,y,b\n1,10,2\n3,20.5,4\n";
        foreach (var options in new[] { Regression with { TargetName = "y" }, Regression with { TargetIndex = 1 } })
        {
            var table = Read(Text, options);
            var set = table.ToDataset<float>("s");
            Assert.Equal([10f, 20.5f], set.Targets.ToArray());
            Assert.Equal([1f, 2f, 3f, 4f], set.Inputs.ToArray());
            Assert.Equal("y", table.TargetName);
            Assert.Equal(["a", "b"], table.FeatureNames);
        }

        Assert.Contains("line 1: expected one target column 'z', found columns 'a', 'y', 'b'", Error(Text, Regression with { TargetName = "z" }), StringComparison.Ordinal);
        Assert.Contains("found two of that name", Error("y,y\n1,2\n", Regression with { TargetName = "y" }), StringComparison.Ordinal);
        Assert.Contains("index 3 (from 0), found 3 columns", Error(Text, Regression with { TargetIndex = 3 }), StringComparison.Ordinal);
        Assert.Contains("index -1", Error(Text, Regression with { TargetIndex = -1 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_are_ordered_by_number_or_by_text()
    {
        Assert.Equal(["-1", "2", "10"], Read("1,10\n1,2.0\n1,-1\n1,2\n").Classes);
        Assert.Equal([2, 1, 0, 1], Read("1,10\n1,2.0\n1,-1\n1,2\n").ToDataset<double>("s").Labels.ToArray());
        Assert.Equal(["10", "Setosa", "virginica"], Read("1,virginica\n1,Setosa\n1,10\n").Classes);
        Assert.Equal([0, 1], Read("1,b\n1,c\n").ToDataset<double>("s", ["b", "c", "a"]).Labels.ToArray());
        Assert.Equal("f, line 2: expected one of 2 classes, found 'c'", Assert.Throws<DataFormatException>(() => Read("1,b\n1,c\n").ToDataset<double>("s", ["a", "b"])).Message);
    }

    public static TheoryData<string, string> Broken => new()
    {
        { "", "f: expected rows of numbers, found an empty file" },
        { "1\n2\n", "f, line 1: expected at least two columns separated by comma, semicolon or tab, found 1" },
        { "a,b\n", "f: expected at least one row below the header, found none" },
        { "1,2\n3\n", "f, line 2: expected 2 fields, found 1" },
        { "1,2\n3,4,5\n", "f, line 2: expected 2 fields, found more" },
        { "1,2\n\n3,4\n", "f, line 2: expected 2 fields, found a blank line" },
        { "1,2\n,4\n", "f, line 2, column 1: expected a finite number with a decimal point, found an empty field" },
        { "x,y\n1,2\n3,4\nNaN,4\n", "f, line 4, column 1 ('x'): expected a finite number with a decimal point, found 'NaN'" },
        { "1,2\ninf,4\n", "found 'inf'" },
        { "1,2\n1e999,4\n", "found '1e999'" },
        { "1,2\n3 4,4\n", "found '3 4'" },
        { "1,2\n0x10,4\n", "found '0x10'" },
        { "1,2\n1_0,4\n", "found '1_0'" },
        { "1;2\n1,5;4\n", "found '1,5'" },
        { "a,1,2\n1,2,3\n", "f, line 1, column 1: expected a finite number (or only names in the first row; state whether it is a header), found 'a'" },
        { "0,1,target\n1,2,3\n2,3,4\n", "f, line 1, column 3: expected an integer class as in all other rows (or state that there is a header row), found 'target'" },
        { "1,0.5\n", "f, line 1, column 2: expected a class, an integer or text (for real targets state regression), found '0.5'" },
        { "1,\n", "found an empty field" },
        { "1,NaN\n", "found 'NaN'" },
        { "1,Infinity\n", "found 'Infinity'" },
        { "1,12345678901234567890\n", "found '12345678901234567890'" },
        { "1,\"a\n2,b\"\n", "f, line 1, column 2: expected a closing quote in the same line, found none" },
        { "1,\"a\"b\n", "f, line 1, column 2: expected a separator after the closing quote, found 'b'" },
        { "1,2\r3,4\r", "f, line 1: expected plain text with lines ended by LF or CR LF, found control character U+000D" },
        { "1,2\n1\0,2\n", "f, line 2: expected plain text with lines ended by LF or CR LF, found control character U+0000" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_mistake_is_named_with_line_and_column(string text, string message) => Assert.Contains(message, Error(text), StringComparison.Ordinal);

    [Fact]
    public void Real_targets_must_be_numbers()
        => Assert.Contains("line 2, column 2: expected a finite number", Error("1,0.5\n1,high\n", Regression), StringComparison.Ordinal);

    [Fact]
    public void Other_encodings_are_refused()
    {
        Assert.Contains("expected UTF-8 text", Assert.Throws<DataFormatException>(() => CsvReader.Read(new MemoryStream(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("1,2\n")).ToArray()), "f")).Message, StringComparison.Ordinal);
        Assert.Contains("line 2: expected UTF-8 text", Assert.Throws<DataFormatException>(() => CsvReader.Read(new MemoryStream("1,a\n2,\xe9\n"u8.ToArray().Select(b => b == 0xc3 ? (byte)0xe9 : b).ToArray()), "f")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_are_kept()
    {
        var text = "1,2\n" + new string('3', 100) + ",4\n";
        Assert.Contains("line 2: expected at most 99 bytes in a line", Error(text, new CsvOptions { MaxLineBytes = 99 }), StringComparison.Ordinal);
        Assert.Contains("expected at most 50 bytes of text", Error(text, new CsvOptions { MaxBytes = 50 }), StringComparison.Ordinal);
        Assert.Contains("at most 2 classes", Error("1,1\n1,2\n1,3\n", new CsvOptions { MaxClasses = 2 }), StringComparison.Ordinal);

        // 64 MiB of one line, packed to 64 KiB: stopped at the line limit.
        var bomb = IdxBytes.Gzip([.. Enumerable.Repeat((byte)'1', 64 << 20)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<DataFormatException>(() => CsvReader.Read(new MemoryStream(bomb), "f"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Read("1,2\n", new CsvOptions { TargetName = "a", TargetIndex = 0 }));
        Assert.Throws<ArgumentException>(() => Read("1,2\n", new CsvOptions { TargetName = "a", Header = false }));
        Assert.Throws<ArgumentException>(() => Read("1,2\n", new CsvOptions { Separator = '|' }));
    }

    [Fact]
    public void A_number_that_does_not_fit_float_is_refused_with_its_line()
    {
        var table = Read("x,y\n1,2\n1e300,4\n", Regression);
        Assert.Equal(1e300, table.ToDataset<double>("s").Inputs[1]);
        Assert.Contains("f, line 3: expected numbers that fit Single, found 1E+300", Assert.Throws<DataFormatException>(() => table.ToDataset<float>("s")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_obey_no_terminal_and_stay_short()
    {
        var message = Error("1,2\n" + new string('x', 10_000) + ",4\n");
        Assert.InRange(message.Length, 0, 200);
        Assert.DoesNotContain('\u001b', Error("1,2\n\u001b[2J,4\n"));
        Assert.DoesNotContain('\u0085', Error("1,2\n\u0085,4\n"));
    }

    private static CsvTable Read(string text, CsvOptions? options = null) => CsvReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "f", options);

    private static string Error(string text, CsvOptions? options = null) => Assert.Throws<DataFormatException>(() => Read(text, options)).Message;
}
