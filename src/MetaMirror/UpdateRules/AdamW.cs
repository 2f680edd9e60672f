using System.Numerics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) as in PyTorch 1.13, decoupled weight decay: theta = (1 - eta lambda) theta, then Adam's step with
/// g = +-gradient; eta = learning_rate times the scale.
/// </summary>
/// <remarks>Meta-parameters: learning_rate, beta1, beta2, weight_decay. State: m, v, shape [2 x n].</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AdamW<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly AdamMoments<T> _moments;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range, or a name to learn is unknown.</exception>
    public AdamW(AdamOptions? options = null)
    {
        Options = options ?? new AdamOptions();
        _moments = new AdamMoments<T>(Name, Options, decoupled: true);
    }

    /// <summary>The options.</summary>
    public AdamOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "adamw";

    /// <inheritdoc/>
    public override UpdateRule<T> Resized(ParameterLayout layout) => this;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _moments.Metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return checked(2 * layout.Length);
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x) => _moments.Step(context, x);

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent) =>
        _moments.Jvp(context, x, metaTangent, tangent);

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent) =>
        _moments.Vjp(context, x, cotangent, metaCotangent);
}
