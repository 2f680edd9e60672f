using System.Numerics;
using MetaMirror.Divergences;

namespace MetaMirror.UpdateRules;

/// <summary>
/// Mirror descent (MetaMD v1, Eq. 1 in convention C1): theta = argmin &lt;g, theta&gt; + B_phi(theta || theta_t) / eta, eta = learning_rate times the scale.
/// </summary>
/// <remarks>Meta-parameters: the divergence's, then learning_rate. State and scratch are the divergence's. Differs from the paper: no 1/2 before B.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MirrorDescent<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly RuleMetas<T> _rate;

    /// <summary>Mirror descent in a divergence.</summary>
    /// <param name="divergence">phi.</param>
    /// <param name="learningRate">eta at scale 1, positive.</param>
    /// <param name="learnRate">True to learn eta too. Default: false, since a metric of free scale holds it already.</param>
    /// <exception cref="ArgumentOutOfRangeException">eta is not positive and finite.</exception>
    public MirrorDescent(Divergence<T> divergence, double learningRate, bool learnRate = false)
    {
        ArgumentNullException.ThrowIfNull(divergence);
        Divergence = divergence;
        _rate = new RuleMetas<T>(Name, learnRate ? ["learning_rate"] : []).Positive("learning_rate", learningRate);
    }

    /// <summary>phi.</summary>
    public Divergence<T> Divergence { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override bool PullsBackByGradientAlone => Divergence.PullsBackByGradientAlone;

    /// <inheritdoc/>
    internal override bool OverwritesFresh => Divergence.OverwritesFresh;

    /// <inheritdoc/>
    public override string Name => "mirror-descent";

    /// <inheritdoc/>
    public override MirrorView<T> Mirror(ParameterLayout layout)
    {
        int length = Divergence.MetaSpecs(layout).Sum(s => s.Length);
        return new MirrorView<T>(Divergence, 0, length, length);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => [.. Divergence.MetaSpecs(layout), .. _rate.Specs];

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout) => Divergence.StateLength(layout);

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => Divergence.ScratchLength(layout);

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x) =>
        Divergence.Step(ContextOf(context), context.Meta[^1] * x.Scale[0], x.Gradient, x.Theta, x.State);

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        T rate = context.Meta[^1];
        T dEta = (metaTangent[^1] * x.Scale[0]) + (rate * tangent.Scale[0]);
        Divergence.StepJvp(
            ContextOf(context), rate * x.Scale[0], x.Gradient, x.Theta, x.State, metaTangent[..^1], dEta, tangent.Gradient, tangent.Theta, tangent.State);
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        T rate = context.Meta[^1];
        Span<T> aEta = stackalloc T[1];
        aEta.Clear();
        Divergence.StepVjp(
            ContextOf(context, cotangent.IsFresh), rate * x.Scale[0], x.Gradient, x.Theta, x.State,
            cotangent.Theta, cotangent.State, cotangent.Gradient, metaCotangent[..^1], aEta);
        metaCotangent[^1] += aEta[0] * x.Scale[0];
        cotangent.Scale[0] += aEta[0] * rate;
    }

    private static DivergenceContext<T> ContextOf(in StepContext<T> context, bool isFresh = false) => new()
    {
        Layout = context.Layout, Meta = context.Meta[..^1], Scratch = context.Scratch, Age = context.Age, IsFresh = isFresh,
    };
}
