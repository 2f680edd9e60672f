using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="RmsProp{T}"/>.</summary>
public sealed record RmsPropOptions
{
    /// <summary>Learning rate, positive. Default: 0.01.</summary>
    public double LearningRate { get; init; } = 1e-2;

    /// <summary>alpha in [0, 1). Default: 0.99.</summary>
    public double Alpha { get; init; } = .99;

    /// <summary>eps, positive, added to the root; fixed. Default: 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>mu in [0, 1). Default: 0, no momentum buffer.</summary>
    public double Momentum { get; init; }

    /// <summary>True to subtract the square of the mean gradient. Default: false.</summary>
    public bool Centered { get; init; }

    /// <summary>Coupled weight decay lambda, at least 0. Default: 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Ascent instead of descent. Default: false.</summary>
    public bool Maximize { get; init; }

    /// <summary>Names of learned meta-parameters. Default: null, the learning rate alone.</summary>
    public ImmutableArray<string>? Learn { get; init; }
}

/// <summary>
/// RMSprop (Tieleman and Hinton 2012) as in PyTorch 1.13: g = +-gradient + lambda theta; v = alpha v + (1 - alpha) g^2; centered:
/// h = alpha h + (1 - alpha) g, d = sqrt(v - h^2) + eps, otherwise d = sqrt(v) + eps; b = mu b + g / d, theta -= eta b;
/// without momentum theta -= eta g / d. eta = learning_rate times the scale.
/// </summary>
/// <remarks>
/// Meta-parameters: learning_rate, alpha, weight_decay, and with momentum (it starts above 0 or is learned): momentum. State: v, then h if
/// centered, then b with momentum, each of shape [n]. A difference v - h^2 that rounding made negative counts as 0 (PyTorch gives NaN).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class RmsProp<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, Alpha = 1, Decay = 2, Momentum = 3;
    private readonly RuleMetas<T> _metas;
    private readonly T _epsilon;
    private readonly bool _hasMomentum;
    private readonly int _vectors;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range, or a name to learn is unknown.</exception>
    public RmsProp(RmsPropOptions? options = null)
    {
        Options = options ?? new RmsPropOptions();
        _metas = new RuleMetas<T>(Name, Options.Learn).Positive("learning_rate", Options.LearningRate)
            .Fraction("alpha", Options.Alpha).NotNegative("weight_decay", Options.WeightDecay);
        _hasMomentum = Options.Momentum != 0 || _metas.Learns("momentum");
        if (_hasMomentum)
            _metas.Fraction("momentum", Options.Momentum);
        _metas.Checked();
        _epsilon = _metas.Epsilon(Options.Epsilon);
        _vectors = 1 + (Options.Centered ? 1 : 0) + (_hasMomentum ? 1 : 0);
    }

    /// <summary>The options.</summary>
    public RmsPropOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "rmsprop";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return checked(_vectors * layout.Length);
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        RmsPropMap<T> map = MapAt(context, x);
        CoordinateLoop.Step(ref map, _vectors, x);
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        RmsPropMap<T> map = MapAt(context, x);
        _metas.Require(metaTangent);
        map.DEta = (metaTangent[Rate] * x.Scale[0]) + (context.Meta[Rate] * tangent.Scale[0]);
        map.DAlpha = metaTangent[Alpha];
        map.DLambda = metaTangent[Decay];
        map.DMu = _hasMomentum ? metaTangent[Momentum] : T.Zero;
        CoordinateLoop.Jvp(ref map, _vectors, x, tangent);
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        RmsPropMap<T> map = MapAt(context, x);
        _metas.Require(metaCotangent);
        CoordinateLoop.Vjp(ref map, _vectors, x, cotangent);
        T aEta = T.CreateTruncating(map.AEta.Total);
        metaCotangent[Rate] += aEta * x.Scale[0];
        cotangent.Scale[0] += aEta * context.Meta[Rate];
        metaCotangent[Alpha] += T.CreateTruncating(map.AAlpha.Total);
        metaCotangent[Decay] += T.CreateTruncating(map.ALambda.Total);
        if (_hasMomentum)
            metaCotangent[Momentum] += T.CreateTruncating(map.AMu.Total);
    }

    private RmsPropMap<T> MapAt(in StepContext<T> context, in Iterate<T> x)
    {
        _metas.Require(context.Meta);
        return new RmsPropMap<T>
        {
            Centered = Options.Centered,
            HasMomentum = _hasMomentum,
            Sign = Options.Maximize ? -T.One : T.One,
            Epsilon = _epsilon,
            Eta = context.Meta[Rate] * x.Scale[0],
            Alpha = context.Meta[Alpha],
            Lambda = context.Meta[Decay],
            Mu = _hasMomentum ? context.Meta[Momentum] : T.Zero,
        };
    }
}
