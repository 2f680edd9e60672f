using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Changes nothing: the neutral element of <see cref="Chain{T}"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Identity<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override bool UsesTheta => false;

    /// <inheritdoc/>
    public override bool PullsBackByGradientAlone => true;

    /// <inheritdoc/>
    public override string Name => "identity";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => [];

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
    }
}
