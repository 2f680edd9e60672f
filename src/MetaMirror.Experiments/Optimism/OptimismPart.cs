using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Optimism;

/// <summary>A part of the experiment that is run after the convex ones, such as the network figure.</summary>
/// <param name="Section">Its chapter: curves and tables.</param>
/// <param name="Comparison">Its rows for the JSON document; may be empty.</param>
public sealed record OptimismPart(ReportSection Section, IReadOnlyList<ComparisonRow> Comparison)
{
    /// <summary>Its numbers beside the paper's; may be empty.</summary>
    public IReadOnlyList<PaperFigure> PaperFigures { get; init; } = [];

    /// <summary>The data sets that it read; may be empty.</summary>
    public IReadOnlyList<DataUse> Data { get; init; } = [];

    /// <summary>The network figure's numbers, if it is that part.</summary>
    public NetworkFigures? Network { get; init; }
}

/// <summary>Runs a part.</summary>
/// <param name="sizes">How much of it.</param>
/// <param name="cancellationToken">Ends it early.</param>
/// <exception cref="OperationCanceledException">Canceled.</exception>
public delegate OptimismPart OptimismPartRunner(OptimismSizes sizes, CancellationToken cancellationToken);
