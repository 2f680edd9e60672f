namespace MetaMirror.Experiments.Downloads;

/// <summary>How far a download has come.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Received">Bytes that are there, of an earlier try too.</param>
/// <param name="Total">Bytes of the file; null where the server does not say.</param>
public readonly record struct FetchProgress(string File, long Received, long? Total);

/// <summary>How patient downloads are.</summary>
public sealed record FetchOptions
{
    private const int MostTries = 16;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromDays(1);

    /// <summary>Tries at one address, of which each goes on where the last one ended: 1 to 16. Default 4.</summary>
    public int Tries { get; init; } = 4;

    /// <summary>Wait before the second try; doubled for each further one: 0 to 1 minute. Default 1 second.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A server that sends nothing for so long is given up: above 0, at most a day. Default 60 seconds.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Largest file taken, at least 1 byte. Default 8 GiB.</summary>
    public long MaxBytes { get; init; } = 8L << 30;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Tries, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Tries, MostTries);
        ArgumentOutOfRangeException.ThrowIfLessThan(Wait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Wait, LongestWait);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Silence, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Silence, LongestSilence);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytes, 1);
    }
}

/// <summary>A download failed. The message says which file to put where, and from where.</summary>
public sealed class FetchException : IOException
{
    /// <summary>An error with a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The cause.</param>
    public FetchException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
