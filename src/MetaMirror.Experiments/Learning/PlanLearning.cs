using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Checkpoints;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Quadratics;
using MetaMirror.Experiments.Readers;
using MetaMirror.MetaLearners;
using MetaMirror.Storage;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Learning;

/// <summary>What learning to a file produced.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Learned">The learned rule.</param>
/// <param name="Optimizer">As saved.</param>
/// <param name="Files">Files written, the learned optimizer first.</param>
/// <param name="IsComplete">False if it was canceled: the file has the best so far, and checkpoints lie beside it.</param>
public sealed record PlanLearningResult<T>(LearnedRule<T> Learned, LearnedOptimizer<T> Optimizer, IReadOnlyList<string> Files, bool IsComplete)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary><c>learn</c>: meta-trains on a plan's tasks and writes a learned optimizer, with checkpoints beside it while it runs.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="plan">The plan.</param>
/// <param name="datasets">Where data is found.</param>
/// <param name="settings">Seed and threads.</param>
/// <param name="time">Clock.</param>
public sealed class PlanLearning<T>(Plan plan, DatasetCatalogue datasets, LearningSettings settings, TimeProvider time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Told of learning.</summary>
    public IProgress<LearningProgress>? Progress { get; init; }

    /// <summary>Told what a person should know.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>File to write the statistics to that were learned from: sums, every displacement, a sample of gradients; null for none.</summary>
    public string? StatisticsFile { get; init; }

    /// <summary>Folder of the checkpoints of a file.</summary>
    public static string CheckpointsOf(string file) => file + ".checkpoints";

    /// <summary>Learns and writes <paramref name="file"/>.</summary>
    /// <param name="file">The <c>.safetensors</c> file.</param>
    /// <param name="heldOut">Name of a task that is not learned on, besides those that the plan holds out; or null.</param>
    /// <param name="resume">True to go on from the checkpoints beside the file.</param>
    /// <param name="statisticsFiles">Statistics recorded earlier, merged in this order; empty: new source runs.</param>
    /// <param name="cancellationToken">Stops within a step; what is learned so far is written all the same.</param>
    /// <exception cref="StorageException">A checkpoint of another plan, or statistics that are damaged or of a task that is held out.</exception>
    /// <exception cref="OperationCanceledException">Canceled before there was anything to write.</exception>
    public PlanLearningResult<T> Run(
        string file, string? heldOut, bool resume, IReadOnlyList<string> statisticsFiles, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        ArgumentNullException.ThrowIfNull(statisticsFiles);
        if (StatisticsFile is not null && plan.Learn is MetaMdLearning { Hypergradient: not HypergradientName.ClosedForm } or UnrolledLearning or NeuralLearning or FdsLearning)
            throw new ArgumentException($"The plan '{plan.Name}' learns {plan.Learn.Optimizer} by hypergradient, which collects no statistics to write.");
        (LearningTask<T>[] tasks, int[] numbers) = TrainingTasks(heldOut);
        if (tasks.Length == 1)
            Warn($"There is one task to learn on, '{tasks[0].Name}': nothing shared can be learned from one task, only what suits itself.");
        var family = new TaskFamily<T>(tasks, numbers);
        BoundStatistics? statistics = ReadStatistics(statisticsFiles, family.Layout, [.. plan.HeldOut, .. heldOut is null ? [] : (string[])[heldOut]]);
        string hash = PlanHash(heldOut, statisticsFiles, tasks);
        string folder = CheckpointsOf(file);
        if (resume && !Directory.Exists(folder))
            Warn($"There is no checkpoint '{folder}': learning begins anew.");
        var journal = new FolderJournal<T>(folder, hash) { Warn = Warn };
        if (!resume)
            journal.Clear();
        RuleLearner<T> learner = RuleLearners.Create(
            plan with { Controls = [], Also = [] }, family, settings, time, Progress, journal, statistics,
            StatisticsFile is null ? null : BoundStatisticsOptions.EverythingWithin(family.Layout.Length));
        LearnedRule<T> learned;
        bool complete = true;
        try
        {
            learned = learner.Learn(cancellationToken)[0];
        }
        catch (OperationCanceledException) when (learner.BestSoFar is not null)
        {
            learned = learner.BestSoFar;
            complete = false;
        }

        foreach (string note in learned.Notes)
            Warn(note);
        FirstGradients first = FirstGradients.Of(tasks, learned.ToContender(), plan.Training.BatchSize is null, settings.LearningSeed);
        var recipe = new LearningRecipe(
            LearningRecipe.PlanOf(plan), settings.Seed, [.. tasks.Select(t => t.Name)], heldOut, typeof(T).Name, first.Least, first.Largest);
        var optimizer = new LearnedOptimizer<T>(learned.Name, learned.Rule, learned.Natural, learned.Layout, learned.Steps)
        {
            Recipe = recipe.ToText(),
            LearnedFrom = string.Join(", ", recipe.Tasks),
            License = PlanData.LicenseOf(plan, [.. recipe.Tasks, .. statistics?.Sources.Select(s => s.Task) ?? []]),
        };
        AtomicFile.Write(file, optimizer.Save);
        List<string> files = [file];
        if (StatisticsFile is not null && learner.Collected is { } collected)
        {
            AtomicFile.Write(StatisticsFile, stream => BoundStatisticsFile.Write(stream, collected));
            files.Add(StatisticsFile);
        }

        if (!complete)
            files.Add(folder);
        else if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        return new PlanLearningResult<T>(learned, optimizer, files, complete);
    }

    /// <summary>Tasks to learn on, with their numbers in the plan: what is learned here is what a comparison learns that holds out the same.</summary>
    private (LearningTask<T>[] Tasks, int[] Numbers) TrainingTasks(string? heldOut)
    {
        // Meta-training is handed tasks whose validation and test splits throw on access.
        IReadOnlyList<LearningTask<T>> all = plan.Family is MetaQuadraticsPlan quadratics
            ? [.. Enumerable.Range(0, quadratics.LearnTasks).Select(QuadraticsExperiment.FamilyOf(plan, settings.Seed).Task).Cast<object>().Cast<LearningTask<T>>()]
            : [.. PlanTasks.Of<T>(plan, datasets, settings.Seed).Select(t => t.TrainingOnly())];
        IReadOnlyList<string> left = heldOut is null ? plan.HeldOut : [.. plan.HeldOut.Union([heldOut], StringComparer.Ordinal)];
        if (left.FirstOrDefault(name => !all.Any(t => string.Equals(t.Name, name, StringComparison.Ordinal))) is { } unknown)
            throw Catalogues.Catalogue.Unknown("a task", unknown, all.Select(t => t.Name), nameof(heldOut));
        int[] rest = [.. Enumerable.Range(0, all.Count).Where(i => !left.Contains(all[i].Name, StringComparer.Ordinal))];
        return rest.Length > 0 ? ([.. rest.Select(i => all[i])], rest) : throw new ArgumentException($"Holding out {string.Join(", ", left)} leaves no task to learn on.", nameof(heldOut));
    }

    private BoundStatistics? ReadStatistics(IReadOnlyList<string> files, ParameterLayout layout, string[] heldOut)
    {
        BoundStatistics? merged = null;
        foreach (string file in files)
        {
            using FileStream stream = File.OpenRead(file);
            BoundStatistics next = BoundStatisticsFile.Read(stream);
            if (!next.Layout.Matches(layout))
                throw new StorageException($"The statistics '{file}' are of {next.Layout}, expected {layout} as in the plan.");
            if (next.Sources.FirstOrDefault(s => heldOut.Contains(s.Task, StringComparer.Ordinal)) is { } seen)
                throw new StorageException($"The statistics '{file}' are of runs on '{seen.Task}' too{(seen.Optimizer.Length > 0 ? $" ({seen.Optimizer}, {seen.Steps} steps)" : "")}, which is held out: expected statistics of other tasks.");
            if (heldOut.Length > 0 && next.Sources.Any(s => s.Task.Length == 0))
                Warn($"The statistics '{file}' do not say which tasks they are of: see to it that those held out are not among them.");
            if (next.Runs == 0 || next.Steps == 0)
                throw new StorageException($"The statistics '{file}' are of {next.Runs} completed runs and {next.Steps} gradients, expected at least one of each.");
            if (merged is not null && merged.Options != next.Options)
                throw new StorageException($"The statistics '{file}' keep {Kept(next.Options)}, expected {Kept(merged.Options)} as in '{files[0]}': only equals can be added.");
            if (merged is null)
                merged = next;
            else
                merged.Merge(next);
        }

        return merged;

        static string Kept(BoundStatisticsOptions options) => string.Create(
            CultureInfo.InvariantCulture,
            $"{(options.Factors ? $"factors up to {options.LargestFactor}" : "no factors")}, {(options.Displacements ? "displacements" : "no displacements")} and {options.Gradients} gradients per task");
    }

    private string PlanHash(string? heldOut, IReadOnlyList<string> statisticsFiles, LearningTask<T>[] tasks)
    {
        var text = new StringBuilder(LearningRecipe.PortableText(plan)).Append('\n').Append(settings.Seed).Append('\n').Append(heldOut).Append('\n').Append(typeof(T).Name);
        if (StatisticsFile is not null)
            text.Append("\nwith runs kept");
        foreach (string file in statisticsFiles)
            text.Append('\n').Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));

        // The data too: a file that was edited between kill and resume is another plan.
        foreach (SupervisedTask<T> task in tasks.OfType<SupervisedTask<T>>())
        {
            Dataset<T> data = task.Data.Train.Examples;
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            digest.AppendData(MemoryMarshal.AsBytes(data.Inputs));
            digest.AppendData(MemoryMarshal.AsBytes(data.Labels));
            digest.AppendData(MemoryMarshal.AsBytes(data.Targets));
            text.Append('\n').Append(task.Name).Append(' ').Append(Convert.ToHexString(digest.GetHashAndReset()));
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
