using MetaMirror.Experiments.Checkpoints;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Tests.Readers;
using MetaMirror.MetaLearners;
using MetaMirror.Objectives;
using MetaMirror.Storage;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Tests.Checkpoints;

/// <summary>Learning in phases that dies after any save, or before it, and goes on in a new process, ends in the same learned file.</summary>
public sealed class FolderJournalTests
{
    private const string Hash = "ab12";

    private static readonly BasisLearning Basis = new("metamirror-basis", Rank: 2, LearningRates: [0.05, 0.2], OuterSteps: 3, SourceRuns: 2);

    private static readonly Plan Tiny = new(
        "tiny", new SensorsPlan(), new TrainingPlan(12, 4), new TargetPlan(TargetQuantity.TrainingLoss, 0.01), Learn: Basis, Controls: ["unlearned-basis"]);

    [Fact]
    public void Killed_at_any_save_it_ends_in_the_same_file()
    {
        byte[] whole = Learned(null);
        using var complete = new TemporaryFolder();
        var counting = new Stopping(new FolderJournal<double>(complete.Path, Hash), int.MaxValue);
        Assert.Equal(whole, Learned(counting));

        // Source runs, two candidate steps, refinement: every phase is killed at least once.
        Assert.True(counting.Saves >= 7, $"{counting.Saves} saves");
        for (int at = 1; at <= counting.Saves; at++)
        {
            using var folder = new TemporaryFolder();
            Assert.Throws<OperationCanceledException>(() => Learned(new Stopping(new FolderJournal<double>(folder.Path, Hash), at)));
            Assert.Equal(whole, Learned(new FolderJournal<double>(folder.Path, Hash)));
        }
    }

    [Fact]
    public void A_finished_journal_runs_nothing_again()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = Learned(new FolderJournal<double>(folder.Path, Hash));
        var counting = new Stopping(new FolderJournal<double>(folder.Path, Hash), int.MaxValue);
        Assert.Equal(whole, Learned(counting));
        Assert.Equal(0, counting.Saves);
        new FolderJournal<double>(folder.Path, Hash).Clear();
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_damaged_checkpoint_costs_one_outer_step_and_a_warning()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = Learned(null);
        Assert.Throws<OperationCanceledException>(() => Learned(new Stopping(new FolderJournal<double>(folder.Path, Hash), 6)));
        string newest = Directory.GetFiles(folder.Path, "phase-0-*").Order(StringComparer.Ordinal).Last();
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..^1]);
        var warnings = new List<string>();
        Assert.Equal(whole, Learned(new FolderJournal<double>(folder.Path, Hash) { Warn = warnings.Add }));
        Assert.Contains($"'{Path.GetFileName(newest)}' is refused", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_of_another_plan_is_refused()
    {
        using var folder = new TemporaryFolder();
        Learned(new FolderJournal<double>(folder.Path, Hash));
        string message = Assert.Throws<StorageException>(() => Learned(new FolderJournal<double>(folder.Path, "cd34"))).Message;
        Assert.Equal("checkpoint: expected one of the plan cd34/0, found one of the plan 'ab12/0'", message);
    }

    private static byte[] Learned(ILearningJournal<double>? journal)
    {
        var tasks = new TaskFamily<double>(Enumerable.Range(1, 3).Select(i => new ObjectiveTask<double>(
            $"task-{i}", () => new QuadraticObjective<double>([1 + i, 0.3, 0.3, 0.5], [1, i]))));
        IReadOnlyList<LearnedRule<double>> rules =
            RuleLearners.Create(Tiny, tasks, new LearningSettings(Seed: 5), TimeProvider.System, journal: journal).Learn();
        using var stream = new MemoryStream();
        foreach (LearnedRule<double> rule in rules)
            new LearnedOptimizer<double>(rule.Name, rule.Rule, rule.Natural, rule.Layout, rule.Steps).Save(stream);
        return stream.ToArray();
    }

    /// <summary>Dies right after a save.</summary>
    private sealed class Stopping(ILearningJournal<double> journal, int at) : ILearningJournal<double>
    {
        public int Saves { get; private set; }

        public void Resume(int phase, MetaLearner<double> learner) => journal.Resume(phase, learner);

        public void Save(int phase, MetaLearner<double> learner)
        {
            journal.Save(phase, learner);
            if (++Saves == at)
                throw new OperationCanceledException();
        }
    }
}
