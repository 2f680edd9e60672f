using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>A rule that multiplies the step-size scale by a factor f(t, T; mu) and changes nothing else.</summary>
/// <remarks>Put it before the optimizer in a <see cref="Chain{T}"/>. f is evaluated in double.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Schedule<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<MetaParameterSpec<T>> _metas;

    /// <summary>Takes the declarations of the schedule's scalar meta-parameters.</summary>
    protected Schedule(IReadOnlyList<MetaParameterSpec<T>> metas) => _metas = metas;

    /// <inheritdoc/>
    public sealed override bool ChangesGradient => false;

    /// <inheritdoc/>
    public sealed override bool UsesTheta => false;

    /// <inheritdoc/>
    public sealed override bool PullsBackByGradientAlone => true;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas;

    /// <inheritdoc/>
    public sealed override int StateLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public sealed override int ScratchLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public sealed override UpdateRule<T> Resized(ParameterLayout layout) => this;

    /// <summary>f at step t of T, and its partial derivatives.</summary>
    /// <param name="step">t, from 0.</param>
    /// <param name="steps">T, at least 1.</param>
    /// <param name="meta">Natural values of the schedule's meta-parameters.</param>
    /// <param name="slope">df/dmu, overwritten; or empty for f alone.</param>
    public abstract double Factor(int step, int steps, ReadOnlySpan<T> meta, Span<double> slope);

    /// <inheritdoc/>
    public sealed override void Step(in StepContext<T> context, in Iterate<T> x) => x.Scale[0] *= T.CreateTruncating(Factor(context, []));

    /// <inheritdoc/>
    public sealed override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        Span<double> slope = stackalloc double[_metas.Count];
        double f = Factor(context, slope), df = 0;
        for (int i = 0; i < slope.Length; i++)
            df += slope[i] * double.CreateTruncating(metaTangent[i]);
        tangent.Scale[0] = T.CreateTruncating((f * double.CreateTruncating(tangent.Scale[0])) + (df * double.CreateTruncating(x.Scale[0])));
    }

    /// <inheritdoc/>
    public sealed override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        Span<double> slope = stackalloc double[_metas.Count];
        double f = Factor(context, slope), a = double.CreateTruncating(cotangent.Scale[0]);
        for (int i = 0; i < slope.Length; i++)
            metaCotangent[i] += T.CreateTruncating(a * slope[i] * double.CreateTruncating(x.Scale[0]));
        cotangent.Scale[0] = T.CreateTruncating(a * f);
    }

    private double Factor(in StepContext<T> context, Span<double> slope)
    {
        if (context.Meta.Length != _metas.Count)
            throw new ArgumentException($"{Name} was given {context.Meta.Length} meta-parameters, expected {_metas.Count}.", nameof(context));
        return Factor(context.Step, context.Steps, context.Meta, slope);
    }
}
