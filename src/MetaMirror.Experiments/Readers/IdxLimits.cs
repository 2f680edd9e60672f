namespace MetaMirror.Experiments.Readers;

/// <summary>What an IDX reader accepts before it allocates anything.</summary>
public sealed record IdxLimits
{
    /// <summary>The defaults.</summary>
    public static IdxLimits Default { get; } = new();

    /// <summary>Largest number of data bytes declared. Default the longest array of the runtime, just under 2 GiB.</summary>
    public long MaxBytes { get; init; } = Array.MaxLength;
}
