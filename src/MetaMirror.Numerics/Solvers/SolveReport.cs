namespace MetaMirror.Numerics;

/// <summary>How a linear solve ended.</summary>
public enum SolveStatus
{
    /// <summary>The relative residual is within the tolerance.</summary>
    Converged = 0,

    /// <summary>All iterations were used before the tolerance was reached.</summary>
    MaximumIterations = 1,

    /// <summary>A direction p with pᵀAp &lt; 0 was met: A is not positive definite.</summary>
    NegativeCurvature = 2,

    /// <summary>The residual grew instead of shrinking, or a NaN or infinity appeared.</summary>
    Diverged = 3,

    /// <summary>The method cannot go on: A is singular along the search direction, or rounding stops all progress.</summary>
    Breakdown = 4,
}

/// <summary>The sign of pᵀAp over the directions p that a solver met: the smallest sign seen.</summary>
public enum CurvatureSign
{
    /// <summary>No direction was measured.</summary>
    Unknown = 0,

    /// <summary>All were positive.</summary>
    Positive = 1,

    /// <summary>One was zero to rounding, none negative.</summary>
    Zero = 2,

    /// <summary>One was negative.</summary>
    Negative = 3,
}

/// <summary>What a linear solver did. A failure is a value, not an exception, until <see cref="EnsureSucceeded"/> is called.</summary>
/// <param name="Solver">Name of the solver.</param>
/// <param name="Status">How the solve ended.</param>
/// <param name="Iterations">Iterations done (repeats for the Neumann series).</param>
/// <param name="Residual">‖b − A x‖₂ at the x that was returned.</param>
/// <param name="RelativeResidual">Residual / ‖b‖₂ (0 if both are 0).</param>
/// <param name="Curvature">Sign of pᵀAp.</param>
public sealed record SolveReport(string Solver, SolveStatus Status, int Iterations, double Residual, double RelativeResidual, CurvatureSign Curvature)
{
    /// <summary>True when a fixed number of iterations was asked for (tolerance 0), so that using them all is no failure.</summary>
    public bool TruncatedByRequest { get; init; }

    /// <summary>Whether the result may be used: converged, or truncated as asked without diverging.</summary>
    public bool Succeeded => Status == SolveStatus.Converged || (Status == SolveStatus.MaximumIterations && TruncatedByRequest);

    /// <summary>The outcome in plain words, with advice.</summary>
    public string Verdict => Status switch
    {
        SolveStatus.Converged => FormattableString.Invariant($"{Solver} converged in {Iterations} iterations (relative residual {RelativeResidual:g3})."),
        SolveStatus.MaximumIterations when TruncatedByRequest =>
            FormattableString.Invariant($"{Solver} was truncated after {Iterations} iterations as asked; relative residual {RelativeResidual:g3}."),
        SolveStatus.MaximumIterations => FormattableString.Invariant(
            $"{Solver} stopped after {Iterations} iterations with relative residual {RelativeResidual:g3}. ")
            + "Allow more iterations, a looser tolerance, or damping.",
        SolveStatus.NegativeCurvature => FormattableString.Invariant(
            $"{Solver} met negative curvature after {Iterations} iterations: the matrix is not positive definite, so this is no minimum. ")
            + "Train further, or add damping larger than the most negative eigenvalue.",
        SolveStatus.Diverged => FormattableString.Invariant(
            $"{Solver} diverged after {Iterations} iterations (residual {Residual:g3}). Make the step smaller than 2 over the largest eigenvalue, ")
            + "or use conjugate gradients; if the input has NaN or infinities, look there first.",
        _ => FormattableString.Invariant(
            $"{Solver} broke down after {Iterations} iterations with relative residual {RelativeResidual:g3}: ")
            + "the matrix is singular along the search direction or rounding stops progress. Add damping, or compute in double.",
    };

    /// <summary>This report if the solve succeeded.</summary>
    /// <returns>The report itself.</returns>
    /// <exception cref="SolveFailedException">It did not.</exception>
    public SolveReport EnsureSucceeded() => Succeeded ? this : throw new SolveFailedException(this);
}

/// <summary>Thrown by <see cref="SolveReport.EnsureSucceeded"/>; the message is the report's verdict.</summary>
public sealed class SolveFailedException : Exception
{
    /// <summary>Wraps a report.</summary>
    /// <param name="report">Report of the failed solve.</param>
    public SolveFailedException(SolveReport report)
        : base(report?.Verdict) => Report = report ?? throw new ArgumentNullException(nameof(report));

    /// <summary>What the solver did.</summary>
    public SolveReport Report { get; }
}
