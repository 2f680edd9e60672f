using System.Numerics;
using System.Text;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Objectives;
using MetaMirror.Storage;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Storage;

/// <summary>A learner that was stopped and restored ends in the same bits as one that never was (CASES A37, exact).</summary>
public sealed class LearnerCheckpointTests
{
    private const string Plan = "3f2a";
    private const int OuterSteps = 6;

    public static TheoryData<string> Steps => ["hypergradient", "closed form", "statistics"];

    [Theory]
    [MemberData(nameof(Steps))]
    public void Stopped_anywhere_it_ends_in_the_same_bits(string step)
    {
        SameEnd<double>(step);
        SameEnd<float>(step);
    }

    [Fact]
    public void Projected_values_come_back_to_the_last_bit()
    {
        // Momentum starts at 0, so it is stored as it is and projected; the learning rate is stored by its logarithm.
        var rule = new Sgd<float>(new SgdOptions { LearningRate = 0.003, Learn = ["learning_rate", "momentum"] });
        MetaLearner<float> Make() => new(
            Family<float>(diverging: false), rule, new TaskInitialPoint<float>(), new Unroll(4, FullBatch: true),
            new HypergradientStep<float>(new ReverseMode<float>(), new TrajectoryLoss<float>(), new Adam<float>(new AdamOptions { LearningRate = 0.8 })), Options(4));
        MetaLearner<float> whole = Make();
        var saved = new List<byte[]>();
        whole.Learn(afterStep: l => saved.Add(Bytes(l)));
        foreach (byte[] bytes in saved)
        {
            MetaLearner<float> resumed = Make();
            Restored(bytes, resumed);
            resumed.Learn();
            Assert.Equal(Bytes(whole), Bytes(resumed));
        }
    }

    [Fact]
    public void Reports_keep_every_number_and_every_run_that_diverged()
    {
        MetaLearner<double> learner = Make<double>("hypergradient");
        learner.Learn();
        LearnerCheckpoint read = LearnerCheckpoint.Read(new Unseekable(Bytes(learner)));
        Assert.Equal((Plan, 17UL, OuterSteps), (read.PlanHash, read.Seed, read.OuterStep));
        Assert.NotEmpty(read.InstructionSet);
        Assert.NotEmpty(read.LibraryVersion);
        Assert.Equal(learner.History.Count, read.History.Count);
        foreach ((OuterStepReport expected, OuterStepReport found) in learner.History.Zip(read.History))
        {
            Assert.Equal(expected with { Diverged = [] }, found with { Diverged = [] });
            Assert.Equal(expected.Diverged, found.Diverged);
        }

        TaskOutcome outcome = Assert.Single(read.History[0].Diverged);
        Assert.Equal(("steep", true), (outcome.Task, outcome.Inner.Diverged));
        Assert.True(double.IsNaN(outcome.Value) || double.IsInfinity(outcome.Value));
    }

    [Fact]
    public void What_has_no_value_is_null_in_the_file_and_not_NaN()
    {
        // The closed form retreats where all runs diverge, so learning goes on after an outer step without a value.
        OuterStepReport lost = new(1, 3, double.NaN, .5, 8, 0, [new TaskOutcome("steep", double.NaN, new DescentResult(3, Diverged: true, "loss"), 4, 0)]);
        MetaLearner<double> learner = Make<double>("closed form");
        learner.Learn();
        learner.Restore(learner.Meta.Raw.ToArray(), learner.Meta.Natural.ToArray(), [], [learner.History[0], lost], learner.Statistics);
        byte[] bytes = Bytes(learner);
        string description = Encoding.UTF8.GetString(CheckpointReader.Read(new MemoryStream(bytes), "metamirror-learner", 2).Section("description").Span);
        Assert.DoesNotContain("NaN", description, StringComparison.Ordinal);
        Assert.Contains("\"value\":null", description, StringComparison.Ordinal);
        OuterStepReport read = LearnerCheckpoint.Read(new MemoryStream(bytes)).History[1];
        Assert.Equal((double.NaN, double.NaN, .5), (read.Value, read.Diverged[0].Value, read.Anisotropy));

        // Version 1 had a text.
        byte[] old = Encoding.UTF8.GetBytes(description.Replace("\"value\":null", "\"value\":\"NaN\"", StringComparison.Ordinal));
        using var stream = new MemoryStream();
        CheckpointWriter.Write(stream, new CheckpointContainer("metamirror-learner", 1, [new("description", old), .. CheckpointReader.Read(new MemoryStream(bytes), "metamirror-learner", 2).Sections.Skip(1)]));
        stream.Position = 0;
        Assert.Equal(double.NaN, LearnerCheckpoint.Read(stream).History[1].Value);
    }

    [Fact]
    public void Another_plan_is_refused_by_both_hashes_and_changes_nothing()
    {
        MetaLearner<double> learner = Make<double>("hypergradient");
        learner.Learn();
        LearnerCheckpoint saved = LearnerCheckpoint.Read(new MemoryStream(Bytes(learner)));
        MetaLearner<double> fresh = Make<double>("hypergradient");
        byte[] before = Bytes(fresh);
        Assert.Equal("checkpoint: expected one of the plan 77aa, found one of the plan '3f2a'", Assert.Throws<StorageException>(() => saved.Restore(fresh, "77aa")).Message);
        Assert.Contains("expected one with seed 18, found seed 17", Refused(new MetaLearner<double>(
            Family<double>(true), Rule<double>(), new TaskInitialPoint<double>(), new Unroll(8, FullBatch: true), Step<double>("hypergradient"), Options(OuterSteps) with { Seed = 18 })),
            StringComparison.Ordinal);
        Assert.Contains("expected element type float32", Assert.Throws<StorageException>(() => saved.Restore(Make<float>("hypergradient"), Plan)).Message, StringComparison.Ordinal);
        Assert.Contains("The saved state has 6 values, expected 0", Refused(Make<double>("closed form")), StringComparison.Ordinal);
        Assert.Contains("The saved statistics are not those", Assert.Throws<StorageException>(
            () => LearnerCheckpoint.Read(new MemoryStream(Bytes(Make<double>("statistics")))).Restore(Make<double>("closed form"), Plan)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Bytes(fresh));

        string Refused(MetaLearner<double> other) => Assert.Throws<StorageException>(() => saved.Restore(other, Plan)).Message;
    }

    [Fact]
    public void Another_machine_or_library_is_allowed_and_says_so()
    {
        MetaLearner<double> learner = Make<double>("hypergradient");
        CheckpointContainer file = CheckpointReader.Read(new MemoryStream(Bytes(learner)), "metamirror-learner", 2);
        string description = Encoding.UTF8.GetString(file.Section("description").Span);
        byte[] elsewhere = Encoding.UTF8.GetBytes(description.Replace(LearnerCheckpoint.Read(new MemoryStream(Bytes(learner))).InstructionSet, "Z80", StringComparison.Ordinal));
        using var stream = new MemoryStream();
        CheckpointWriter.Write(stream, new CheckpointContainer("metamirror-learner", 2, [new("description", elsewhere), .. file.Sections.Skip(1)]));
        stream.Position = 0;
        string? warning = LearnerCheckpoint.Read(stream).Restore(Make<double>("hypergradient"), Plan);
        Assert.Contains("was written on 'Z80'", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_damage_is_refused()
    {
        MetaLearner<double> learner = Make<double>("statistics");
        learner.Learn();
        byte[] bytes = Bytes(learner);
        for (int i = 0; i < bytes.Length; i += 3)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 1;
            Assert.Throws<StorageException>(() => LearnerCheckpoint.Read(new MemoryStream(damaged)));
            Assert.Throws<StorageException>(() => LearnerCheckpoint.Read(new MemoryStream(bytes[..i])));
        }
    }

    private static void SameEnd<T>(string step)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MetaLearner<T> whole = Make<T>(step);
        whole.Learn();
        byte[] end = Bytes(whole);
        for (int k = 0; k <= OuterSteps; k++)
        {
            byte[] saved = StoppedAfter<T>(step, k);
            MetaLearner<T> resumed = Make<T>(step);
            Restored(saved, resumed);
            Assert.Equal(saved, Bytes(resumed));
            resumed.Learn();
            Assert.Equal(end, Bytes(resumed));
        }
    }

    /// <summary>Saved after k outer steps, then canceled inside the next one.</summary>
    private static byte[] StoppedAfter<T>(string step, int k)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MetaLearner<T> learner = Make<T>(step);
        byte[] saved = Bytes(learner);
        using var cancel = new CancellationTokenSource();
        if (k == 0)
            cancel.Cancel();
        void Stop()
        {
            learner.Learn(
                afterStep: l =>
                {
                    saved = Bytes(l);
                    if (l.OuterStep == k)
                        cancel.Cancel();
                },
                cancellationToken: cancel.Token);
        }

        if (k < OuterSteps)
            Assert.ThrowsAny<OperationCanceledException>(Stop);
        else
            Stop();
        return saved;
    }

    private static MetaLearner<T> Make<T>(string step)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new(Family<T>(diverging: true), Rule<T>(), new TaskInitialPoint<T>(), new Unroll(8, FullBatch: true), Step<T>(step), Options(OuterSteps));

    private static MetaLearnerOptions Options(int outerSteps) => new() { OuterSteps = outerSteps, TasksPerStep = 4, Seed = 17, StoppingChange = 0, Threads = 2 };

    private static MirrorDescent<T> Rule<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(new DiagonalQuadratic<T>(2), 0.1, learnRate: true);

    private static MetaStep<T> Step<T>(string step)
        where T : unmanaged, IFloatingPointIeee754<T> => step switch
        {
            "hypergradient" => new HypergradientStep<T>(new ReverseMode<T>(), new TrajectoryLoss<T>(), new Adam<T>(new AdamOptions { LearningRate = 0.05 })),
            "closed form" => new ClosedFormStep<T>(),
            _ => new StatisticsStep<T>(),
        };

    /// <summary>Four quadratics; the last one so steep that every run on it overflows.</summary>
    private static TaskFamily<T> Family<T>(bool diverging)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] curvatures = [1, 3, 5, diverging ? 1e30 : 2];
        return new TaskFamily<T>(curvatures.Select((c, i) => new ObjectiveTask<T>(
            i == 3 ? "steep" : $"task-{i}",
            () => new QuadraticObjective<T>([T.CreateChecked(c), T.CreateChecked(0.2), T.CreateChecked(0.2), T.CreateChecked(4)], [T.One, T.CreateChecked(i)]))));
    }

    private static byte[] Bytes<T>(MetaLearner<T> learner)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var stream = new MemoryStream();
        LearnerCheckpoint.Write(stream, learner, Plan);
        return stream.ToArray();
    }

    private static void Restored<T>(byte[] saved, MetaLearner<T> learner)
        where T : unmanaged, IFloatingPointIeee754<T> => Assert.Null(LearnerCheckpoint.Read(new MemoryStream(saved)).Restore(learner, Plan));
}
