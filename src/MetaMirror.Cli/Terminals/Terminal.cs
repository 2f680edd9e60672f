namespace MetaMirror.Cli.Terminals;

/// <summary>Where text goes and what is around the process; everything that tests replace.</summary>
/// <param name="Out">Standard output: results.</param>
/// <param name="Error">Standard error: messages and progress.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error)
{
    /// <summary>Columns where nobody says how many there are.</summary>
    public const int UsualWidth = 100;

    /// <summary>Whether a person sees standard output.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether a person sees standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether colors may be used on terminals.</summary>
    public bool Color { get; init; } = true;

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = UsualWidth;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The folder that default output folders are in.</summary>
    public string Folder { get; init; } = ".";
}
