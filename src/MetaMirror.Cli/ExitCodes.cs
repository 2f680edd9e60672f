namespace MetaMirror.Cli;

/// <summary>What the process says to the shell.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed: a file, the data or the computation.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage: the command line.</summary>
    public const int WrongUsage = 2;

    /// <summary>Canceled by Ctrl-C or SIGTERM: 128 + SIGINT.</summary>
    public const int Canceled = 130;
}
