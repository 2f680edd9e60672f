using MetaMirror.Cli.Terminals;
using Spectre.Console;

namespace MetaMirror.Cli.Screens;

/// <summary>Tables and colors on a writer.</summary>
internal static class ScreenConsole
{
    // A file or pipe has no width: tables take what they need there.
    private const int Unlimited = 10_000;

    /// <summary>A console that colors only where a person looks.</summary>
    /// <param name="writer">Where the text goes.</param>
    /// <param name="isTerminal">Whether a person sees it.</param>
    /// <param name="terminal">Width, and whether colors are wanted.</param>
    public static IAnsiConsole Open(TextWriter writer, bool isTerminal, Terminal terminal)
    {
        bool color = isTerminal && terminal.Color;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = isTerminal ? terminal.Width : Unlimited;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
