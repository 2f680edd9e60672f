using System.Text.Json.Serialization;

namespace MetaMirror.Experiments.Readers;

/// <summary>A file that was read, and which content it has.</summary>
/// <param name="File">Its name.</param>
/// <param name="Content">For example <c>whole</c>, <c>first 7,011 of 60,000</c>, or that it is none that is known, with its SHA-256.</param>
public sealed record DataFileUse(string File, string Content)
{
    /// <summary>Its SHA-256 in hexadecimal; null for what comes with the program, and for a user's own folder.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sha256 { get; init; }
}

/// <summary>What was really read of a data set, for reports: subsets under the canonical names are named as such.</summary>
/// <param name="Dataset">Name of the data set.</param>
/// <param name="License">Its license or terms.</param>
/// <param name="Restriction">What its use is restricted to; null where nothing is.</param>
/// <param name="Files">The files and their contents.</param>
public sealed record DataUse(string Dataset, string License, string? Restriction, IReadOnlyList<DataFileUse> Files)
{
    /// <summary>Training examples that were taken; null where they became tasks in another way.</summary>
    public int? TrainExamples { get; init; }

    /// <summary>Test examples that were taken; null where none were read, or they became tasks in another way.</summary>
    public int? TestExamples { get; init; }

    /// <summary>The contents in words: one where all files are alike.</summary>
    [JsonIgnore]
    public string Contents => Files.Select(f => f.Content).Distinct(StringComparer.Ordinal).Count() == 1
        ? Files[0].Content
        : string.Join("; ", Files.GroupBy(f => f.Content, f => f.File, StringComparer.Ordinal).Select(g => $"{string.Join(", ", g)}: {g.Key}"));

    /// <summary>The data sets of several runs, each once, in the order in which they come, with what any of the runs read.</summary>
    /// <param name="runs">Uses of each run, in one order.</param>
    public static IReadOnlyList<DataUse> Merge(IReadOnlyList<IReadOnlyList<DataUse>> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        return
        [
            .. runs.SelectMany(r => r).GroupBy(u => u.Dataset, StringComparer.Ordinal)
                .Select(uses => uses.First() with { Files = [.. uses.SelectMany(u => u.Files).Distinct()], TrainExamples = uses.Max(u => u.TrainExamples), TestExamples = uses.Max(u => u.TestExamples) }),
        ];
    }
}
