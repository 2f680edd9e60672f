using System.Text.Json.Serialization;

namespace MetaMirror.Experiments.Readers;

/// <summary>How the rows of one file are divided into training and test rows.</summary>
public enum RowSplit
{
    /// <summary>Test rows evenly spread over the file: right for rows in any order, such as sorted by class.</summary>
    [JsonStringEnumMemberName("interleaved")]
    Interleaved,

    /// <summary>The last rows are test rows: right for rows in order of time.</summary>
    [JsonStringEnumMemberName("last")]
    Last,
}

/// <summary>How a folder of tasks is read.</summary>
public sealed record TaskFolderOptions
{
    /// <summary>How CSV files are read.</summary>
    public CsvOptions Csv { get; init; } = new();

    /// <summary>Share of each file's rows kept for testing, 0 to below 1. Default a quarter.</summary>
    public double TestFraction { get; init; } = 0.25;

    /// <summary>Which rows those are. Default evenly spread.</summary>
    public RowSplit Split { get; init; } = RowSplit.Interleaved;

    /// <summary>Whether the features of CSV files (and real targets) are standardized by each task's training rows. Default true.</summary>
    public bool Standardize { get; init; } = true;

    /// <summary>Largest number of tasks. Default 10,000.</summary>
    public int MaxTasks { get; init; } = 10_000;
}
