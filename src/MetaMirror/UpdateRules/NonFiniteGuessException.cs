namespace MetaMirror.UpdateRules;

/// <summary>
/// A target or a hint that a rule computed for itself has a value that is NaN or infinite; its own rates and state are as before the step, and it has not moved the parameters (rules in front of it in a chain may have). Training loops take it for what it is at
/// too large rates: the run diverged.
/// </summary>
public sealed class NonFiniteGuessException : InvalidOperationException
{
    /// <summary>Names the place.</summary>
    /// <param name="rule">Name of the rule.</param>
    /// <param name="guess">Which target or hint.</param>
    /// <param name="step">Step of the run, from 0.</param>
    /// <param name="tensor">Name of the tensor.</param>
    /// <param name="value">What was found.</param>
    public NonFiniteGuessException(string rule, string guess, int step, string tensor, double value)
        : base(FormattableString.Invariant($"{guess} of {rule} at step {step} is not finite: expected numbers, found {value} in '{tensor}'; the rule's rates and state are unchanged."))
    {
        Step = step;
        Tensor = tensor;
    }

    /// <summary>Step of the run, from 0.</summary>
    public int Step { get; }

    /// <summary>Name of the tensor.</summary>
    public string Tensor { get; }

    /// <summary>Throws if a guess is not finite.</summary>
    internal static void ThrowIf<T>(string rule, string guess, in StepContext<T> context, ReadOnlySpan<T> values)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        if (Numerics.Vectors.AllFinite(values))
            return;
        int bad = Numerics.Vectors.IndexOfNonFinite(values);
        throw new NonFiniteGuessException(rule, guess, context.Step, context.Layout.BlockAt(bad).Name, double.CreateTruncating(values[bad]));
    }
}
