using System.Text.Json;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Terminals;

namespace MetaMirror.Cli.Tests.Running;

/// <summary>What one call of the tool wrote and returned, in process.</summary>
internal sealed record ToolRun(int Code, string Out, string Error)
{
    public static readonly EngineSet Fakes = FakeEngines.All;

    public static ToolRun Of(
        string line, EngineSet? engines = null, string folder = ".", bool isTerminal = false, int width = Terminal.UsualWidth,
        CancellationToken canceled = default) =>
        Of(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), engines, folder, isTerminal, width, canceled);

    public static ToolRun Of(
        string[] args, EngineSet? engines = null, string folder = ".", bool isTerminal = false, int width = Terminal.UsualWidth,
        CancellationToken canceled = default)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(output, error)
        {
            OutIsTerminal = isTerminal,
            ErrorIsTerminal = isTerminal,
            Color = false,
            Width = width,
            Folder = folder,
            Clock = new ManualClock(),
        };
        int code = new Application(terminal, engines ?? Fakes).Run(args, canceled);
        return new ToolRun(code, output.ToString(), error.ToString());
    }

    /// <summary>The one document on standard output.</summary>
    public JsonElement Document()
    {
        using var document = JsonDocument.Parse(Out);
        return document.RootElement.Clone();
    }

    /// <summary>Both streams, as a person would read them.</summary>
    public string Transcript(string line) => $"$ metamirror {line}\n{Out}{(Error.Length > 0 ? "--- standard error\n" + Error : "")}--- exit code {Code}\n";
}
