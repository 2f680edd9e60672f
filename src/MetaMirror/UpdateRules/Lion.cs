using System.Numerics;
using System.Runtime.Intrinsics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="Lion{T}"/>; defaults are its authors'.</summary>
public sealed record LionOptions
{
    /// <summary>Learning rate, positive: how far every parameter moves in a step. The authors advise a third to a tenth of AdamW's. Default: 0.0001.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>beta1 in [0, 1), the interpolation whose sign is taken. Default: 0.9.</summary>
    public double Beta1 { get; init; } = .9;

    /// <summary>beta2 in [0, 1), the average that is kept. Default: 0.99.</summary>
    public double Beta2 { get; init; } = .99;

    /// <summary>Decoupled weight decay lambda, at least 0. The authors advise 3 to 10 times AdamW's, so that learning rate times decay stays. Default: 0.</summary>
    public double WeightDecay { get; init; }
}

/// <summary>
/// Lion (Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", arXiv:2302.06675, Algorithm 2): c = beta1 m + (1 - beta1) g;
/// theta -= eta (sign(c) + lambda theta); m = beta2 m + (1 - beta2) g, eta = learning_rate times the scale, sign(0) = 0.
/// </summary>
/// <remarks>Meta-parameters: learning_rate, beta1, beta2, weight_decay. State: m, shape [n]. No derivative: that of a sign is zero almost everywhere.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Lion<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, First = 1, Second = 2, Decay = 3;
    private readonly RuleMetas<T> _metas;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public Lion(LionOptions? options = null)
    {
        Options = options ?? new LionOptions();
        _metas = new RuleMetas<T>(Name, []).Positive("learning_rate", Options.LearningRate).Fraction("beta1", Options.Beta1)
            .Fraction("beta2", Options.Beta2).NotNegative("weight_decay", Options.WeightDecay).Checked();
    }

    /// <summary>The options.</summary>
    public LionOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "lion";

    /// <inheritdoc/>
    protected override string Reason => "that of a sign is zero almost everywhere";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return layout.Length;
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        _metas.Require(context.Meta);
        T eta = context.Meta[Rate] * x.Scale[0], beta1 = context.Meta[First], beta2 = context.Meta[Second];
        var map = new LionMap<T>
        {
            Keep = Vector256.Create(T.One - (eta * context.Meta[Decay])),
            Eta = Vector256.Create(eta),
            Beta1 = Vector256.Create(beta1),
            Rest1 = Vector256.Create(T.One - beta1),
            Beta2 = Vector256.Create(beta2),
            Rest2 = Vector256.Create(T.One - beta2),
        };
        CoordinateLoop.Step(ref map, 1, x);
    }
}
