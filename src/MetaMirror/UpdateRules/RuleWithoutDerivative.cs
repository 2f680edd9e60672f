using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>An update rule that hypergradients refuse by name: it learns while it runs, or its step has no derivative of use.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class RuleWithoutDerivative<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <remarks>False.</remarks>
    public sealed override bool IsDifferentiable => false;

    /// <summary>Why there is none: the end of a sentence.</summary>
    protected abstract string Reason { get; }

    /// <summary>Not there.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public sealed override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent) => throw NoDerivative();

    /// <summary>Not there.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public sealed override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent) => throw NoDerivative();

    private NotSupportedException NoDerivative() => new($"{Name} has no derivative: {Reason}.");
}
