using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Help;
using MetaMirror.Cli.Screens;
using MetaMirror.Cli.Terminals;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using Spectre.Console;

namespace MetaMirror.Cli.Commands;

/// <summary>One call of a command: what was typed, and where its text goes. With <c>--json</c> standard output takes one document and nothing else.</summary>
internal sealed class Session
{
    private readonly ParseResult _parse;
    private readonly CommonOptions _common;

    /// <summary>Starts a call.</summary>
    public Session(Terminal terminal, ParseResult parse, CommonOptions common, CancellationToken canceled)
    {
        Terminal = terminal;
        Canceled = canceled;
        _parse = parse;
        _common = common;
        Json = parse.GetValue(common.Json);
        People = Json ? terminal.Error : terminal.Out;
        Screen = ScreenConsole.Open(People, Json ? terminal.ErrorIsTerminal : terminal.OutIsTerminal, terminal);
    }

    /// <summary>The terminal.</summary>
    public Terminal Terminal { get; }

    /// <summary>Set by Ctrl-C.</summary>
    public CancellationToken Canceled { get; }

    /// <summary>Whether a JSON document was asked for.</summary>
    public bool Json { get; }

    /// <summary>Where text for people goes.</summary>
    public TextWriter People { get; }

    /// <summary>The same, for tables.</summary>
    public IAnsiConsole Screen { get; }

    /// <summary>Master seed.</summary>
    public ulong Seed => _parse.GetValue(_common.Seed);

    /// <summary>Worker threads.</summary>
    public int Threads => _parse.GetValue(_common.Threads) ?? Environment.ProcessorCount;

    /// <summary>The folder stated with <c>--out</c>, or null.</summary>
    public string? Out => _parse.GetValue(_common.Out);

    /// <summary>Where data sets are looked for.</summary>
    /// <exception cref="DatasetNotFoundException">The folder stated does not exist.</exception>
    public DataLocations Data => DataLocations.Usual(_parse.GetValue(_common.Data));

    /// <summary>The folder that downloads go into: the first that is looked at. The one stated with <c>--data</c> need not exist.</summary>
    public string DataToMake => _parse.GetValue(_common.Data) ?? Data.Folders[0].Folder;

    /// <summary>The value of an option.</summary>
    public T? Get<T>(Option<T> option) => _parse.GetValue(option);

    /// <summary>The value of an argument.</summary>
    public T? Get<T>(Argument<T> argument) => _parse.GetValue(argument);

    /// <summary>The plan that an argument names.</summary>
    /// <exception cref="UsageException">There is no such plan.</exception>
    /// <exception cref="PlanException">The plan has mistakes.</exception>
    public Plan ReadPlan(ValueArgument argument) => UsageException.Blame(argument.Name, () => PlanFile.Read(Get(argument)!));

    /// <summary>The words that were typed.</summary>
    public string Line => string.Join(
        ' ', _parse.Tokens.Select(t => t.Value.Contains(' ', StringComparison.Ordinal) ? $"'{t.Value}'" : t.Value).Prepend(HelpText.ToolName));

    /// <summary>What long work needs.</summary>
    public EngineContext EngineContext(ProgressScreen progress) =>
        new(Seed, Threads, Data, Terminal.Clock, progress, progress, text => Messages.Warning(Terminal, text), Canceled);

    /// <summary>Writes the JSON document.</summary>
    public void WriteDocument<T>(T document, JsonTypeInfo<T> type) => WriteDocument(JsonSerializer.Serialize(document, type));

    /// <summary>Writes the JSON document.</summary>
    public void WriteDocument(string json) => Terminal.Out.WriteLine(json);
}
