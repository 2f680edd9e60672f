using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Optimism;
using MetaMirror.Tests.UpdateRules;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Optimism;

/// <summary>Hints and trust regions for the contract of update rules, with scalar references written from PAPERS 5.5 and 6.8.</summary>
internal static class HintCases
{
    /// <summary>The table: a new hint is one line. The reference is u as a function of (g_t times what the hint takes, v, first), and v after the step.</summary>
    public static IReadOnlyList<RuleCase> Hints { get; } =
    [
        Hint("last-gradient", () => new LastGradientHint<double>(.7), () => new LastGradientHint<float>(.7), Last),
        Hint("average", () => new AverageHint<double>(.7, .8), () => new AverageHint<float>(.7, .8), (x, g, v) => (g + (x["strength"] * (Average(x, g, v) - v)), Average(x, g, v))),
        Hint("omega", () => new OmegaHint<double>(.7, .8), () => new OmegaHint<float>(.7, .8),
            (x, g, v) => x.Age == 0 ? (g, g) : (g + (x["strength"] * (g - v)), Average(x, g, v))),
        Hint("omega-momentum", () => new OmegaMomentumHint<double>(.7, .8), () => new OmegaMomentumHint<float>(.7, .8),
            (x, g, v) => x.Age == 0 ? (g, g) : (Average(x, g, v) + (x["strength"] * (Average(x, g, v) - v)), Average(x, g, v))),
        Hint("heavy-ball", () => new HeavyBallHint<double>(.8), () => new HeavyBallHint<float>(.8), (x, g, v) => (Buffer(x, g, v), Buffer(x, g, v))),
        Hint("heavy-ball-total", () => new HeavyBallHint<double>(.8, RateMeaning.Total), () => new HeavyBallHint<float>(.8, RateMeaning.Total),
            (x, g, v) => (g + (x["momentum"] * v) - (x["momentum"] * Buffer(x, g, v)), Buffer(x, g, v))),
        Hint("nesterov", () => new NesterovHint<double>(.8), () => new NesterovHint<float>(.8), (x, g, v) => (g + (x["momentum"] * Buffer(x, g, v)), Buffer(x, g, v))),
        Hint("nesterov-total", () => new NesterovHint<double>(.8, RateMeaning.Total), () => new NesterovHint<float>(.8, RateMeaning.Total),
            (x, g, v) => (g + (x["momentum"] * x["momentum"] * (v - Buffer(x, g, v))), Buffer(x, g, v))),
        Hint("supplied", () => new SuppliedHint<double>(Guess), () => new SuppliedHint<float>(Guess), (x, g, v) => (g - v + (x.Scale * (x.Step + 1) / 4), x.Scale * (x.Step + 1) / 4)),
    ];

    /// <summary>What is in force (radius .5), out of force (radius 1000), predictable, normalized; alone, and with a hint inside and a schedule before.</summary>
    public static IReadOnlyList<RuleCase> Regions { get; } =
    [
        new("region", () => new TrustRegion<double>(.5, Mirror<double>()), () => new TrustRegion<float>(.5, Mirror<float>()), Scaled(Bounded, ReferenceRules.Diagonal)),
        new("region-not-reached", () => new TrustRegion<double>(1e3, Mirror<double>()), () => new TrustRegion<float>(1e3, Mirror<float>()), Scaled(Bounded, ReferenceRules.Diagonal)),
        new("region-predictable", () => new PredictableTrustRegion<double>(.5, Mirror<double>()), () => new PredictableTrustRegion<float>(.5, Mirror<float>()),
            Scaled((x, _) => Bounded(x, x.State[^1]), ReferenceRules.Diagonal, keeps: true)),
        new("normalized", () => new NormalizedGradient<double>(.5, Mirror<double>()), () => new NormalizedGradient<float>(.5, Mirror<float>()),
            Scaled((x, n) => x["radius"] / Complex.Sqrt(n), ReferenceRules.Diagonal)),
        new("deployed", Deployed<double>, Deployed<float>, ReferenceRules.Chain(
            ("0.", 0, ReferenceRules.Schedule(x => 1 - ((1 - x["final_fraction"]) * x.Step / x.Steps))),
            ("1.", 1, Scaled(Bounded, ReferenceRules.Chain(("0.", 1, Filter((x, g, v) => (g + (x["momentum"] * Buffer(x, g, v)), Buffer(x, g, v)), takesScale: false)), ("1.", 0, ReferenceRules.Diagonal)), "1.")))),
    ];

    /// <summary>g_t + a (g_t - g_(t-1)), for chains.</summary>
    public static ReferenceStep LastGradient => Filter(Last, takesScale: true);

    public static MirrorDescent<T> Mirror<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(new DiagonalQuadratic<T>(2), .1);

    private static Chain<T> Deployed<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new(new LinearSchedule<T>(.05), new TrustRegion<T>(.5, new Chain<T>(new NesterovHint<T>(.8), Mirror<T>())));

    private static void Guess<T>(int step, Span<T> hint)
        where T : unmanaged, IFloatingPointIeee754<T> => hint.Fill(T.CreateTruncating(step / 4.0));

    private static (Complex U, Complex Next) Last(ReferenceIterate x, Complex g, Complex v) => (g - (x["strength"] * v) + (x["strength"] * g), g);

    private static Complex Average(ReferenceIterate x, Complex g, Complex v) => (x["averaging"] * v) + ((1 - x["averaging"]) * g);

    private static Complex Buffer(ReferenceIterate x, Complex g, Complex v) => (x["momentum"] * v) + g;

    private static Complex Bounded(ReferenceIterate x, Complex square) =>
        square.Real > x["radius"].Real * x["radius"].Real ? x["radius"] / Complex.Sqrt(square) : Complex.One;

    private static RuleCase Hint(
        string name, Func<Hint<double>> create, Func<Hint<float>> single, Func<ReferenceIterate, Complex, Complex, (Complex U, Complex Next)> map) =>
        new($"hint-{name}", create, single, Filter(map, create().TakesScale));

    private static ReferenceStep Filter(Func<ReferenceIterate, Complex, Complex, (Complex U, Complex Next)> map, bool takesScale) => x =>
    {
        for (int i = 0; i < x.Gradient.Length; i++)
            (x.Gradient[i], x.State[i]) = map(x, takesScale ? x.Scale * x.Gradient[i] : x.Gradient[i], x.State[i]);
        if (takesScale)
            x.Scale = Complex.One;
    };

    /// <summary>The factor, then the rule inside, whose diagonal metric has the prefix given in the names of its meta-parameters.</summary>
    private static ReferenceStep Scaled(Func<ReferenceIterate, Complex, Complex> factor, ReferenceStep inside, string prefix = "", bool keeps = false) => x =>
    {
        Complex[] p =
        [
            .. x.Meta.Where(m => m.Key.StartsWith(prefix, StringComparison.Ordinal) && m.Key != "radius" && !m.Key.EndsWith("learning_rate", StringComparison.Ordinal)).SelectMany(m => m.Value),
        ];
        Complex square = x.Gradient.Zip(p, (g, m) => g * g / m).Aggregate(Complex.Zero, (sum, term) => sum + term);
        Complex s = factor(x, square);
        for (int i = 0; i < x.Gradient.Length; i++)
            x.Gradient[i] *= s;
        ReferenceIterate part = new()
        {
            Step = x.Step, Steps = x.Steps, Age = x.Age, Theta = x.Theta, Gradient = x.Gradient, State = keeps ? x.State[..^1] : x.State, Scale = x.Scale,
            Meta = x.Meta.Where(m => m.Key != "radius").ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal),
        };
        inside(part);
        part.State.CopyTo(x.State, 0);
        x.Scale = part.Scale;
        if (keeps)
            x.State[^1] = square;
    };
}
