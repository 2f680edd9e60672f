using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>f = min(1, (t + 1) / W): the step grows linearly over the first W steps.</summary>
/// <remarks>No meta-parameters.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Warmup<T> : Schedule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Takes W.</summary>
    /// <param name="steps">W, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">W is below 1.</exception>
    public Warmup(int steps)
        : base([])
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Steps = steps;
    }

    /// <summary>W.</summary>
    public int Steps { get; }

    /// <inheritdoc/>
    public override string Name => "warmup";

    /// <inheritdoc/>
    public override double Factor(int step, int steps, ReadOnlySpan<T> meta, Span<double> slope) => Math.Min(1, (step + 1.0) / Steps);
}
