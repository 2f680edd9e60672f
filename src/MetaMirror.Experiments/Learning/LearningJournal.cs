using System.Numerics;
using MetaMirror.Experiments.Checkpoints;
using MetaMirror.MetaLearners;
using MetaMirror.Storage;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// A folder of checkpoints beside the file being learned: one per phase and the one before it, and the statistics of the source runs. Every
/// file is written whole or not at all; a damaged checkpoint is refused by name and the one before it is used.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LearningJournal<T> : ILearningJournal<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const string StatisticsName = "statistics.safetensors";
    private readonly string _folder;
    private readonly string _planHash;
    private readonly Action<string> _warn;

    /// <summary>Opens the folder, made if missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="planHash">Hash of everything that decides what is learned.</param>
    /// <param name="resume">False forgets what is there.</param>
    /// <param name="warn">Told what a person should know.</param>
    /// <exception cref="IOException">The folder can't be made or written.</exception>
    public LearningJournal(string folder, string planHash, bool resume, Action<string> warn)
    {
        _folder = folder;
        _planHash = planHash;
        _warn = warn;
        if (!resume && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
    }

    /// <inheritdoc/>
    public void Resume(int phase, MetaLearner<T> learner)
    {
        string path = PathOf(phase);
        if (!TryResume(path, learner))
            TryResume(path + ".previous", learner);
    }

    /// <inheritdoc/>
    public void Save(int phase, MetaLearner<T> learner)
    {
        string path = PathOf(phase);
        if (File.Exists(path))
            File.Move(path, path + ".previous", overwrite: true);
        AtomicFile.Write(path, stream => LearnerCheckpoint.Write(stream, learner, _planHash));
    }

    /// <inheritdoc/>
    public BoundStatistics? ReadStatistics()
    {
        string path = Path.Combine(_folder, StatisticsName);
        if (!File.Exists(path))
            return null;
        try
        {
            using FileStream stream = File.OpenRead(path);
            return BoundStatisticsFile.Read(stream);
        }
        catch (StorageException damage)
        {
            _warn($"The statistics '{path}' can't be used ({damage.Message}); the source runs are made again.");
            return null;
        }
    }

    /// <inheritdoc/>
    public void SaveStatistics(BoundStatistics statistics) =>
        AtomicFile.Write(Path.Combine(_folder, StatisticsName), stream => BoundStatisticsFile.Write(stream, statistics));

    /// <summary>Removes the folder once the learned file is safe.</summary>
    public void Close() => Directory.Delete(_folder, recursive: true);

    private bool TryResume(string path, MetaLearner<T> learner)
    {
        if (!File.Exists(path))
            return false;
        LearnerCheckpoint checkpoint;
        try
        {
            using FileStream stream = File.OpenRead(path);
            checkpoint = LearnerCheckpoint.Read(stream);
        }
        catch (StorageException damage)
        {
            _warn($"The checkpoint '{path}' is damaged ({damage.Message}); trying the one before it.");
            return false;
        }

        // Of another plan: refused, not skipped, or a long run would silently begin anew.
        string? warning = checkpoint.Restore(learner, _planHash);
        if (warning is not null)
            _warn(warning);
        return true;
    }

    private string PathOf(int phase) => Path.Combine(_folder, FormattableString.Invariant($"phase-{phase:00}.checkpoint"));
}
