namespace MetaMirror.Experiments.Reports;

/// <summary>A name and what it stands for: a fact, or a definition.</summary>
/// <param name="Name">The name.</param>
/// <param name="Text">What it stands for.</param>
public sealed record NamedText(string Name, string Text);

/// <summary>A number of a paper beside ours.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Paper">The paper's value; null when the paper gives none.</param>
/// <param name="Ours">Our value; null when not measured.</param>
/// <param name="Note">Why they may differ.</param>
public sealed record PaperFigure(string Name, double? Paper, double? Ours, string Note);

/// <summary>A work that the report rests on.</summary>
/// <param name="Key">Short key, as in BibTeX.</param>
/// <param name="Text">The work in words.</param>
/// <param name="BibTeX">The BibTeX entry; may be empty.</param>
public sealed record Reference(string Key, string Text, string BibTeX);

/// <summary>The machine that the times were measured on.</summary>
/// <param name="Processor">Name of the processor.</param>
/// <param name="Cores">Logical cores.</param>
/// <param name="OperatingSystem">Operating system.</param>
/// <param name="Runtime">Version of .NET.</param>
/// <param name="InstructionSet">Widest vectors in use, such as <c>AVX-512</c>.</param>
/// <param name="Threads">Threads used.</param>
public sealed record MachineInfo(string Processor, int Cores, string OperatingSystem, string Runtime, string InstructionSet, int Threads)
{
    /// <summary>Memory in gibibytes; null when not known.</summary>
    public double? MemoryGibibytes { get; init; }
}

/// <summary>Any other table of a report.</summary>
/// <param name="Title">Written above it.</param>
/// <param name="Headers">Names of the columns, shape [columns].</param>
/// <param name="Rows">Cells as text, shape [rows][columns]; cells that are numbers stand at the right.</param>
/// <param name="Caption">Written below it; may be empty.</param>
public sealed record ReportTable(string Title, IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<string>> Rows, string Caption);
