using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Storage;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Fuzzing;

/// <summary>Checkpoints whose sections were damaged and whose checksum was made right again: a checksum is no signature.</summary>
public sealed class CheckpointFuzzTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Vector(2);

    private static readonly UpdateRule<double> Rule = new MirrorDescent<double>(new DiagonalQuadratic<double>(2), 0.1, learnRate: true);

    private static readonly LearnedOptimizer<double> Learned = new("fuzzed", new Adam<double>(), [0.1, 0.9, 0.99, 0], Layout, 10);

    [Fact]
    public void Learners() => Fuzz(10, [Saved(new StatisticsStep<double>()), Saved(Hypergradient())], "metamirror-learner", 2, stream =>
    {
        LearnerCheckpoint read = LearnerCheckpoint.Read(stream);
        MetaLearner<double> learner = read.OuterStep % 2 == 0 ? Learner(new StatisticsStep<double>()) : Learner(Hypergradient());
        read.Restore(learner, "plan");
        Assert.Equal(read.OuterStep, learner.OuterStep);
    });

    [Fact]
    public void Runs()
    {
        OptimizerRun<double> run = Learned.Start(Layout);
        run.Apply([1, 2], new double[2]);
        using var saved = new MemoryStream();
        run.Save(saved);
        Fuzz(11, [saved.ToArray()], "metamirror-run", 1, stream => Assert.Equal(2, Learned.Resume(stream).Layout.Length));
    }

    private static HypergradientStep<double> Hypergradient() => new(new ReverseMode<double>(), new TrajectoryLoss<double>(), new Adam<double>());

    /// <summary>Two outer steps of statistics, or one of hypergradients.</summary>
    private static byte[] Saved(MetaStep<double> step)
    {
        MetaLearner<double> learner = Learner(step, step is StatisticsStep<double> ? 2 : 1);
        learner.Learn();
        using var stream = new MemoryStream();
        LearnerCheckpoint.Write(stream, learner, "plan");
        return stream.ToArray();
    }

    private static MetaLearner<double> Learner(MetaStep<double> step, int outerSteps = 2) => new(
        new TaskFamily<double>([new ObjectiveTask<double>("task", () => new QuadraticObjective<double>([2, 0.1, 0.1, 1], [1, 1]), [1, 2])]),
        Rule, new TaskInitialPoint<double>(), new Unroll(2, FullBatch: true), step, new MetaLearnerOptions { OuterSteps = outerSteps, TasksPerStep = 1 });

    private static void Fuzz(uint format, byte[][] files, string kind, int version, Action<Stream> read)
    {
        int accepted = 0;
        for (uint i = 0; i < ReaderFuzzTests.Files; i++)
        {
            var draws = new RandomStream(new StreamKey(ReaderFuzzTests.Seed, i, format, StreamPurpose.Test, 0));
            CheckpointContainer file = CheckpointReader.Read(new MemoryStream(files[draws.NextBounded((uint)files.Length)]), kind, version);
            List<KeyValuePair<string, ReadOnlyMemory<byte>>> sections = [.. file.Sections];
            int at = (int)draws.NextBounded((uint)sections.Count);
            sections[at] = new(sections[at].Key, Mutation.Of(sections[at].Value.ToArray(), ref draws));
            using var stream = new MemoryStream();
            CheckpointWriter.Write(stream, new CheckpointContainer(kind, version, sections));
            if (ReaderFuzzTests.Accepts<StorageException>(stream.ToArray(), seekable: draws.NextBounded(2) == 0, $"file {i} of format {format}", read))
                accepted++;
        }

        Assert.InRange(accepted, ReaderFuzzTests.Files / 100, ReaderFuzzTests.Files * 3 / 4);
    }
}
