using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Transform: gradient += lambda theta, the coupled form (L2 penalty) for any rule that follows.</summary>
/// <remarks>Meta-parameter: weight_decay.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class WeightDecay<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly RuleMetas<T> _metas;

    /// <summary>Takes lambda.</summary>
    /// <param name="weightDecay">lambda, at least 0.</param>
    /// <param name="learn">True to learn it. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">lambda is negative or not finite.</exception>
    public WeightDecay(double weightDecay, bool learn = false) =>
        _metas = new RuleMetas<T>(Name, learn ? ["weight_decay"] : []).NotNegative("weight_decay", weightDecay);

    /// <inheritdoc/>
    public override string Name => "weight-decay";

    /// <inheritdoc/>
    public override UpdateRule<T> Resized(ParameterLayout layout) => this;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        _metas.Require(context.Meta);
        Vectors.AddScaled(context.Meta[0], x.Theta, x.Gradient);
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        _metas.Require(context.Meta);
        _metas.Require(metaTangent);
        Vectors.AddScaled(context.Meta[0], tangent.Theta, tangent.Gradient);
        Vectors.AddScaled(metaTangent[0], x.Theta, tangent.Gradient);
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        _metas.Require(context.Meta);
        _metas.Require(metaCotangent);
        Vectors.AddScaled(context.Meta[0], cotangent.Gradient, cotangent.Theta);
        metaCotangent[0] += T.CreateTruncating(Vectors.Dot<T>(cotangent.Gradient, x.Theta));
    }
}
