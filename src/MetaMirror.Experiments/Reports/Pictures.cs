using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>How often each component of a maximum of N potentials was the active one (MetaMD, Figure 5).</summary>
/// <param name="Optimizer">Name of the optimizer.</param>
/// <param name="ByStepAndComponent">Frequencies over tasks and seeds, shape [steps][components]; each row sums to 1.</param>
public sealed record ActivationFrequencies(string Optimizer, double[][] ByStepAndComponent)
{
    /// <summary>Components that were never active; reported beside the picture.</summary>
    public int Dead { get; init; }
}

/// <summary>A matrix (or a part of one) drawn as an image. Pictures with the same caption share one grid and one color scale.</summary>
/// <param name="Title">Written above the image.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Number of columns.</param>
/// <param name="Values">Row-major, shape [rows * columns].</param>
/// <param name="Caption">Written below the grid.</param>
public sealed record PreconditionerPicture(string Title, int Rows, int Columns, double[] Values, string Caption);

/// <summary>Paths of optimizers on one two-dimensional quadratic (MetaMD, Figure 1).</summary>
/// <param name="Title">Written above the picture.</param>
/// <param name="Quadratic">The quadratic.</param>
/// <param name="Paths">One path per optimizer.</param>
/// <param name="Caption">Written below the picture.</param>
public sealed record QuadraticPicture(string Title, PlaneQuadratic Quadratic, IReadOnlyList<OptimizerPath> Paths, string Caption);

/// <summary>The points an optimizer visited.</summary>
/// <param name="Optimizer">Name, as in <see cref="ComparisonRow.Optimizer"/>.</param>
/// <param name="X">First coordinates, shape [n].</param>
/// <param name="Y">Second coordinates, shape [n].</param>
public sealed record OptimizerPath(string Optimizer, double[] X, double[] Y);

/// <summary>Any other picture of a report.</summary>
/// <param name="Plot">The picture.</param>
/// <param name="Caption">Written below it.</param>
public sealed record ReportFigure(Plot Plot, string Caption);
