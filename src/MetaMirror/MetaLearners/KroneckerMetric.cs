using System.Collections.Immutable;

namespace MetaMirror.MetaLearners;

/// <summary>A Kronecker metric Q = L x R of one weight tensor W (m x n): ||W||_Q^2 = tr(W^T L W R), with tr(R) = n.</summary>
/// <param name="Left">L, shape [m x m].</param>
/// <param name="Right">R, shape [n x n].</param>
/// <param name="Bounds">U with floors at the start and after every half-step: never rising. Empty where the data say nothing about U.</param>
/// <param name="Converged">Whether U settled.</param>
/// <param name="Verdict">How it ended, in plain words.</param>
public sealed record KroneckerMetric(double[] Left, double[] Right, ImmutableArray<double> Bounds, bool Converged, string Verdict)
{
    /// <summary>The last U; NaN where there is none.</summary>
    public double Bound => Bounds.IsDefaultOrEmpty ? double.NaN : Bounds[^1];
}
