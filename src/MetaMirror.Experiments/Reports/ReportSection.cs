namespace MetaMirror.Experiments.Reports;

/// <summary>A chapter of a report: words, curves, tables, in this order.</summary>
/// <param name="Title">Its heading.</param>
public sealed record ReportSection(string Title)
{
    /// <summary>What was done and what came out, a paragraph each.</summary>
    public IReadOnlyList<string> Paragraphs { get; init; } = [];

    /// <summary>Names and texts.</summary>
    public IReadOnlyList<NamedText> Facts { get; init; } = [];

    /// <summary>Pictures.</summary>
    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];

    /// <summary>True to set two pictures beside each other, drawn 504 pixels wide. Default: false, 1040.</summary>
    public bool InPairs { get; init; }

    /// <summary>Tables.</summary>
    public IReadOnlyList<ReportTable> Tables { get; init; } = [];
}
