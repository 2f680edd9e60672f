using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Transform: gradient scaled to length c where it is longer, gradient *= min(1, c / ||gradient||_2), over all tensors together.</summary>
/// <remarks>Meta-parameter: max_norm (c). Norm and products are taken in double. Differs from PyTorch: no 1e-6 is added to the norm.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ClipByNorm<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly RuleMetas<T> _metas;

    /// <summary>Takes c.</summary>
    /// <param name="maxNorm">c, positive.</param>
    /// <param name="learn">True to learn it. Default: false.</param>
    /// <exception cref="ArgumentOutOfRangeException">c is not positive and finite.</exception>
    public ClipByNorm(double maxNorm, bool learn = false) =>
        _metas = new RuleMetas<T>(Name, learn ? ["max_norm"] : []).Positive("max_norm", maxNorm);

    /// <inheritdoc/>
    public override string Name => "clip-by-norm";

    /// <inheritdoc/>
    public override bool UsesTheta => false;

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
        if (IsClipped(context, x, out double c, out double norm))
            Vectors.Scale(T.CreateTruncating(c / norm), x.Gradient);
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        _metas.Require(metaTangent);
        if (!IsClipped(context, x, out double c, out double norm))
            return;
        double along = Vectors.Dot<T>(x.Gradient, tangent.Gradient) / norm / norm;
        double dc = double.CreateTruncating(metaTangent[0]);
        Vectors.LinearCombination(T.CreateTruncating(c / norm), tangent.Gradient, T.CreateTruncating((dc - (c * along)) / norm), x.Gradient, tangent.Gradient);
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        _metas.Require(metaCotangent);
        if (!IsClipped(context, x, out double c, out double norm))
            return;
        double dot = Vectors.Dot<T>(x.Gradient, cotangent.Gradient);
        metaCotangent[0] += T.CreateTruncating(dot / norm);
        Vectors.LinearCombination(T.CreateTruncating(c / norm), cotangent.Gradient, T.CreateTruncating(-c * (dot / norm / norm) / norm), x.Gradient, cotangent.Gradient);
    }

    private bool IsClipped(in StepContext<T> context, in Iterate<T> x, out double c, out double norm)
    {
        _metas.Require(context.Meta);
        c = double.CreateTruncating(context.Meta[0]);
        norm = Math.Sqrt(Vectors.SquaredNorm<T>(x.Gradient));
        return norm > c;
    }
}
