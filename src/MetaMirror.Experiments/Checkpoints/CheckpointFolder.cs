using System.Globalization;
using MetaMirror.Storage;

namespace MetaMirror.Experiments.Checkpoints;

/// <summary>What a <see cref="CheckpointFolder"/> found.</summary>
/// <typeparam name="TContent">Content.</typeparam>
/// <param name="Content">The newest valid content.</param>
/// <param name="File">Name of its file.</param>
/// <param name="Warning">Names each newer file that was refused, and why; null if there was none.</param>
public sealed record LoadedCheckpoint<TContent>(TContent Content, string File, string? Warning);

/// <summary>
/// Numbered checkpoints <c>NAME-000001.mmck</c>, ... of one run in a folder: each is written whole or not at all, the one before it is kept, and a
/// damaged one is refused by name in favor of the one before it. One process at a time.
/// </summary>
public sealed class CheckpointFolder
{
    private const string Extension = ".mmck";
    private const int Kept = 2;

    private readonly string _name;
    private readonly List<string> _refused = [];

    /// <summary>Names the folder; nothing is touched yet.</summary>
    /// <param name="folder">Made at the first save.</param>
    /// <param name="name">What the files' names begin with.</param>
    /// <exception cref="ArgumentException">The name can't begin a file name.</exception>
    public CheckpointFolder(string folder, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || name.AsSpan().IndexOfAny("/\\:*?") >= 0)
            throw new ArgumentException($"Expected a name that can begin a file name, found '{name}'.", nameof(name));
        Folder = folder;
        _name = name;
    }

    /// <summary>Where the checkpoints are.</summary>
    public string Folder { get; }

    /// <summary>Writes the next checkpoint and deletes all but this one and the valid one before it.</summary>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public void Save(Action<Stream> write)
    {
        Directory.CreateDirectory(Folder);
        long number = Files().Select(f => f.Number).FirstOrDefault() + 1;
        AtomicFile.Write(Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{_name}-{number:D6}{Extension}")), write);
        foreach (string file in _refused)
            File.Delete(file);
        _refused.Clear();
        foreach ((_, string file) in Files().Skip(Kept))
            File.Delete(file);
    }

    /// <summary>The newest checkpoint that can be read; null if there is none at all.</summary>
    /// <param name="read">Reads the content, and throws <see cref="StorageException"/> where it is damaged.</param>
    /// <exception cref="StorageException">There are checkpoints, and every one is refused; the message names each.</exception>
    public LoadedCheckpoint<TContent>? Load<TContent>(Func<Stream, TContent> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        _refused.Clear();
        var reasons = new List<string>();
        foreach ((_, string file) in Files())
        {
            string name = Path.GetFileName(file);
            try
            {
                using FileStream stream = File.OpenRead(file);
                TContent content = read(stream);
                string? warning = reasons.Count == 0 ? null : $"{string.Join("; ", reasons)}. Going on from the one before, '{name}'.";
                return new LoadedCheckpoint<TContent>(content, name, warning);
            }
            catch (StorageException e)
            {
                _refused.Add(file);
                reasons.Add($"'{name}' is refused: {e.Message}");
            }
        }

        return reasons.Count == 0
            ? null
            : throw new StorageException($"folder '{Folder}': expected a checkpoint that can be read, found none: {string.Join("; ", reasons)}");
    }

    /// <summary>Deletes the checkpoints, for a run that begins anew.</summary>
    public void Clear()
    {
        foreach ((_, string file) in Files())
            File.Delete(file);
        _refused.Clear();
    }

    /// <summary>The checkpoints, newest first.</summary>
    private IEnumerable<(long Number, string File)> Files() => !Directory.Exists(Folder)
        ? []
        : Directory.GetFiles(Folder, $"{_name}-*{Extension}")
            .Select(f => (Number: NumberOf(f), File: f))
            .Where(f => f.Number > 0)
            .OrderByDescending(f => f.Number);

    private long NumberOf(string file) => long.TryParse(
        Path.GetFileNameWithoutExtension(file).AsSpan(_name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
