namespace MetaMirror.Numerics;

/// <summary>What a search for leading eigenpairs took.</summary>
/// <param name="Converged">Whether every pair asked for is within the tolerance.</param>
/// <param name="Iterations">Rayleigh-Ritz steps.</param>
/// <param name="Products">Products of the matrix with the block.</param>
/// <param name="Residual">Largest ‖A v − λ v‖₂ over the pairs asked for, relative to the largest |λ| seen.</param>
public readonly record struct LeadingEigenReport(bool Converged, int Iterations, int Products, double Residual)
{
    /// <summary>The outcome in plain words, with advice.</summary>
    public string Verdict => Converged
        ? FormattableString.Invariant($"Subspace iteration converged in {Iterations} steps and {Products} products (relative residual {Residual:g3}).")
        : FormattableString.Invariant($"Subspace iteration stopped after {Iterations} steps and {Products} products with relative residual {Residual:g3}: ")
            + "the eigenvalues around the last one asked for are too close. Ask for another number of them, allow more products, or decompose the whole matrix.";
}
