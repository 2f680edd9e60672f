namespace MetaMirror.Divergences;

/// <summary>A mirror step that is computed by iteration did not reach its tolerance; nothing was stepped.</summary>
public sealed class MirrorStepFailedException : Exception
{
    /// <summary>Says which step failed, how far it was, and what to do.</summary>
    /// <param name="step">Name of the step.</param>
    /// <param name="residual">Relative residual reached.</param>
    /// <param name="tolerance">Relative residual wanted.</param>
    /// <param name="iterations">Iterations done.</param>
    /// <param name="advice">One sentence.</param>
    public MirrorStepFailedException(string step, double residual, double tolerance, int iterations, string advice)
        : base(FormattableString.Invariant($"{step} did not converge: relative residual {residual:g3} after {iterations} iterations, wanted {tolerance:g3}. {advice}"))
    {
        Residual = residual;
        Iterations = iterations;
    }

    /// <summary>Relative residual reached.</summary>
    public double Residual { get; }

    /// <summary>Iterations done.</summary>
    public int Iterations { get; }
}
