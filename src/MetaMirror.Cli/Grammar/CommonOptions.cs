using System.CommandLine;

namespace MetaMirror.Cli.Grammar;

/// <summary>The options of every command.</summary>
internal sealed class CommonOptions
{
    private const int MostThreads = 1024;

    /// <summary>Master seed where none is stated.</summary>
    public const ulong UsualSeed = 1;

    /// <summary>One JSON document on standard output.</summary>
    public Flag Json { get; } = new("--json", "Write one JSON document to standard output; all text for people goes to standard error.");

    /// <summary>Master seed.</summary>
    public ValueOption<ulong> Seed { get; } = new(
        "--seed", "N", ValueKinds.Seed(), "Master seed of all random streams. The same seed gives the same result, with any number of threads. Default 1.",
        UsualSeed);

    /// <summary>Worker threads.</summary>
    public ValueOption<int?> Threads { get; } = new("--threads", "N", ValueKinds.WholeOrNone(1, MostThreads), "Worker threads. Default: all cores.");

    /// <summary>Output folder.</summary>
    public ValueOption<string?> Out { get; } = new(
        "--out", "DIR", ValueKinds.Text("a folder to write into"), "Folder to write into. Default ./metamirror-out/COMMAND-PLAN.");

    /// <summary>Data folder.</summary>
    public ValueOption<string?> Data { get; } = new(
        "--data", "DIR", ValueKinds.Text("a folder with data sets"),
        "Folder with data sets, each in a folder of its name; looked at before METAMIRROR_DATA, the cache and /usr/share/datasets.");

    /// <summary>The options in the order of help.</summary>
    public IReadOnlyList<Option> All => [Json, Seed, Threads, Out, Data];

    /// <summary>Adds them to a command; <c>--out</c> is left out where the command has its own.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            if (!command.Options.Any(o => string.Equals(o.Name, option.Name, StringComparison.Ordinal)))
                command.Add(option);
        }
    }
}
