using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="NAdam{T}"/>.</summary>
public sealed record NAdamOptions
{
    /// <summary>Learning rate, positive. Default: 0.002.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>beta1 in [0, 1). Default: 0.9.</summary>
    public double Beta1 { get; init; } = .9;

    /// <summary>beta2 in [0, 1). Default: 0.999.</summary>
    public double Beta2 { get; init; } = .999;

    /// <summary>eps, positive, added to the root after the bias correction; fixed. Default: 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Coupled weight decay lambda, at least 0. Default: 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>psi, at least 0. Default: 0.004.</summary>
    public double MomentumDecay { get; init; } = 4e-3;

    /// <summary>Names of learned meta-parameters. Default: null, the learning rate alone.</summary>
    public ImmutableArray<string>? Learn { get; init; }
}

/// <summary>
/// NAdam (Dozat 2016) as PyTorch documents it: Adam's g, m, v; mu_t = beta1 (1 - 0.96^(t psi) / 2), p_t = mu_1 ... mu_t;
/// theta -= eta [(1 - mu_t) / (1 - p_t) g + mu_{t+1} / (1 - p_t mu_{t+1}) m] / (sqrt(v / (1 - beta2^t)) + eps), t = Age + 1.
/// </summary>
/// <remarks>Meta-parameters: learning_rate, beta1, beta2, weight_decay, momentum_decay. State: m, v, p, length 2n + 1. Differs from PyTorch 1.13's code, which has mu_t
/// twice in the product of the next step (corrected in 2.0) and rounds that product to single precision.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class NAdam<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, First = 1, Second = 2, Decay = 3, MomentumDecay = 4;
    private readonly RuleMetas<T> _metas;
    private readonly T _epsilon;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range, or a name to learn is unknown.</exception>
    public NAdam(NAdamOptions? options = null)
    {
        Options = options ?? new NAdamOptions();
        _metas = new RuleMetas<T>(Name, Options.Learn).Positive("learning_rate", Options.LearningRate).Fraction("beta1", Options.Beta1)
            .Fraction("beta2", Options.Beta2).NotNegative("weight_decay", Options.WeightDecay).NotNegative("momentum_decay", Options.MomentumDecay).Checked();
        _epsilon = _metas.Epsilon(Options.Epsilon);
    }

    /// <summary>The options.</summary>
    public NAdamOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "nadam";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return checked((2 * layout.Length) + 1);
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        NAdamMap<T> map = MapAt(context, x, out NAdamCoefficients c);
        CoordinateLoop.Step(ref map, 2, x);
        x.State[2 * x.Theta.Length] = T.CreateTruncating(c.Product);
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        NAdamMap<T> map = MapAt(context, x, out NAdamCoefficients c);
        _metas.Require(metaTangent);
        double scale = ToDouble(x.Scale[0]), rate = ToDouble(context.Meta[Rate]);
        ref T dP = ref tangent.State[2 * x.Theta.Length];
        NAdamTangent d = c.Jvp(
            (ToDouble(metaTangent[Rate]) * scale) + (rate * ToDouble(tangent.Scale[0])), ToDouble(metaTangent[First]), ToDouble(metaTangent[MomentumDecay]), ToDouble(dP));
        map.DOfGradient = T.CreateTruncating(d.OfGradient);
        map.DOfMoment = T.CreateTruncating(d.OfMoment);
        map.DCorrection = T.CreateTruncating(c.CorrectionByBeta2 * ToDouble(metaTangent[Second]));
        map.DBeta1 = metaTangent[First];
        map.DBeta2 = metaTangent[Second];
        map.DLambda = metaTangent[Decay];
        dP = T.CreateTruncating(d.Product);
        CoordinateLoop.Jvp(ref map, 2, x, tangent);
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        NAdamMap<T> map = MapAt(context, x, out NAdamCoefficients c);
        _metas.Require(metaCotangent);
        CoordinateLoop.Vjp(ref map, 2, x, cotangent);
        ref T aP = ref cotangent.State[2 * x.Theta.Length];
        (double aEta, double aBeta1, double aPsi, double aPrevious) = c.Vjp(new NAdamTangent(map.AOfGradient.Total, map.AOfMoment.Total, ToDouble(aP)));
        metaCotangent[Rate] += T.CreateTruncating(aEta * ToDouble(x.Scale[0]));
        cotangent.Scale[0] += T.CreateTruncating(aEta * ToDouble(context.Meta[Rate]));
        metaCotangent[First] += T.CreateTruncating(map.ABeta1.Total + aBeta1);
        metaCotangent[Second] += T.CreateTruncating(map.ABeta2.Total + (map.ACorrection.Total * c.CorrectionByBeta2));
        metaCotangent[Decay] += T.CreateTruncating(map.ALambda.Total);
        metaCotangent[MomentumDecay] += T.CreateTruncating(aPsi);
        aP = T.CreateTruncating(aPrevious);
    }

    private NAdamMap<T> MapAt(in StepContext<T> context, in Iterate<T> x, out NAdamCoefficients c)
    {
        _metas.Require(context.Meta);
        if (x.State.Length != (2 * x.Theta.Length) + 1)
            throw new ArgumentException($"NAdam's state has length {x.State.Length}, expected {(2 * x.Theta.Length) + 1}.", nameof(x));
        c = new NAdamCoefficients(
            context.Age, ToDouble(context.Meta[Rate]) * ToDouble(x.Scale[0]), ToDouble(context.Meta[First]), ToDouble(context.Meta[Second]),
            ToDouble(context.Meta[MomentumDecay]), ToDouble(x.State[2 * x.Theta.Length]));
        return new NAdamMap<T>
        {
            Epsilon = _epsilon,
            Lambda = context.Meta[Decay],
            Beta1 = context.Meta[First],
            Beta2 = context.Meta[Second],
            Correction = T.CreateTruncating(c.Correction),
            OfGradient = T.CreateTruncating(c.OfGradient),
            OfMoment = T.CreateTruncating(c.OfMoment),
        };
    }
}
