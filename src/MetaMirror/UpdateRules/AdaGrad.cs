using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="AdaGrad{T}"/>.</summary>
public sealed record AdaGradOptions
{
    /// <summary>Learning rate, positive. Default: 0.01.</summary>
    public double LearningRate { get; init; } = 1e-2;

    /// <summary>delta in eta / (1 + Age delta), at least 0. Default: 0.</summary>
    public double LearningRateDecay { get; init; }

    /// <summary>Where the sum of squares starts, at least 0; fixed. Default: 0.</summary>
    public double InitialAccumulator { get; init; }

    /// <summary>eps, positive, added to the root; fixed. Default: 1e-10.</summary>
    public double Epsilon { get; init; } = 1e-10;

    /// <summary>Coupled weight decay lambda, at least 0. Default: 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Ascent instead of descent. Default: false.</summary>
    public bool Maximize { get; init; }

    /// <summary>Names of learned meta-parameters. Default: null, the learning rate alone.</summary>
    public ImmutableArray<string>? Learn { get; init; }
}

/// <summary>
/// AdaGrad (Duchi, Hazan and Singer 2011) as in PyTorch 1.13: g = +-gradient + lambda theta; s += g^2;
/// theta -= eta / (1 + Age delta) g / (sqrt(s) + eps), eta = learning_rate times the scale.
/// </summary>
/// <remarks>Meta-parameters: learning_rate, lr_decay, weight_decay. State: s, shape [n].</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AdaGrad<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, RateDecay = 1, Decay = 2;
    private readonly RuleMetas<T> _metas;
    private readonly T _epsilon;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range, or a name to learn is unknown.</exception>
    public AdaGrad(AdaGradOptions? options = null)
    {
        Options = options ?? new AdaGradOptions();
        _metas = new RuleMetas<T>(Name, Options.Learn).Positive("learning_rate", Options.LearningRate)
            .NotNegative("lr_decay", Options.LearningRateDecay).NotNegative("weight_decay", Options.WeightDecay).Checked();
        _epsilon = _metas.Epsilon(Options.Epsilon);
        if (!(Options.InitialAccumulator >= 0 && double.IsFinite(Options.InitialAccumulator)))
            throw new ArgumentOutOfRangeException(nameof(options), Options.InitialAccumulator, "AdaGrad's initial accumulator must be at least 0 and finite.");
    }

    /// <summary>The options.</summary>
    public AdaGradOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "adagrad";

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
        Map map = MapAt(context, x);
        CoordinateLoop.Step(ref map, 1, x);
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        Map map = MapAt(context, x);
        _metas.Require(metaTangent);
        T age = T.CreateTruncating(context.Age), growth = T.One + (age * context.Meta[RateDecay]);
        T dEta = (metaTangent[Rate] * x.Scale[0]) + (context.Meta[Rate] * tangent.Scale[0]);
        map.DRate = (dEta - (map.Rate * age * metaTangent[RateDecay])) / growth;
        map.DLambda = metaTangent[Decay];
        CoordinateLoop.Jvp(ref map, 1, x, tangent);
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        Map map = MapAt(context, x);
        _metas.Require(metaCotangent);
        CoordinateLoop.Vjp(ref map, 1, x, cotangent);
        T age = T.CreateTruncating(context.Age), growth = T.One + (age * context.Meta[RateDecay]);
        T aEta = T.CreateTruncating(map.ARate.Total) / growth;
        metaCotangent[Rate] += aEta * x.Scale[0];
        cotangent.Scale[0] += aEta * context.Meta[Rate];
        metaCotangent[RateDecay] -= aEta * map.Rate * age;
        metaCotangent[Decay] += T.CreateTruncating(map.ALambda.Total);
    }

    private Map MapAt(in StepContext<T> context, in Iterate<T> x)
    {
        _metas.Require(context.Meta);
        bool first = context.Age == 0;
        return new Map
        {
            Sign = Options.Maximize ? -T.One : T.One,
            Epsilon = _epsilon,
            Carry = first ? T.Zero : T.One,
            Start = first ? T.CreateTruncating(Options.InitialAccumulator) : T.Zero,
            Rate = context.Meta[Rate] * x.Scale[0] / (T.One + (T.CreateTruncating(context.Age) * context.Meta[RateDecay])),
            Lambda = context.Meta[Decay],
        };
    }

    /// <summary>g = sign gradient + lambda theta; s' = carry s + start + g^2; theta' = theta - rate g / (sqrt(s') + eps).</summary>
    private struct Map : ICoordinateMap<T>
    {
        public T Sign, Epsilon, Carry, Start, Rate, Lambda;
        public T DRate, DLambda;
        public LaneSum<T> ARate, ALambda;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step(ref Coordinates<T> x)
        {
            var g = (x.Gradient * Sign) + (x.Theta * Lambda);
            x.S0 = (x.S0 * Carry) + Vector256.Create(Start) + (g * g);
            x.Theta -= g * Rate / (Vector256.Sqrt(x.S0) + Vector256.Create(Epsilon));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Jvp(in Coordinates<T> x, ref Coordinates<T> d)
        {
            var g = (x.Gradient * Sign) + (x.Theta * Lambda);
            var dg = (d.Gradient * Sign) + (d.Theta * Lambda) + (x.Theta * DLambda);
            var r = Vector256.Sqrt((x.S0 * Carry) + Vector256.Create(Start) + (g * g));
            var denominator = r + Vector256.Create(Epsilon);
            d.S0 = (d.S0 * Carry) + (g * dg * T.CreateTruncating(2));
            d.Theta -= ((g * DRate) + (dg * Rate) - (g * Rate / denominator * (d.S0 * SquareRoot.Slope(r)))) / denominator;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Vjp(in Coordinates<T> x, ref Coordinates<T> a)
        {
            var g = (x.Gradient * Sign) + (x.Theta * Lambda);
            var r = Vector256.Sqrt((x.S0 * Carry) + Vector256.Create(Start) + (g * g));
            var denominator = r + Vector256.Create(Epsilon);
            var u = g / denominator;
            ARate.Add(-(a.Theta * u));
            var scaled = a.Theta * Rate / denominator;
            var aS = a.S0 + (scaled * u * SquareRoot.Slope(r));
            var ag = (aS * g * T.CreateTruncating(2)) - scaled;
            ALambda.Add(ag * x.Theta);
            a.S0 = aS * Carry;
            a.Theta += ag * Lambda;
            a.Gradient += ag * Sign;
        }
    }
}
