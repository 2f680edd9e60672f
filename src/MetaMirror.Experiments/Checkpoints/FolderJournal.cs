using System.Globalization;
using System.Numerics;
using MetaMirror.Experiments.Learning;
using MetaMirror.MetaLearners;
using MetaMirror.Storage;

namespace MetaMirror.Experiments.Checkpoints;

/// <summary>A learning journal on disk: after every outer step a checkpoint <c>phase-P-N.mmck</c>, where a killed run goes on bit for bit.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="folder">Where the checkpoints are kept.</param>
/// <param name="planHash">Hash of everything that decides what is learned; a checkpoint of another plan is refused.</param>
public sealed class FolderJournal<T>(string folder, string planHash) : ILearningJournal<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Dictionary<int, CheckpointFolder> _phases = [];

    /// <summary>Told of checkpoints that were refused, and of a resume on another instruction set.</summary>
    public Action<string>? Warn { get; init; }

    /// <inheritdoc/>
    /// <exception cref="StorageException">The checkpoint is of another plan, or all are damaged.</exception>
    public void Resume(int phase, MetaLearner<T> learner)
    {
        if (FolderOf(phase).Load(stream => LearnerCheckpoint.Read(stream)) is not { } found)
            return;
        if (found.Warning is { } refused)
            Warn?.Invoke(refused);
        if (found.Content.Restore(learner, HashOf(phase)) is { } warning)
            Warn?.Invoke(warning);
    }

    /// <inheritdoc/>
    public void Save(int phase, MetaLearner<T> learner) => FolderOf(phase).Save(stream => LearnerCheckpoint.Write(stream, learner, HashOf(phase)));

    /// <summary>Forgets everything, for a run that begins anew.</summary>
    public void Clear()
    {
        if (!Directory.Exists(folder))
            return;
        foreach (string file in Directory.GetFiles(folder, "phase-*.mmck"))
            File.Delete(file);
    }

    /// <summary>The phase is part of what a checkpoint belongs to.</summary>
    private string HashOf(int phase) => string.Create(CultureInfo.InvariantCulture, $"{planHash}/{phase}");

    private CheckpointFolder FolderOf(int phase)
    {
        if (!_phases.TryGetValue(phase, out CheckpointFolder? found))
            _phases[phase] = found = new CheckpointFolder(folder, string.Create(CultureInfo.InvariantCulture, $"phase-{phase}"));
        return found;
    }
}
