using MetaMirror.Cli.Terminals;

namespace MetaMirror.Cli.Errors;

/// <summary>Messages on standard error: <c>error: ...</c> and <c>warning: ...</c>; further lines are set in.</summary>
internal static class Messages
{
    private const string Red = "\e[31;1m", Yellow = "\e[33;1m", Plain = "\e[0m";

    /// <summary>An error.</summary>
    public static void Error(Terminal terminal, string message) => Write(terminal, "error", Red, message);

    /// <summary>A warning.</summary>
    public static void Warning(Terminal terminal, string message) => Write(terminal, "warning", Yellow, message);

    private static void Write(Terminal terminal, string word, string color, string message)
    {
        string head = terminal.Color && terminal.ErrorIsTerminal ? $"{color}{word}:{Plain}" : $"{word}:";
        terminal.Error.WriteLine($"{head} {Found.Plain(message)}");
    }
}
