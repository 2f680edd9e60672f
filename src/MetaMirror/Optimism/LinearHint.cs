using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Optimism;

/// <summary>
/// A hint that keeps one vector v and is linear in it: v' = Keep v + Take g, gradient = Present g + Past v + Next v' (<see cref="HintCoefficients{T}"/>),
/// g scaled first if the hint takes the scale. Variants give the five numbers and their slopes.
/// </summary>
/// <remarks>State: v, shape [n], zero at first.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class LinearHint<T> : Hint<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ImmutableArray<MetaParameterSpec<T>> _specs;

    /// <summary>Takes the declarations of the scalar meta-parameters.</summary>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    protected LinearHint(IReadOnlyList<MetaParameterSpec<T>> specs)
    {
        ArgumentNullException.ThrowIfNull(specs);
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            throw new NotSupportedException($"Hints work on float and double, not on {typeof(T).Name}.");
        _specs = [.. specs];
    }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _specs;

    /// <inheritdoc/>
    public sealed override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return layout.Length;
    }

    /// <inheritdoc/>
    public sealed override int ScratchLength(ParameterLayout layout) => 0;

    /// <summary>The five numbers.</summary>
    /// <param name="meta">Natural values of the meta-parameters.</param>
    /// <param name="first">True at Age 0, where v = 0 was never set.</param>
    public abstract HintCoefficients<T> Coefficients(ReadOnlySpan<T> meta, bool first);

    /// <summary>Their derivative in meta-parameter number <paramref name="index"/>.</summary>
    /// <param name="meta">Natural values of the meta-parameters.</param>
    /// <param name="first">As for the numbers.</param>
    /// <param name="index">Which meta-parameter.</param>
    public abstract HintCoefficients<T> Slope(ReadOnlySpan<T> meta, bool first, int index);

    /// <inheritdoc/>
    public sealed override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        Check(context, x, context.Meta.Length);
        LinearFilter<T>.Step(Coefficients(context.Meta, context.Age == 0), TakesScale ? x.Scale[0] : T.One, x.Gradient, x.State);
        if (TakesScale)
            x.Scale[0] = T.One;
    }

    /// <inheritdoc/>
    public sealed override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        Check(context, x, metaTangent.Length);
        Check(context, tangent, metaTangent.Length);
        bool first = context.Age == 0;
        HintCoefficients<T> slope = default;
        for (int i = 0; i < metaTangent.Length; i++)
            slope = slope.Plus(metaTangent[i], Slope(context.Meta, first, i));
        LinearFilter<T>.Jvp(
            Coefficients(context.Meta, first), slope, TakesScale ? x.Scale[0] : T.One, TakesScale ? tangent.Scale[0] : T.Zero, x.Gradient, x.State, tangent.Gradient, tangent.State);
        if (TakesScale)
            tangent.Scale[0] = T.Zero;
    }

    /// <inheritdoc/>
    public sealed override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        Check(context, x, metaCotangent.Length);
        Check(context, cotangent, metaCotangent.Length);
        bool first = context.Age == 0;
        HintCoefficients<T> a = LinearFilter<T>.Vjp(
            Coefficients(context.Meta, first), TakesScale ? x.Scale[0] : T.One, x.Gradient, x.State, cotangent.Gradient, cotangent.State, out T aScale);
        for (int i = 0; i < metaCotangent.Length; i++)
            metaCotangent[i] += a.Dot(Slope(context.Meta, first, i));
        if (TakesScale)
            cotangent.Scale[0] = aScale;
    }

    private void Check(in StepContext<T> context, in Iterate<T> x, int tangents)
    {
        if (context.Meta.Length != _specs.Length || tangents != _specs.Length)
            throw new ArgumentException($"{Name} was given {context.Meta.Length} meta-parameters and {tangents} tangents, expected {_specs.Length}.", nameof(context));
        context.Layout.RequireLength(x.Gradient.Length, nameof(x));
        context.Layout.RequireLength(x.State.Length, nameof(x));
    }
}
