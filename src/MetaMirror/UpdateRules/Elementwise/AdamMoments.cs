using System.Numerics;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>The step that <see cref="Adam{T}"/> and <see cref="AdamW{T}"/> share; they differ in where weight decay enters.</summary>
internal sealed class AdamMoments<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, First = 1, Second = 2, Decay = 3;
    private readonly bool _decoupled;
    private readonly T _sign;
    private readonly T _epsilon;

    public AdamMoments(string rule, AdamOptions options, bool decoupled)
    {
        ArgumentNullException.ThrowIfNull(options);
        Metas = new RuleMetas<T>(rule, options.Learn).Positive("learning_rate", options.LearningRate)
            .Fraction("beta1", options.Beta1).Fraction("beta2", options.Beta2).NotNegative("weight_decay", options.WeightDecay).Checked();
        _epsilon = Metas.Epsilon(options.Epsilon);
        _sign = options.Maximize ? -T.One : T.One;
        _decoupled = decoupled;
    }

    public RuleMetas<T> Metas { get; }

    public void Step(in StepContext<T> context, in Iterate<T> x)
    {
        AdamMap<T> map = MapAt(context, x, out _);
        CoordinateLoop.Step(ref map, 2, x);
    }

    public void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        AdamMap<T> map = MapAt(context, x, out Coefficients c);
        Metas.Require(metaTangent);
        double dEta = (ToDouble(metaTangent[Rate]) * c.Scale) + (c.LearningRate * ToDouble(tangent.Scale[0]));
        map.DAlpha = T.CreateTruncating((dEta * c.AlphaByEta) + (c.AlphaByBeta1 * ToDouble(metaTangent[First])));
        map.DRoot = T.CreateTruncating(c.RootByBeta2 * ToDouble(metaTangent[Second]));
        map.DBeta1 = metaTangent[First];
        map.DBeta2 = metaTangent[Second];
        map.DLambda = _decoupled ? T.Zero : metaTangent[Decay];
        map.DKeep = _decoupled ? T.CreateTruncating(-(dEta * c.WeightDecay) - (c.Eta * ToDouble(metaTangent[Decay]))) : T.Zero;
        CoordinateLoop.Jvp(ref map, 2, x, tangent);
    }

    public void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        AdamMap<T> map = MapAt(context, x, out Coefficients c);
        Metas.Require(metaCotangent);
        CoordinateLoop.Vjp(ref map, 2, x, cotangent);
        double aKeep = _decoupled ? map.AKeep.Total : 0;
        double aEta = (map.AAlpha.Total * c.AlphaByEta) - (aKeep * c.WeightDecay);
        metaCotangent[Rate] += T.CreateTruncating(aEta * c.Scale);
        cotangent.Scale[0] += T.CreateTruncating(aEta * c.LearningRate);
        metaCotangent[First] += T.CreateTruncating(map.ABeta1.Total + (map.AAlpha.Total * c.AlphaByBeta1));
        metaCotangent[Second] += T.CreateTruncating(map.ABeta2.Total + (map.ARoot.Total * c.RootByBeta2));
        metaCotangent[Decay] += T.CreateTruncating(_decoupled ? -aKeep * c.Eta : map.ALambda.Total);
    }

    private static double ToDouble(T value) => double.CreateTruncating(value);

    private AdamMap<T> MapAt(in StepContext<T> context, in Iterate<T> x, out Coefficients c)
    {
        Metas.Require(context.Meta);
        c = new Coefficients(context, x);
        T lambda = _decoupled ? T.Zero : context.Meta[Decay], beta1 = context.Meta[First], beta2 = context.Meta[Second];
        return new AdamMap<T>
        {
            Epsilon = _epsilon,
            Alpha = T.CreateTruncating(c.Alpha),
            Root = T.CreateTruncating(c.Root),
            Sign = Vector256.Create(_sign),
            Keep = Vector256.Create(T.CreateTruncating(_decoupled ? 1 - (c.Eta * c.WeightDecay) : 1)),
            Lambda = Vector256.Create(lambda),
            Beta1 = Vector256.Create(beta1),
            Rest1 = Vector256.Create(T.One - beta1),
            Beta2 = Vector256.Create(beta2),
            Rest2 = Vector256.Create(T.One - beta2),
            AlphaRoot = Vector256.Create(T.CreateTruncating(c.Alpha * c.Root)),
            EpsilonRoot = AdamMap<T>.RootedEpsilon(ToDouble(_epsilon), c.Root),
        };
    }

    /// <summary>The step's scalars and their derivatives, in double: alpha = eta / (1 - beta1^t), root = sqrt(1 - beta2^t), t = Age + 1.</summary>
    private readonly struct Coefficients
    {
        public readonly double LearningRate, Scale, Eta, WeightDecay, Alpha, AlphaByEta, AlphaByBeta1, Root, RootByBeta2;

        public Coefficients(in StepContext<T> context, in Iterate<T> x)
        {
            int t = context.Age + 1;
            double b1 = ToDouble(context.Meta[First]), b2 = ToDouble(context.Meta[Second]);
            double correction = 1 - Math.Pow(b1, t);
            LearningRate = ToDouble(context.Meta[Rate]);
            Scale = ToDouble(x.Scale[0]);
            Eta = LearningRate * Scale;
            WeightDecay = ToDouble(context.Meta[Decay]);
            Alpha = Eta / correction;
            AlphaByEta = 1 / correction;
            AlphaByBeta1 = Eta * t * Math.Pow(b1, t - 1) / (correction * correction);
            Root = Math.Sqrt(1 - Math.Pow(b2, t));
            RootByBeta2 = -t * Math.Pow(b2, t - 1) / (2 * Root);
        }
    }
}
