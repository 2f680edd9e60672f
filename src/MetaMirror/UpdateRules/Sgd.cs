using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="Sgd{T}"/>.</summary>
public sealed record SgdOptions
{
    /// <summary>Learning rate, positive.</summary>
    public required double LearningRate { get; init; }

    /// <summary>mu in [0, 1). Default: 0, no momentum buffer.</summary>
    public double Momentum { get; init; }

    /// <summary>tau in [0, 1]. Default: 0. Not used without momentum.</summary>
    public double Dampening { get; init; }

    /// <summary>Nesterov's form; needs momentum and no dampening. Default: false.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Coupled weight decay lambda (added to the gradient), at least 0. Default: 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Ascent instead of descent. Default: false.</summary>
    public bool Maximize { get; init; }

    /// <summary>Names of learned meta-parameters. Default: null, the learning rate alone.</summary>
    public ImmutableArray<string>? Learn { get; init; }
}

/// <summary>
/// Stochastic gradient descent as in PyTorch 1.13: g = +-gradient + lambda theta; b = mu b + (1 - tau) g (at Age 0: b = g);
/// theta -= eta b, with Nesterov theta -= eta (g + mu b), without momentum theta -= eta g. eta = learning_rate times the scale.
/// </summary>
/// <remarks>
/// Meta-parameters: learning_rate, weight_decay, and with momentum: momentum, and unless Nesterov: dampening. State with momentum: b, shape [n].
/// "With momentum" means that it starts above 0 or is learned.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Sgd<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, Decay = 1, Momentum = 2, Dampening = 3;
    private readonly RuleMetas<T> _metas;
    private readonly bool _hasMomentum;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range, or Nesterov's form is combined with dampening or no momentum.</exception>
    public Sgd(SgdOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        _metas = new RuleMetas<T>("sgd", options.Learn).Positive("learning_rate", options.LearningRate).NotNegative("weight_decay", options.WeightDecay);
        _hasMomentum = options.Momentum != 0 || _metas.Learns("momentum");
        if (options.Nesterov && (!_hasMomentum || options.Dampening != 0))
            throw new ArgumentException($"Nesterov's form needs momentum and no dampening, found momentum {options.Momentum} and dampening {options.Dampening}.", nameof(options));
        if (_hasMomentum)
            _metas.Fraction("momentum", options.Momentum);
        if (_hasMomentum && !options.Nesterov)
            _metas.ClosedFraction("dampening", options.Dampening);
        _metas.Checked();
    }

    /// <summary>The options.</summary>
    public SgdOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => Options.Nesterov ? "nesterov" : _hasMomentum ? "sgd-momentum" : "sgd";

    /// <inheritdoc/>
    public override UpdateRule<T> Resized(ParameterLayout layout) => this;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return _hasMomentum ? layout.Length : 0;
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        Map map = MapAt(context, x);
        CoordinateLoop.Step(ref map, _hasMomentum ? 1 : 0, x);
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        Map map = MapAt(context, x);
        _metas.Require(metaTangent);
        map.DEta = (metaTangent[Rate] * x.Scale[0]) + (context.Meta[Rate] * tangent.Scale[0]);
        map.DLambda = metaTangent[Decay];
        if (_hasMomentum && context.Age > 0)
        {
            map.DMu = metaTangent[Momentum];
            map.DQ = Options.Nesterov ? T.Zero : -metaTangent[Dampening];
        }

        map.DNu = Options.Nesterov ? metaTangent[Momentum] : T.Zero;
        CoordinateLoop.Jvp(ref map, _hasMomentum ? 1 : 0, x, tangent);
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        Map map = MapAt(context, x);
        _metas.Require(metaCotangent);
        CoordinateLoop.Vjp(ref map, _hasMomentum ? 1 : 0, x, cotangent);
        T aEta = T.CreateTruncating(map.AEta.Total);
        metaCotangent[Rate] += aEta * x.Scale[0];
        cotangent.Scale[0] += aEta * context.Meta[Rate];
        metaCotangent[Decay] += T.CreateTruncating(map.ALambda.Total);
        if (_hasMomentum && context.Age > 0)
        {
            metaCotangent[Momentum] += T.CreateTruncating(map.AMu.Total);
            if (!Options.Nesterov)
                metaCotangent[Dampening] -= T.CreateTruncating(map.AQ.Total);
        }

        if (Options.Nesterov)
            metaCotangent[Momentum] += T.CreateTruncating(map.ANu.Total);
    }

    private Map MapAt(in StepContext<T> context, in Iterate<T> x)
    {
        _metas.Require(context.Meta);
        bool first = context.Age == 0;
        return new Map
        {
            Sign = Options.Maximize ? -T.One : T.One,
            Eta = context.Meta[Rate] * x.Scale[0],
            Lambda = context.Meta[Decay],
            Mu = _hasMomentum && !first ? context.Meta[Momentum] : T.Zero,
            Q = first || Options.Nesterov || !_hasMomentum ? T.One : T.One - context.Meta[Dampening],
            P = Options.Nesterov || !_hasMomentum ? T.One : T.Zero,
            Nu = Options.Nesterov ? context.Meta[Momentum] : _hasMomentum ? T.One : T.Zero,
        };
    }

    /// <summary>g = sign gradient + lambda theta; b' = mu b + q g; theta' = theta - eta (p g + nu b').</summary>
    private struct Map : ICoordinateMap<T>
    {
        public T Sign, Eta, Lambda, Mu, Q, P, Nu;
        public T DEta, DLambda, DMu, DQ, DNu;
        public LaneSum<T> AEta, ALambda, AMu, AQ, ANu;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step(ref Coordinates<T> x)
        {
            var g = (x.Gradient * Sign) + (x.Theta * Lambda);
            x.S0 = (x.S0 * Mu) + (g * Q);
            x.Theta -= ((g * P) + (x.S0 * Nu)) * Eta;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Jvp(in Coordinates<T> x, ref Coordinates<T> d)
        {
            var g = (x.Gradient * Sign) + (x.Theta * Lambda);
            var b = (x.S0 * Mu) + (g * Q);
            var dg = (d.Gradient * Sign) + (d.Theta * Lambda) + (x.Theta * DLambda);
            d.S0 = (d.S0 * Mu) + (x.S0 * DMu) + (dg * Q) + (g * DQ);
            d.Theta -= (((dg * P) + (d.S0 * Nu) + (b * DNu)) * Eta) + (((g * P) + (b * Nu)) * DEta);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Vjp(in Coordinates<T> x, ref Coordinates<T> a)
        {
            var g = (x.Gradient * Sign) + (x.Theta * Lambda);
            var b = (x.S0 * Mu) + (g * Q);
            AEta.Add(-(a.Theta * ((g * P) + (b * Nu))));
            var aStep = a.Theta * -Eta;
            ANu.Add(aStep * b);
            var ab = a.S0 + (aStep * Nu);
            AMu.Add(ab * x.S0);
            AQ.Add(ab * g);
            a.S0 = ab * Mu;
            var ag = (aStep * P) + (ab * Q);
            ALambda.Add(ag * x.Theta);
            a.Theta += ag * Lambda;
            a.Gradient += ag * Sign;
        }
    }
}
