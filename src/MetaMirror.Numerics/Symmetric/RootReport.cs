namespace MetaMirror.Numerics;

/// <summary>How the computation of a matrix root or mean ended.</summary>
public enum RootStatus
{
    /// <summary>The iteration settled to rounding.</summary>
    Converged = 0,

    /// <summary>A matrix has no Cholesky factor: it is indefinite, or singular to rounding.</summary>
    NotPositiveDefinite = 1,

    /// <summary>A direction did not grow to length one: the matrix is singular to rounding.</summary>
    Singular = 2,

    /// <summary>The iteration settled too far from its fixed point, or something left the range of numbers.</summary>
    Inaccurate = 3,
}

/// <summary>What a matrix root or mean took. A failure is a value, and the result is then left as it was.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Iterations">Newton-Schulz iterations.</param>
/// <param name="Residual">‖I − XᵀX‖_F of the orthogonal factor behind the result.</param>
public readonly record struct RootReport(RootStatus Status, int Iterations, double Residual)
{
    /// <summary>Whether the result was written.</summary>
    public bool Succeeded => Status == RootStatus.Converged;

    /// <summary>The outcome in plain words, with advice.</summary>
    public string Verdict => Status switch
    {
        RootStatus.Converged => FormattableString.Invariant($"Newton-Schulz converged in {Iterations} iterations (residual {Residual:g3})."),
        RootStatus.NotPositiveDefinite => "A matrix is not positive definite (indefinite, or singular to rounding): add a multiple of the identity.",
        RootStatus.Singular => FormattableString.Invariant(
            $"Newton-Schulz stopped after {Iterations} iterations with residual {Residual:g3}: a matrix is singular to rounding. Add a multiple of the identity."),
        _ => FormattableString.Invariant(
            $"Newton-Schulz settled after {Iterations} iterations at residual {Residual:g3}, far from its fixed point. Add a multiple of the identity, or compute in double."),
    };

    /// <summary>This report if it succeeded.</summary>
    /// <exception cref="ArithmeticException">It did not; the message is the verdict.</exception>
    public RootReport EnsureSucceeded() => Succeeded ? this : throw new ArithmeticException(Verdict);
}
