namespace MetaMirror.Storage;

/// <summary>A gradient given to <see cref="OptimizerRun{T}.Apply"/> has a value that is NaN or infinite; parameters and state are as before the call.</summary>
public sealed class NonFiniteGradientException : ArithmeticException
{
    /// <summary>Names the place.</summary>
    /// <param name="tensor">Name of the tensor.</param>
    /// <param name="entry">Entry within the tensor, row-major, from 0.</param>
    /// <param name="step">Steps applied before.</param>
    /// <param name="value">What was found.</param>
    public NonFiniteGradientException(string tensor, int entry, int step, double value)
        : base(FormattableString.Invariant(
            $"The gradient of tensor '{tensor}' at step {step} is expected to be finite, but its entry {entry} is {value}; parameters and state are unchanged."))
    {
        Tensor = tensor;
        Entry = entry;
        Step = step;
    }

    /// <summary>Name of the tensor.</summary>
    public string Tensor { get; }

    /// <summary>Entry within the tensor, row-major, from 0.</summary>
    public int Entry { get; }

    /// <summary>Steps applied before.</summary>
    public int Step { get; }
}
