using System.Text;
using MetaMirror.Divergences;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.Storage;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Fuzzing;

/// <summary>
/// Learned optimizers and statistics, damaged in two ways: anywhere in the file, or inside one metadata value or tensor of a file that is
/// otherwise well-formed, which is how damage reaches the rule, the layout and the values.
/// </summary>
public sealed class LearnedFileFuzzTests
{
    private static readonly ParameterLayout Layout = new(("0.weight", [2, 3]), ("0.bias", [2]));

    private static readonly byte[][] Optimizers =
    [
        Saved(new Chain<double>(new Warmup<double>(3), new LinearSchedule<double>(0.1), new LearnedBasis<double>(Statistics(), 2))),
        Saved(new MirrorDescent<double>(new MaxOfDiagonals<double>(3), 0.1)),
        Saved(new MirrorDescent<double>(new KroneckerDivergence<double>(new KroneckerOptions { Right = FactorKind.LowRank, Rank = 1 }), 0.1)),
        Saved(new MirrorDescent<double>(new FullMatrixDivergence<double>(), 0.1)),
        Saved(new Chain<double>(new ClipByNorm<double>(1), new ExponentialSchedule<double>(0.9, 2, endFraction: 0.1), new Sgd<double>(new SgdOptions { LearningRate = 0.1, Momentum = 0.9 }))),
    ];

    private static readonly byte[][] Sums = [Saved(Statistics()), Saved(new BoundStatistics(Layout, withFactors: false)), Saved(Statistics(new BoundStatisticsOptions { Displacements = true, Gradients = 2, Factors = false }))];

    [Fact]
    public void Learned_optimizers() => ReaderFuzzTests.Fuzz<StorageException>(6, Optimizers, ReaderFuzzTests.WithHeaderLength, ReadOptimizer);

    [Fact]
    public void Statistics_files() => ReaderFuzzTests.Fuzz<StorageException>(7, Sums, ReaderFuzzTests.WithHeaderLength, ReadSums);

    [Fact]
    public void Learned_optimizers_inside() => Inside(8, Optimizers, ReadOptimizer);

    [Fact]
    public void Statistics_files_inside() => Inside(9, Sums, ReadSums);

    private static void ReadOptimizer(Stream stream)
    {
        // What was accepted can be saved, and used: on its own layout, if that is not absurdly large.
        LearnedOptimizer<double> learned = LearnedOptimizer<double>.Load(stream);
        Assert.Equal(64, learned.Fingerprint.Length);
        if (learned.Layout.Length > 10_000)
            return;
        OptimizerRun<double> run = learned.Start(learned.Layout);
        run.Apply(new double[learned.Layout.Length], new double[learned.Layout.Length]);
        Assert.Equal(1, run.StepsTaken);
    }

    private static void ReadSums(Stream stream)
    {
        BoundStatistics read = BoundStatisticsFile.Read(stream);
        Assert.Equal(read.Layout.Length, read.SquaredGradients.Length);
        Assert.NotEmpty(Saved(read));
    }

    private static void Inside(uint format, byte[][] files, Action<Stream> read)
    {
        int accepted = 0;
        for (uint i = 0; i < ReaderFuzzTests.Files; i++)
        {
            var draws = new RandomStream(new StreamKey(ReaderFuzzTests.Seed, i, format, StreamPurpose.Test, 0));
            byte[] mutated = MutatedInside(files[draws.NextBounded((uint)files.Length)], ref draws);
            if (ReaderFuzzTests.Accepts<StorageException>(mutated, seekable: draws.NextBounded(2) == 0, $"file {i} of format {format}", read))
                accepted++;
        }

        Assert.InRange(accepted, ReaderFuzzTests.Files / 100, ReaderFuzzTests.Files * 3 / 4);
    }

    /// <summary>One metadata value mutated as text, or one tensor's bytes, or two tensors' names exchanged.</summary>
    private static byte[] MutatedInside(byte[] bytes, ref RandomStream draws)
    {
        SafetensorsFile file = SafetensorsReader.Read(new MemoryStream(bytes));
        List<TensorEntry> tensors = [.. file.Tensors];
        List<KeyValuePair<string, string>> metadata = [.. file.Metadata];
        int t = (int)draws.NextBounded((uint)tensors.Count), other = (int)draws.NextBounded((uint)tensors.Count), m = (int)draws.NextBounded((uint)metadata.Count);
        switch (draws.NextBounded(4))
        {
            case 0:
                byte[] data = Mutation.Of(tensors[t].Data.ToArray(), ref draws);
                Array.Resize(ref data, tensors[t].Data.Length);
                tensors[t] = new TensorEntry(tensors[t].Name, tensors[t].Type, tensors[t].Shape.ToArray(), data);
                break;
            case 1:
                (TensorEntry a, TensorEntry b) = (tensors[t], tensors[other]);
                tensors[t] = new TensorEntry(b.Name, a.Type, a.Shape.ToArray(), a.Data.ToArray());
                if (t != other)
                    tensors[other] = new TensorEntry(a.Name, b.Type, b.Shape.ToArray(), b.Data.ToArray());
                break;
            default:
                byte[] text = Mutation.Of(Encoding.UTF8.GetBytes(metadata[m].Value), ref draws);
                metadata[m] = new(metadata[m].Key, Encoding.UTF8.GetString(text));
                break;
        }

        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static BoundStatistics Statistics(BoundStatisticsOptions? options = null)
    {
        var statistics = new BoundStatistics(Layout, options ?? new BoundStatisticsOptions());
        statistics.AddGradient<double>([1, 2, -1, 0.5, 3, 1, 1, -2]);
        statistics.AddGradient<double>([0, 1, 1, 2.5, -3, 1, 0, 2]);
        statistics.AddRun<double>(new double[8], [1, 1, 1, 1, 2, 2, 2, 2]);
        return statistics;
    }

    private static byte[] Saved(UpdateRule<double> rule)
    {
        var meta = new MetaParameters<double>([], rule.MetaSpecs(Layout), []);
        using var stream = new MemoryStream();
        new LearnedOptimizer<double>("fuzzed", rule, [.. meta.Natural], Layout, 20) { Recipe = """{"seed":1}""" }.Save(stream);
        return stream.ToArray();
    }

    private static byte[] Saved(BoundStatistics statistics)
    {
        using var stream = new MemoryStream();
        BoundStatisticsFile.Write(stream, statistics);
        return stream.ToArray();
    }
}
