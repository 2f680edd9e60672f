namespace MetaMirror.Experiments.Readers;

/// <summary>How a CSV file is to be read, and what its reader accepts.</summary>
public sealed record CsvOptions
{
    /// <summary>What the target column holds. Default classes.</summary>
    public TargetKind Target { get; init; } = TargetKind.Classification;

    /// <summary>Name of the target column in the header row; not together with <see cref="TargetIndex"/>. Default none.</summary>
    public string? TargetName { get; init; }

    /// <summary>Index of the target column from 0; default the last column.</summary>
    public int? TargetIndex { get; init; }

    /// <summary>Comma, semicolon or tab; default whichever the first row has most of.</summary>
    public char? Separator { get; init; }

    /// <summary>Whether the first row holds names. By default it does if a target name is stated, or if no column but the target's is a number in it.</summary>
    public bool? Header { get; init; }

    /// <summary>Longest line in bytes. Default 1 MiB.</summary>
    public int MaxLineBytes { get; init; } = 1 << 20;

    /// <summary>Largest file in bytes, after unpacking. Default 256 MiB.</summary>
    public long MaxBytes { get; init; } = 256L << 20;

    /// <summary>Largest number of classes. Default 10,000.</summary>
    public int MaxClasses { get; init; } = 10_000;

    /// <summary>Throws where two options contradict each other.</summary>
    /// <exception cref="ArgumentException">They do.</exception>
    internal static void Check(CsvOptions options)
    {
        if (options.TargetName is not null && (options.TargetIndex is not null || options.Header == false))
        {
            throw new ArgumentException("expected a target column by name, in a file with a header row, or by index, found both or no header", nameof(options));
        }

        if (options.Separator is { } separator && separator is not (',' or ';' or '\t'))
        {
            throw new ArgumentException($"expected comma, semicolon or tab as separator, found {Shown.Text([separator])}", nameof(options));
        }
    }
}
