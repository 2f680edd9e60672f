using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaMirror.Experiments.Checkpoints;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>
/// The log of a study, one JSON document a line: what is studied, then every trial when it ends, flushed to the disk. A study that was
/// killed at any moment goes on from it with the same points; a last line that was cut off counts as not written. The file stays open, and
/// closed to other processes, until the log is disposed of.
/// </summary>
public sealed class StudyLog : IDisposable
{
    /// <summary>What follows the name of a log in the names of older ones that were set aside, before their number from 1.</summary>
    public const string OlderSuffix = ".before-";

    /// <summary>What an open gives as <see cref="Exception.HResult"/> where another has the file: Linux, macOS, Windows.</summary>
    private static readonly int[] Taken = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _stream;
    private readonly Lock _writing = new();

    private StudyLog(string path, FileStream stream, IReadOnlyDictionary<int, StudyTrial> trials)
    {
        Path = path;
        _stream = stream;
        Trials = trials;
    }

    /// <summary>Trials that were logged when it was opened, by number.</summary>
    public IReadOnlyDictionary<int, StudyTrial> Trials { get; }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Begins a log, or goes on with one.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="space">What is varied.</param>
    /// <param name="sampler">Chooses settings.</param>
    /// <param name="title">What is studied: names to texts. A log with another title, space or sampler is another study's.</param>
    /// <param name="resume">Whether to go on where there is a log; otherwise it is set aside under the first number that is free.</param>
    /// <exception cref="DataFormatException">The log is damaged, or that of another study.</exception>
    /// <exception cref="IOException">It cannot be read or written, or another process has it open.</exception>
    public static StudyLog Open(string path, SearchSpace space, StudySampler sampler, IReadOnlyList<KeyValuePair<string, string>> title, bool resume)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(sampler);
        ArgumentNullException.ThrowIfNull(title);
        string header = StudyLines.Header(space, sampler, title);
        var trials = new SortedDictionary<int, StudyTrial>();
        FileStream stream = OpenAlone(path);
        try
        {
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            if (!resume && content.Length > 0)
            {
                SetAside(path, content);
                content = [];
            }

            // What follows the last line feed was cut off.
            int whole = Array.LastIndexOf(content, (byte)'\n') + 1;
            stream.SetLength(whole);
            stream.Position = whole;
            if (whole > 0)
                Read(path, Encoding.UTF8.GetString(content, 0, whole).Split('\n')[..^1], header, space, trials);
            else
                Append(stream, header);
            return new StudyLog(path, stream, trials);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Adds a trial; from any thread.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Add(StudyTrial trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        string line = StudyLines.Of(trial);
        lock (_writing)
            Append(_stream, line);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    // On Unix only FileShare.None keeps other writers out: with FileShare.Read two of them share one lock. Tools that ask for no lock can still read. Where the file system has no locks (some network folders) nothing keeps them out.
    private static FileStream OpenAlone(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None, bufferSize: 0);
        }
        catch (IOException error) when (Taken.Contains(error.HResult))
        {
            throw new IOException($"{path}: expected a log that is this study's alone, found it open in another process. Wait for its end, or name another folder.", error);
        }
    }

    // A copy, not a new name: the file itself must not be let go of, or another process could take it.
    private static void SetAside(string path, byte[] content)
    {
        int number = 1;
        while (File.Exists(Older(path, number)))
            number++;
        AtomicFile.Write(Older(path, number), stream => stream.Write(content));
    }

    private static string Older(string path, int number) => path + OlderSuffix + number.ToString(CultureInfo.InvariantCulture);

    private static void Append(FileStream stream, string line)
    {
        long before = stream.Length;
        try
        {
            stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
            stream.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // Half a line in the middle would damage the log.
            stream.SetLength(before);
            throw;
        }
    }

    private static void Read(string path, string[] lines, string header, SearchSpace space, SortedDictionary<int, StudyTrial> trials)
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
    }
}
