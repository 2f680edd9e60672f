namespace MetaMirror.Storage;

/// <summary>What a safetensors reader accepts before it allocates anything.</summary>
public sealed record SafetensorsLimits
{
    /// <summary>The format's own limit on the header: 100,000,000 bytes.</summary>
    public const long FormatHeaderBytes = 100_000_000;

    /// <summary>The defaults.</summary>
    public static SafetensorsLimits Default { get; } = new();

    /// <summary>Largest header, in bytes. Default 16 MiB; at most <see cref="FormatHeaderBytes"/>.</summary>
    public long MaxHeaderBytes { get; init; } = 16L << 20;

    /// <summary>Largest data section, all tensors together, in bytes. Default 8 GiB.</summary>
    public long MaxDataBytes { get; init; } = 8L << 30;

    /// <summary>Largest number of tensors. Default 100,000.</summary>
    public int MaxTensors { get; init; } = 100_000;

    /// <summary>Largest number of dimensions of one tensor. Default 16.</summary>
    public int MaxDimensions { get; init; } = 16;
}
