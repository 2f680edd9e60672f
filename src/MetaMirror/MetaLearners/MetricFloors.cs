namespace MetaMirror.MetaLearners;

/// <summary>
/// What is added to A = mean of Delta Delta^T and G = mean of sum_t g_t g_t^T before a metric is computed, so that data of too few runs, which
/// leave directions out, still give a positive definite one (PAPERS 6.6): A + (eps^2 + r a) I, G + (zeta^2 + r g) I with a, g the mean diagonal entries.
/// </summary>
public sealed record MetricFloors
{
    /// <summary>eps, in parameter units. Default 0.</summary>
    public double Displacement { get; init; }

    /// <summary>zeta, in gradient units. Default 0.</summary>
    public double Gradient { get; init; }

    /// <summary>r, relative to the mean diagonal entry. Default 1e-6.</summary>
    public double Relative { get; init; } = 1e-6;

    /// <summary>Nothing is added.</summary>
    public static MetricFloors None { get; } = new() { Relative = 0 };

    /// <summary>What is added to the diagonals.</summary>
    /// <param name="meanA">Mean diagonal entry of A.</param>
    /// <param name="meanG">Mean diagonal entry of G.</param>
    internal (double A, double G) Of(double meanA, double meanG) =>
        ((Displacement * Displacement) + (Relative * meanA), (Gradient * Gradient) + (Relative * meanG));
}
