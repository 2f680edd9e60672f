namespace MetaMirror.Storage;

/// <summary>What a checkpoint reader accepts before it allocates anything.</summary>
public sealed record CheckpointLimits
{
    /// <summary>The defaults.</summary>
    public static CheckpointLimits Default { get; } = new();

    /// <summary>Largest body in bytes. Default the longest array of the runtime, just under 2 GiB.</summary>
    public long MaxBytes { get; init; } = Array.MaxLength;

    /// <summary>Largest number of sections. Default 65,536.</summary>
    public int MaxSections { get; init; } = 1 << 16;
}
