using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Checkpoints;
using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Robustness;
using MetaMirror.Numerics;
using MetaMirror.Storage;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Experiments.Runs;

/// <summary>How one training went.</summary>
/// <param name="Optimizer">Optimizer that ran in the end.</param>
/// <param name="Record">Losses and test measure.</param>
/// <param name="FellBack">True if AdamW took over.</param>
/// <param name="Files">Files written.</param>
public sealed record PlanTrainingResult(string Optimizer, RunRecord Record, bool FellBack, IReadOnlyList<string> Files)
{
    /// <summary>What adapting rates did; null where none adapted.</summary>
    public RateSummary? Rates { get; init; }
}

/// <summary><c>train</c>: trains one task of a plan with a classic optimizer or a learned one from a file.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="plan">The plan.</param>
/// <param name="datasets">Where data is found.</param>
/// <param name="seed">Master seed.</param>
public sealed class PlanTraining<T>(Plan plan, DatasetCatalogue datasets, ulong seed)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const string SafeOptimizer = "adamw";

    private const string Compare = "Compare it with a tuned optimizer before you rely on it.";

    /// <summary>A third of 100 is 33.</summary>
    private const double Tolerance = 0.98;

    /// <summary>Told what a person should know.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Threads for the kernels; null for the caller's alone. Results have the same bits with any.</summary>
    public WorkerTeam? Team { get; init; }

    /// <summary>Which rates go on adapting while the optimizer trains, from 1 and never worse than it by more than a stated regret (docs/online.md); null for none.</summary>
    public RateGranularity? AdaptRate { get; init; }

    /// <summary>Whether a learned optimizer of other sizes (widths) is brought to the task's, where it can be.</summary>
    public bool Resize { get; init; }

    /// <summary>Trains.</summary>
    /// <param name="taskName">Name of the task.</param>
    /// <param name="optimizer">Name of a classic optimizer, or path of a learned one.</param>
    /// <param name="learningRate">Learning rate of a classic optimizer; null: the middle of its grid.</param>
    /// <param name="steps">Steps; null: the plan's.</param>
    /// <param name="fallBack">True to train with AdamW where the first gradients are unlike those of meta-training.</param>
    /// <param name="folder">Where the trained parameters go.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="ArgumentException">A name is unknown, or a learning rate was given for a learned optimizer.</exception>
    public PlanTrainingResult Run(
        string taskName, string optimizer, double? learningRate, int? steps, bool fallBack, string folder, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<SupervisedTask<T>> tasks = PlanTasks.Of<T>(plan, datasets, seed);
        IReadOnlyList<MeasuredTask<T>> measured = PlanTasks.Measured(plan, tasks, seed);
        MeasuredTask<T> task = measured[LeaveOneOut<T>.NumberOf(measured, taskName)];
        Measurement measurement = Measurement.Of(plan) with { Steps = steps ?? plan.Training.Steps };
        bool fell = false;
        Contender<T> contender;
        if (File.Exists(optimizer))
        {
            if (learningRate is not null)
                throw new ArgumentException("A learned optimizer brings its own step size: leave --learning-rate away.", nameof(learningRate));
            (contender, fell) = FromFile(optimizer, task.Task, measurement.Steps, fallBack);
        }
        else
        {
            contender = Classic(optimizer, learningRate);
        }

        OnlineRateWatch<T>? watch = null;
        if (AdaptRate is { } granularity)
        {
            (contender, OnlineRate<T> rule) = contender.WithRates(OnlineRateOptions.Safeguarded(granularity));
            watch = new OnlineRateWatch<T>(rule, task.Task.Layout);
        }

        T[] trained = new T[task.Task.Layout.Length];
        var run = new TrainingRun<T>(task, measurement, Team) { Observer = watch };
        T[] state = new T[run.StateLayout.Length];
        RunRecord record = run.Run(contender, seed, 0, trained, state, cancellationToken);
        RateSummary? rates = watch is null || record.Diverged ? null : RateSummary.Of(watch, AdaptRate!.Value);
        if (record.Diverged)
            return new PlanTrainingResult(contender.Name, record, fell, []);
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, $"{taskName}.safetensors");
        AtomicFile.Write(file, stream => SafetensorsWriter.Write(
            stream,
            [.. Entries(task.Task.Layout, trained), .. Entries(run.StateLayout, state)],
            [new("task", taskName), new("optimizer", contender.Name), new("plan", plan.Name)]));
        return new PlanTrainingResult(contender.Name, record, fell, [file]) { Rates = rates };
    }

    private static IEnumerable<TensorEntry> Entries(ParameterLayout layout, T[] values) =>
        layout.Blocks.Select(b => TensorEntry.From<T>(b.Name, values.AsSpan(b.Offset, b.Length), [.. b.Shape.Select(s => (long)s)]));

    /// <summary>The rate asked for, or the middle of the grid; falling, but for rates that are learned while it trains.</summary>
    internal static RuleSetting DefaultSetting(OptimizerEntry<T> entry, double? learningRate) =>
        new(learningRate ?? entry.Grid[entry.Grid.Length / 2], entry.LearnsRates ? ScheduleName.Constant : ScheduleName.Linear);

    private static Contender<T> Classic(string name, double? learningRate)
    {
        OptimizerEntry<T> entry = Catalogue.Optimizer<T>(name);
        RuleSetting setting = DefaultSetting(entry, learningRate);
        return new Contender<T>(name, entry.Role, entry.Create(setting)) { Label = $"{name}, {setting}" };
    }

    /// <summary>Beyond what was tried nothing is known; within it, where a change as large did not pay: see <c>reproduce robustness</c>.</summary>
    private void WarnOfChange(string what, double learned, double here, IReadOnlyList<MeasuredChange> tried)
    {
        double factor = here / learned, least = tried.Min(m => m.Factor), most = tried.Max(m => m.Factor);
        string differs = $"The optimizer was learned with {NumberText.Count(learned)} {what}, here are {NumberText.Count(here)}: {NumberText.Brief(factor, 2)} times as many. On RotatedMNIST";
        MeasuredChange nearest = RobustnessMap.Nearest(tried, factor);
        if (factor < least * Tolerance || factor > most / Tolerance)
        {
            Warn($"{differs} {NumberText.Brief(least, 2)} to {NumberText.Brief(most, 2)} times were tried ('metamirror reproduce robustness'). {Compare}");
        }
        else if (!nearest.Pays)
        {
            string accuracy = nearest.IsLessAccurate ? ", and it was less accurate on a task" : "";
            Warn($"{differs} {NumberText.Brief(nearest.Factor, 2)} times took {NumberText.Brief(nearest.Seconds, 2)} times tuned Adam's time to the same loss in the median{accuracy} ('metamirror reproduce robustness'). {Compare}");
        }
    }

    private void WarnOfBatches(int? learned)
    {
        if (learned is { } batch && plan.Training.BatchSize is { } size)
            WarnOfChange("examples in a mini-batch", batch, size, RobustnessMap.Batches);
        else if (learned is null != plan.Training.BatchSize is null)
            Warn($"The optimizer was learned with {Batches(learned)}, here are {Batches(plan.Training.BatchSize)}: that was never tried. {Compare}");

        static string Batches(int? size) => size is { } count ? $"mini-batches of {NumberText.Count(count)}" : "the whole training set at every step";
    }

    private LearnedOptimizer<T> Resized(LearnedOptimizer<T> learned, string path, LearningTask<T> task)
    {
        string differs = $"The optimizer '{path}' was learned for {learned.Layout}, but the task '{task.Name}' has {task.Layout}";
        if (!task.Layout.HasLayersOf(learned.Layout))
            throw new StorageException(Resize ? $"{differs}: --resize expects the same layers in other widths." : $"{differs}.");
        LearnedOptimizer<T>? resized = learned.Resized(task.Layout);
        if (resized is null || !Resize)
            throw new StorageException(resized is null ? $"{differs}. What '{learned.Name}' learned belongs to the sizes of its tensors: it cannot be brought to others." : $"{differs}. With --resize its steps and schedule are used there all the same.");
        Warn($"{differs}: its steps and schedule are used as learned, what belongs to other sizes starts anew.");
        (int Here, int Learned)[] sizes = [.. task.Layout.Blocks.Zip(learned.Layout.Blocks).SelectMany(p => p.First.Shape.Zip(p.Second.Shape))];
        (int widest, int width) = sizes.MaxBy(s => Math.Abs(Math.Log((double)s.Here / s.Learned)));
        WarnOfChange("units in a layer", width, widest, RobustnessMap.Widths);
        return resized;
    }

    private (Contender<T> Contender, bool FellBack) FromFile(string path, LearningTask<T> task, int steps, bool fallBack)
    {
        LearnedOptimizer<T> learned;
        using (FileStream stream = File.OpenRead(path))
            learned = LearnedOptimizer<T>.Load(stream);
        string stated = learned.Recipe;
        WarnOfChange("steps", learned.Steps, steps, RobustnessMap.Steps);
        if (!learned.Layout.Matches(task.Layout))
            learned = Resized(learned, path, task);
        if (PlanData.Reminder(path, learned.License) is { } reminder)
            Warn(reminder);
        var contender = new Contender<T>(learned.Name, OptimizerRole.Learned, learned.Rule) { RuleValues = learned.Natural };
        if (LearningRecipe.Read(stated) is not { } recipe)
        {
            Warn($"The optimizer '{path}' does not say what gradients it was learned on, so nothing can be said about this task being like them.");
            return (contender, false);
        }

        WarnOfBatches(recipe.BatchSize);
        FirstGradients here = FirstGradients.Of([task], contender, plan.Training.BatchSize is null, seed);
        if (recipe.FirstGradients.Covers(here))
            return (contender, false);
        Warn(FormattableString.Invariant(
            $"The first gradients of '{task.Name}' have norms {here.Least:g3} to {here.Largest:g3}; meta-training saw {recipe.LeastFirstGradient:g3} to {recipe.LargestFirstGradient:g3}. The learned optimizer may not fit this task.")
            + (fallBack ? $" Training with {SafeOptimizer} instead." : " Use --fall-back to train with AdamW instead."));
        return fallBack ? (Classic(SafeOptimizer, null), true) : (contender, false);
    }
}
