using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="Adam{T}"/> and <see cref="AdamW{T}"/>.</summary>
public sealed record AdamOptions
{
    /// <summary>Learning rate, positive. Default: 0.001.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>beta1 in [0, 1). Default: 0.9.</summary>
    public double Beta1 { get; init; } = .9;

    /// <summary>beta2 in [0, 1). Default: 0.999.</summary>
    public double Beta2 { get; init; } = .999;

    /// <summary>eps, positive, added to the root after the bias correction; fixed. Default: 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Weight decay lambda, at least 0. Default: 0. (PyTorch's AdamW has 0.01; here it is 0 unless given.)</summary>
    public double WeightDecay { get; init; }

    /// <summary>Ascent instead of descent. Default: false.</summary>
    public bool Maximize { get; init; }

    /// <summary>Names of learned meta-parameters. Default: null, the learning rate alone.</summary>
    public ImmutableArray<string>? Learn { get; init; }
}

/// <summary>
/// Adam (Kingma and Ba 2015) as in PyTorch 1.13, weight decay in the gradient: g = +-gradient + lambda theta; m = beta1 m + (1 - beta1) g;
/// v = beta2 v + (1 - beta2) g^2; theta -= eta / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps), t = Age + 1, eta = learning_rate times the scale.
/// </summary>
/// <remarks>Meta-parameters: learning_rate, beta1, beta2, weight_decay. State: m, v, shape [2 x n].</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Adam<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly AdamMoments<T> _moments;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range, or a name to learn is unknown.</exception>
    public Adam(AdamOptions? options = null)
    {
        Options = options ?? new AdamOptions();
        _moments = new AdamMoments<T>(Name, Options, decoupled: false);
    }

    /// <summary>The options.</summary>
    public AdamOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "adam";

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
