using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.Storage;

namespace MetaMirror.Tests.Storage;

/// <summary>Displacements and sampled gradients in files of statistics, and files of the version before.</summary>
public sealed class RunTensorsTests
{
    private static readonly BoundStatisticsOptions Options = new() { Displacements = true, Gradients = 3, LargestFactor = 3 };

    public static TheoryData<string, string?, string> Metadata => new()
    {
        { "displacements", "false", "found '0.weight.displacements' too" },
        { "displacements", "1", "metadata displacements: expected true or false, found '1'" },
        { "gradients", "0", "found '0.weight.gradients' too" },
        { "gradients", "2", "at most 2 falling positive priorities of task 0" },
        { "gradients", "4", "expected a threshold up to 0 for task 0" },
        { "gradients", "-1", "metadata gradients: expected a whole number from 0" },
        { "runs", "1", "tensor '0.weight.displacements': expected 1 of them, found 2" },
        { "steps", "5", "expected at most the 5 gradients of all steps, found 6" },
        { "step_weight", "NaN", "metadata step_weight: expected a finite number from 0, found 'NaN'" },
        { "step_weight", null, "expected metadata key 'step_weight'" },
        { "format_version", "1", "found '0.weight.displacements' too" },
    };

    [Fact]
    public void What_is_written_is_read()
    {
        BoundStatistics statistics = Statistics();
        byte[] bytes = BoundStatisticsFileTests.Bytes(statistics);
        BoundStatistics read = BoundStatisticsFile.Read(new Unseekable(bytes));
        Assert.Equal(bytes, BoundStatisticsFileTests.Bytes(read));
        Assert.Equal((2, 6, 13.5), (read.DisplacementCount, read.GradientCount, read.StepWeight));
        for (int i = 0; i < 6; i++)
            Assert.Equal(statistics.GradientWeight(i), read.GradientWeight(i));
        read.Merge(Statistics());
        Assert.Equal((4, 6), (read.DisplacementCount, read.GradientCount));
    }

    [Fact]
    public void A_file_of_the_version_before_has_the_sums_and_no_runs()
    {
        BoundStatistics sums = LearnedCases.Statistics();
        SafetensorsFile file = SafetensorsReader.Read(new MemoryStream(BoundStatisticsFileTests.Bytes(sums)));
        string[] added = ["step_weight", "displacements", "gradients"];
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(
            stream, file.Tensors, [.. file.Metadata.Where(m => !added.Contains(m.Key)).Select(m => m.Key == "format_version" ? new(m.Key, "1") : m)]);
        stream.Position = 0;
        BoundStatistics read = BoundStatisticsFile.Read(stream);
        Assert.Equal(BoundStatisticsFileTests.Bytes(sums), BoundStatisticsFileTests.Bytes(read));
        Assert.Equal((20, 0, 0), (read.StepWeight, read.DisplacementCount, read.GradientCount));
    }

    [Theory]
    [MemberData(nameof(Metadata))]
    public void Metadata_that_contradict_are_named(string key, string? value, string message)
    {
        SafetensorsFile file = File();
        Refused(file.Tensors, file.Metadata.Where(m => m.Key != key).Concat(value is null ? [] : [KeyValuePair.Create(key, value)]), message);
    }

    [Fact]
    public void Values_that_no_sample_has_are_named()
    {
        Changed("0.weight.gradients", v => v[5] = double.NaN, "tensor '0.weight.gradients': expected finite values, found NaN at entry 5");
        Changed("0.bias.displacements", v => v[1] = double.PositiveInfinity, "expected finite values");
        Changed("reservoir.entries", v => (v[1], v[3]) = (v[3], v[1]), "reservoir.entries, entry ");
        Changed("reservoir.entries", v => v[1] = -v[1], "expected rising task numbers and values from 0");
        Changed("reservoir.entries", v => v[0] = 0.5, "expected rising task numbers and values from 0, found (0.5, ");
        Changed("reservoir.entries", v => v[1] = 1e30, "entry 0: expected |g|^2 / u");
        Changed("reservoir.entries", v => v[0] = v[2] = v[4] = 7, "expected a threshold up to 0 for task 0");
        Changed("reservoir.thresholds", v => v[1] = 1e30, "expected a threshold up to ");
        Changed("reservoir.thresholds", v => v[0] = 1 << 24, "expected rising task numbers");
        SafetensorsFile file = File();
        foreach (string name in new[] { "0.weight.gradients", "0.bias.gradients" })
            file = new SafetensorsFile([.. file.Tensors.Select(t => t.Name == name ? TensorEntry.From<double>(name, new double[t.Count], t.Shape) : t)], file.Metadata);
        Refused(file.Tensors, file.Metadata, "entry 0: expected |g|^2 / u");
    }

    internal static BoundStatistics Statistics()
    {
        var statistics = new BoundStatistics(LearnedCases.Layout, Options);
        for (uint task = 0; task < 2; task++)
        {
            var one = new BoundStatistics(LearnedCases.Layout, Options);
            for (int t = 0; t < 9; t++)
                one.AddGradient<double>(LearnedCases.Gradient<double>(t), new BatchKey(3, (uint)t, 0, task), 0.75);
            one.AddRun<double>(LearnedCases.Start<double>(), LearnedCases.Gradient<double>(100 + (int)task));
            statistics.Merge(one);
        }

        return statistics;
    }

    private static SafetensorsFile File() => SafetensorsReader.Read(new MemoryStream(BoundStatisticsFileTests.Bytes(Statistics())));

    private static void Changed(string name, Action<double[]> change, string message)
    {
        SafetensorsFile file = File();
        double[] values = file.Tensor(name).ToDoubles();
        change(values);
        Refused([.. file.Tensors.Select(t => t.Name == name ? TensorEntry.From<double>(name, values, t.Shape) : t)], file.Metadata, message);
    }

    private static void Refused(IReadOnlyList<TensorEntry> tensors, IEnumerable<KeyValuePair<string, string>> metadata, string message)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, [.. metadata]);
        stream.Position = 0;
        Assert.Contains(message, Assert.Throws<StorageException>(() => BoundStatisticsFile.Read(stream)).Message, StringComparison.Ordinal);
    }
}
