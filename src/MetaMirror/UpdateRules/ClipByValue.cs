using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Transform: every entry of the gradient moved into [-c, c] (PyTorch's clip_grad_value_). Its derivative is 1 inside and 0 outside.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ClipByValue<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _bound;

    /// <summary>Takes c.</summary>
    /// <param name="bound">c, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">c is not positive and finite.</exception>
    public ClipByValue(double bound)
    {
        _ = new RuleMetas<T>(Name, []).Positive("bound", bound);
        Bound = bound;
        _bound = T.CreateChecked(bound);
    }

    /// <summary>c.</summary>
    public double Bound { get; }

    /// <inheritdoc/>
    public override string Name => "clip-by-value";

    /// <inheritdoc/>
    public override bool UsesTheta => false;

    /// <inheritdoc/>
    public override bool PullsBackByGradientAlone => true;

    /// <inheritdoc/>
    public override UpdateRule<T> Resized(ParameterLayout layout) => this;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => [];

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x) => Clip(x.Gradient, _bound);

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent) => KeepInside(x.Gradient, tangent.Gradient);

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent) => KeepInside(x.Gradient, cotangent.Gradient);

    /// <summary>Moves every entry into [-c, c]; NaN stays NaN.</summary>
    internal static void Clip(Span<T> x, T c)
    {
        Vector<T> low = new(-c), high = new(c);
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
            Vector.Min(Vector.Max(new Vector<T>(x[i..]), low), high).CopyTo(x[i..]);
        for (; i < x.Length; i++)
            x[i] = T.Clamp(x[i], -c, c);
    }

    private void KeepInside(ReadOnlySpan<T> g, Span<T> derivative)
    {
        for (int i = 0; i < derivative.Length; i++)
        {
            if (!(T.Abs(g[i]) <= _bound))
                derivative[i] = T.Zero;
        }
    }
}
