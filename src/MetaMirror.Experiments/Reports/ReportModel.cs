using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Reports;

/// <summary>Everything a report shows. A section whose data are empty is left out.</summary>
public sealed record ReportModel
{
    /// <summary>Title of the page.</summary>
    public required string Title { get; init; }

    /// <summary>The outcome in a plain sentence; null: <see cref="Reports.Verdict.Of"/> the comparison.</summary>
    public string? Verdict { get; init; }

    /// <summary>The comparison; null for a report without one.</summary>
    public ComparisonResult? Comparison { get; init; }

    /// <summary>The outcome of a negative control, in words; empty where there is none.</summary>
    public string Control { get; init; } = "";

    /// <summary>What was learned and on what, in a paragraph.</summary>
    public string Learned { get; init; } = "";

    /// <summary>What was learned and on what, as facts (divergence, rank, step size, tasks, ...).</summary>
    public IReadOnlyList<NamedText> Facts { get; init; } = [];

    /// <summary>Things the reader must know: warnings, refused certificates, deviations.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How the others were tuned, in a sentence above the comparison.</summary>
    public string FairPlay { get; init; } =
        "Baselines and rivals are tuned on the held-out task, separately for each figure; a learned optimizer is not tuned on it at all unless its row says so.";

    /// <summary>Activation frequencies of maxima.</summary>
    public IReadOnlyList<ActivationFrequencies> Activations { get; init; } = [];

    /// <summary>The learned preconditioner as images.</summary>
    public IReadOnlyList<PreconditionerPicture> Preconditioner { get; init; } = [];

    /// <summary>Paths on two-dimensional quadratics.</summary>
    public IReadOnlyList<QuadraticPicture> Trajectories { get; init; } = [];

    /// <summary>Other pictures.</summary>
    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];

    /// <summary>Other tables, such as certificates.</summary>
    public IReadOnlyList<ReportTable> Tables { get; init; } = [];

    /// <summary>Chapters of a report that is not one comparison, in their order.</summary>
    public IReadOnlyList<ReportSection> Sections { get; init; } = [];

    /// <summary>The papers' numbers beside ours.</summary>
    public IReadOnlyList<PaperFigure> PaperFigures { get; init; } = [];

    /// <summary>The data sets that were read, where the comparison does not say it.</summary>
    public IReadOnlyList<DataUse> Data { get; init; } = [];

    /// <summary>Definitions of the quantities.</summary>
    public IReadOnlyList<NamedText> Definitions { get; init; } = [];

    /// <summary>The machine that the times were measured on.</summary>
    public MachineInfo? Machine { get; init; }

    /// <summary>The seed of the whole run; null when not known.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Version, command line and the like, to run it again.</summary>
    public IReadOnlyList<NamedText> Provenance { get; init; } = [];

    /// <summary>References.</summary>
    public IReadOnlyList<Reference> References { get; init; } = [];
}
