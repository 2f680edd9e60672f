using MetaMirror.MetaLearners;
using MetaMirror.Storage;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Storage;

public sealed class BoundStatisticsFileTests
{
    private const string LayoutText = """[{"name":"0.weight","shape":[3,4]},{"name":"0.bias","shape":[3]}]""";

    public static TheoryData<string, string?, string> Metadata => new()
    {
        { "format", "pt", "expected the metadata 'format' to be 'metamirror-bound-statistics', found 'pt'" },
        { "format_version", "0", "expected format version 3 or 2 or 1" },
        { "runs", "-1", "metadata runs: expected a whole number from 0" },
        { "steps", "1e3", "metadata steps: expected a whole number" },
        { "steps", null, "expected metadata key 'steps'" },
        { "factors", "yes", "factors: expected true or false, found 'yes'" },
        { "factors", "false", "expected the 2 tensors of the layout, found '0.weight.left' too" },
        { "largest_factor", "2147483648", "metadata largest_factor: expected a whole number from 0 to 2147483647" },
        { "largest_factor", "3", "found '0.weight.right' too" },
        { "sources", null, "expected metadata key 'sources'" },
        { "sources", "rotation-0", "sources: expected valid JSON" },
        { "sources", """[{"task":"rotation-0"}]""", "sources 0: expected the field 'optimizer'" },
        { "sources", """[{"task":"rotation-0","optimizer":"adam","steps":-1}]""", "sources 0, steps: expected a whole number from 0, found '-1'" },
        { "layout", """[{"name":"0.weight","shape":[3,4]}]""", "tensor 'squared_displacements': expected the shape [12] that the layout gives, found [15]" },
        { "layout", """[{"name":"0.weight","shape":[4,3]},{"name":"0.bias","shape":[3]}]""", "tensor '0.weight.left': expected the shape [4x4]" },
        { "layout", """[{"name":"0.bias","shape":[15]}]""", "tensor '0.bias.left': expected the shape [15x15]" },
        { "layout", """[{"name":"0.weight","shape":[3,4]},{"name":"1.bias","shape":[3]}]""", "expected tensor '1.bias.left', found" },
    };

    public static TheoryData<string, double[], long[], string> Tensors => new()
    {
        { "0.bias.left", [1, 2, 3, 4], [2, 2], "tensor '0.bias.left': expected the shape [3x3]" },
        { "0.bias.left", [1, 0, 0, 0, -1, 0, 0, 0, 1], [3, 3], "expected finite values and squares from 0, found -1 at entry 4" },
        { "0.bias.left", [1, 0, 0, 0, 1, double.NaN, 0, 0, 1], [3, 3], "found NaN at entry 5" },
        { "0.bias.left", [1, 2, 0, 2, 1, 0, 0, 0, 1], [3, 3], "tensor '0.bias.left': expected a sum of G G^T, which is symmetric and has no negative eigenvalue, found a matrix that is indefinite" },
        { "0.bias.left", [0, 1, 0, 1, 0, 0, 0, 0, 0], [3, 3], "found a matrix that is" },
        { "0.bias.left", [1, .5, 0, 0, 1, 0, 0, 0, 1], [3, 3], "found a matrix that is not symmetric" },
        { "squared_gradients", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -2], [15], "tensor 'squared_gradients': expected finite values and squares from 0, found -2 at entry 14" },
    };

    [Theory]
    [InlineData(true, 1024)]
    [InlineData(true, 3)]
    [InlineData(true, 0)]
    [InlineData(false, 1024)]
    public void What_is_written_is_read(bool factors, int largest)
    {
        BoundStatistics statistics = LearnedCases.Statistics(factors, largest);
        BoundStatistics read = BoundStatisticsFile.Read(new Unseekable(Bytes(statistics)));
        Assert.Equal(Bytes(statistics), Bytes(read));
        Assert.Equal((1L, 20L, factors, largest), (read.Runs, read.Steps, read.WithFactors, read.LargestFactor));
        Assert.True(statistics.Layout.Matches(read.Layout));
        read.Merge(statistics);
        Assert.Equal(2, read.Runs);
        Assert.Equal(2 * statistics.SquaredGradients[3], read.SquaredGradients[3]);
    }

    [Fact]
    public void A_basis_learned_from_a_file_is_the_one_learned_from_the_runs()
    {
        BoundStatistics statistics = LearnedCases.Statistics();
        BasisBlock<float> mine = BasisBlock<float>.FromStatistics(statistics, 0, 2);
        BasisBlock<float> theirs = BasisBlock<float>.FromStatistics(BoundStatisticsFile.Read(new MemoryStream(Bytes(statistics))), 0, 2);
        Assert.Equal(mine.Left, theirs.Left);
        Assert.Equal(mine.Right, theirs.Right);
        Assert.Equal(mine.Prior, theirs.Prior);
        Assert.Equal(mine.Rest, theirs.Rest);
    }

    [Fact]
    public void Statistics_made_from_the_description_alone_are_read()
    {
        // As docs/statistics-format.md says it: gradients g_t of one run, tensors and metadata in any order.
        double[] weight = [1, 2, 3, 4, 5, 6], bias = [7, 8];
        var tensors = new List<TensorEntry>
        {
            TensorEntry.From<double>("fc.bias.left", [49, 56, 56, 64], 2, 2),
            TensorEntry.From<double>("fc.weight.right", [17, 22, 27, 22, 29, 36, 27, 36, 45], 3, 3),
            TensorEntry.From<double>("fc.weight.left", [14, 32, 32, 77], 2, 2),
            TensorEntry.From<double>("squared_gradients", [1, 4, 9, 16, 25, 36, 49, 64], 8),
            TensorEntry.From<double>("squared_displacements", [4, 4, 4, 4, 4, 4, 4, 4], 8),
        };
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors,
        [
            new("steps", "1"), new("runs", "1"), new("largest_factor", "1024"), new("factors", "true"), new("format_version", "1"),
            new("layout", """[{"shape": [2, 3], "name": "fc.weight"}, {"name": "fc.bias", "shape": [2]}]"""), new("format", "metamirror-bound-statistics"),
        ]);
        stream.Position = 0;
        BoundStatistics read = BoundStatisticsFile.Read(stream);

        var expected = new BoundStatistics(new ParameterLayout(("fc.weight", [2, 3]), ("fc.bias", [2])));
        expected.AddGradient<double>([.. weight, .. bias]);
        expected.AddRun<double>(new double[8], [2, 2, 2, 2, -2, -2, -2, -2]);
        Assert.Equal(Bytes(expected), Bytes(read));
    }

    [Fact]
    public void Sources_are_kept_and_added()
    {
        BoundStatistics first = LearnedCases.Statistics(), second = LearnedCases.Statistics();
        Assert.Equal([StatisticsSource.Unknown], first.Sources);
        second.AddSource(new StatisticsSource("b", "adam", 20));
        second.AddSource(new StatisticsSource("a", "adam", 20));
        second.AddSource(new StatisticsSource("b", "adam", 20));
        Assert.Equal(["b", "a"], BoundStatisticsFile.Read(new MemoryStream(Bytes(second))).Sources.Select(s => s.Task));
        BoundStatistics read = BoundStatisticsFile.Read(new MemoryStream(Bytes(first)));
        read.Merge(second);
        Assert.Equal([StatisticsSource.Unknown, new("b", "adam", 20), new("a", "adam", 20)], BoundStatisticsFile.Read(new MemoryStream(Bytes(read))).Sources);
        second.Merge(first);
        Assert.Contains(StatisticsSource.Unknown, second.Sources);
        second.Clear();
        Assert.Empty(second.Sources);
    }

    [Fact]
    public void Version_2_is_read_and_says_that_it_does_not_know_its_tasks()
    {
        BoundStatistics statistics = LearnedCases.Statistics();
        statistics.AddSource(new StatisticsSource("a", "adam", 20));
        SafetensorsFile file = SafetensorsReader.Read(new MemoryStream(Bytes(statistics)));
        using var old = new MemoryStream();
        SafetensorsWriter.Write(old, file.Tensors, [.. file.Metadata.Where(m => m.Key is not ("sources" or "format_version")), new("format_version", "2")]);
        old.Position = 0;
        BoundStatistics read = BoundStatisticsFile.Read(old);
        Assert.Equal([StatisticsSource.Unknown], read.Sources);
        Assert.Equal(statistics.SquaredGradients.ToArray(), read.SquaredGradients.ToArray());
    }

    [Theory]
    [MemberData(nameof(Metadata))]
    public void Metadata_that_contradict_are_named(string key, string? value, string message)
    {
        SafetensorsFile file = SafetensorsReader.Read(new MemoryStream(Bytes(LearnedCases.Statistics())));
        Assert.Equal(LayoutText, file.Value("layout"));
        Refused(file.Tensors, file.Metadata.Where(m => m.Key != key).Concat(value is null ? [] : [KeyValuePair.Create(key, value)]), message);
    }

    [Theory]
    [MemberData(nameof(Tensors))]
    public void Values_that_no_sums_have_are_named(string name, double[] values, long[] shape, string message)
    {
        SafetensorsFile file = SafetensorsReader.Read(new MemoryStream(Bytes(LearnedCases.Statistics())));
        Refused([.. file.Tensors.Where(t => t.Name != name), TensorEntry.From<double>(name, values, shape)], file.Metadata, message);
    }

    [Fact]
    public void Single_precision_sums_are_refused()
    {
        SafetensorsFile file = SafetensorsReader.Read(new MemoryStream(Bytes(LearnedCases.Statistics())));
        Refused([.. file.Tensors.Skip(1), TensorEntry.From<float>("squared_displacements", new float[15], 15)], file.Metadata, "expected type F64, found F32");
    }

    internal static byte[] Bytes(BoundStatistics statistics)
    {
        using var stream = new MemoryStream();
        BoundStatisticsFile.Write(stream, statistics);
        return stream.ToArray();
    }

    private static void Refused(IReadOnlyList<TensorEntry> tensors, IEnumerable<KeyValuePair<string, string>> metadata, string message)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, [.. metadata]);
        stream.Position = 0;
        Assert.Contains(message, Assert.Throws<StorageException>(() => BoundStatisticsFile.Read(stream)).Message, StringComparison.Ordinal);
    }
}
