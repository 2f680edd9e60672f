using System.Text;
using System.Text.Json;
using MetaMirror.Experiments.Checkpoints;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>
/// The log of a study, one JSON document a line: what is studied, then every trial when it ends, flushed to the disk. A study that was
/// killed at any moment goes on from it with the same points; a last line that was cut off counts as not written.
/// </summary>
public sealed class StudyLog
{
    /// <summary>What an older log is renamed to, added to its name, where a study begins anew.</summary>
    public const string OlderSuffix = ".before";

    private readonly string _path;
    private readonly Lock _writing = new();

    private StudyLog(string path, IReadOnlyDictionary<int, StudyTrial> trials)
    {
        _path = path;
        Trials = trials;
    }

    /// <summary>Trials that were logged when it was opened, by number.</summary>
    public IReadOnlyDictionary<int, StudyTrial> Trials { get; }

    /// <summary>Begins a log, or goes on with one.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="space">What is varied.</param>
    /// <param name="title">What is studied: names to texts. A log with another title is another study's.</param>
    /// <param name="resume">Whether to go on where there is a log; otherwise it is renamed.</param>
    /// <exception cref="DataFormatException">The log is damaged, or that of another study.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static StudyLog Open(string path, SearchSpace space, IReadOnlyList<KeyValuePair<string, string>> title, bool resume)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(title);
        string header = StudyLines.Header(space, title);
        string[] lines = [header];
        var trials = new SortedDictionary<int, StudyTrial>();
        if (File.Exists(path) && !resume)
            File.Move(path, path + OlderSuffix, overwrite: true);
        if (File.Exists(path))
        {
            // What follows the last line feed was cut off.
            string[] found = File.ReadAllText(path).Split('\n')[..^1];
            if (found.Length > 0)
                lines = Read(path, found, header, space, trials);
        }

        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")))));
        return new StudyLog(path, trials);
    }

    /// <summary>Adds a trial; from any thread.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Add(StudyTrial trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        byte[] line = Encoding.UTF8.GetBytes(StudyLines.Of(trial) + "\n");
        lock (_writing)
        {
            using var stream = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
            stream.Write(line);
            stream.Flush(flushToDisk: true);
        }
    }

    private static string[] Read(string path, string[] lines, string header, SearchSpace space, SortedDictionary<int, StudyTrial> trials)
    {
        if (!string.Equals(lines[0], header, StringComparison.Ordinal))
        {
            (string expected, string found) = StudyLines.Difference(header, lines[0]);
            throw new DataFormatException($"{path}, line 1", $"the log of this study, {expected}", $"{found}; another study needs another folder, or begins anew without resuming");
        }

        for (int i = 1; i < lines.Length; i++)
        {
            StudyTrial trial;
            try
            {
                trial = StudyLines.Read(lines[i], space);
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
            {
                throw new DataFormatException($"{path}, line {i + 1}", $"a trial of the study ({error.Message})", Shown.Text(lines[i]), error);
            }

            if (!trials.TryAdd(trial.Number, trial))
                throw new DataFormatException($"{path}, line {i + 1}", "each trial once", $"number {trial.Number} again");
        }

        return lines;
    }
}
