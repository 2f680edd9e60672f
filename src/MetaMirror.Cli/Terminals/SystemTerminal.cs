using System.Text;

namespace MetaMirror.Cli.Terminals;

/// <summary>The terminal that the process was started in.</summary>
internal static class SystemTerminal
{
    private const int Narrowest = 40;

    /// <summary>Standard output and standard error as UTF-8 with line feeds.</summary>
    public static Terminal Open() => new(Writer(Console.OpenStandardOutput()), Writer(Console.OpenStandardError()))
    {
        OutIsTerminal = !Console.IsOutputRedirected && !IsDumb(),
        ErrorIsTerminal = !Console.IsErrorRedirected && !IsDumb(),
        Color = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
        Width = Width(),
    };

    private static StreamWriter Writer(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true, NewLine = "\n" };

    private static bool IsDumb() => string.Equals(Environment.GetEnvironmentVariable("TERM"), "dumb", StringComparison.Ordinal);

    private static int Width()
    {
        if (Console.IsOutputRedirected && Console.IsErrorRedirected)
            return Terminal.UsualWidth;
        try
        {
            return Console.WindowWidth >= Narrowest ? Console.WindowWidth : Terminal.UsualWidth;
        }
        catch (IOException)
        {
            return Terminal.UsualWidth; // some terminals do not know their size
        }
    }
}
