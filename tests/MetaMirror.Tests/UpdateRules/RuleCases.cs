using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Tests.Optimism;
using MetaMirror.Tests.UpdateRules.Averaging;
using MetaMirror.Tests.UpdateRules.Bootstrapping;
using MetaMirror.Tests.UpdateRules.Neural;
using MetaMirror.Tests.UpdateRules.Online;
using MetaMirror.Tests.UpdateRules.Rivals;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>A rule in both element types with its scalar reference.</summary>
internal sealed record RuleCase(string Name, Func<UpdateRule<double>> Double, Func<UpdateRule<float>> Single, ReferenceStep Reference)
{
    /// <summary>True for rules that keep square factors.</summary>
    public bool LongState { get; init; }
}

/// <summary>The rules that must keep the contract; a new rule is one line.</summary>
internal static class RuleCases
{
    private static readonly SgdOptions Heavy = new() { LearningRate = .05, Momentum = .8, Dampening = .3, WeightDecay = .1, Maximize = true };
    private static readonly SgdOptions Nesterov = new() { LearningRate = .05, Momentum = .8, Nesterov = true, WeightDecay = .1 };
    private static readonly AdamOptions Moments = new() { LearningRate = .05, Beta1 = .8, Beta2 = .95, Epsilon = 1e-3, WeightDecay = .1, Maximize = true };
    private static readonly NAdamOptions Dozat = new() { LearningRate = .05, Beta1 = .8, Beta2 = .95, WeightDecay = .1, MomentumDecay = .2 };
    private static readonly RmsPropOptions Rms = new() { LearningRate = .05, Alpha = .8, Epsilon = 1e-3, Momentum = .7, Centered = true, WeightDecay = .1, Maximize = true };
    private static readonly AdaGradOptions Ada = new() { LearningRate = .5, LearningRateDecay = .2, InitialAccumulator = .3, WeightDecay = .1, Maximize = true };

    public static IReadOnlyList<RuleCase> All { get; } =
    [
        new("identity", () => new Identity<double>(), () => new Identity<float>(), ReferenceRules.Identity),
        Sgd("sgd", new() { LearningRate = .05 }),
        Sgd("sgd-decay", new() { LearningRate = .05, WeightDecay = .1 }),
        Sgd("sgd-all-on", Heavy),
        Sgd("sgd-learned-from-0", new() { LearningRate = .05, Learn = ["momentum", "dampening"] }),
        Sgd("nesterov", Nesterov),
        Adam("adam", new()),
        Adam("adam-all-on", Moments),
        Adam("adam-betas-0", Moments with { Beta1 = 0, Beta2 = 0 }),
        new("adamw", () => new AdamW<double>(Moments), () => new AdamW<float>(Moments), ReferenceRules.Adam(Moments, decoupled: true)),
        new("nadam", () => new NAdam<double>(Dozat), () => new NAdam<float>(Dozat), ReferenceRules.NAdam(Dozat)),
        RmsProp("rmsprop", new()),
        RmsProp("rmsprop-momentum", Rms with { Centered = false }),
        RmsProp("rmsprop-centered", Rms with { Momentum = 0 }),
        RmsProp("rmsprop-all-on", Rms),
        new("adagrad", () => new AdaGrad<double>(), () => new AdaGrad<float>(), ReferenceRules.AdaGrad(new())),
        new("adagrad-all-on", () => new AdaGrad<double>(Ada), () => new AdaGrad<float>(Ada), ReferenceRules.AdaGrad(Ada)),
        new("weight-decay", () => new WeightDecay<double>(.3), () => new WeightDecay<float>(.3), ReferenceRules.WeightDecay),
        new("clip", () => new ClipByNorm<double>(.5), () => new ClipByNorm<float>(.5), ReferenceRules.ClipByNorm),
        new("clip-not-reached", () => new ClipByNorm<double>(1e3), () => new ClipByNorm<float>(1e3), ReferenceRules.ClipByNorm),
        new("clip-by-value", () => new ClipByValue<double>(.5), () => new ClipByValue<float>(.5), ReferenceRules.ClipByValue(.5)),
        new("mirror-diagonal", () => new MirrorDescent<double>(new DiagonalQuadratic<double>(2), .1), () => new MirrorDescent<float>(new DiagonalQuadratic<float>(2), .1), ReferenceRules.Diagonal),
        .. HintCases.Hints,
        .. HintCases.Regions,
        BasisCases.Learned("basis-full-rank", 6),
        BasisCases.Learned("basis-low-rank", 1),
        BasisCases.Learned("basis-rank-0", 0),
        BasisCases.Learned("basis-identity-left", 2, left: false),
        BasisCases.Unlearned("basis-unlearned"),
        TrackedCases.Tracked("tracked"),
        TrackedCases.Plain("tracked-plain-residual"),
        TrackedCases.Small("tracked-small-factors"),
        TrackedCases.OneSided("tracked-one-sided"),
        TrackedCases.FewSides("tracked-few-sides"),
        TrackedCases.NoSides("tracked-no-sides"),
        TrackedCases.Projected("tracked-projected-factor"),
        TrackedCases.Seldom("tracked-seldom-residual"),
        TrackedCases.Optimistic("tracked-optimistic"),
        .. RivalCases.All,
        .. OsgmCases.All,
        .. OnlineCases.All,
        .. AverageCases.All,
        .. IterateAverageCases.All,
        .. BootstrapCases.All,
        .. SignCases.All,
        .. NeuralCases.All,
        new("meta-curvature", () => new MetaCurvature<double>(.05), () => new MetaCurvature<float>(.05), ReferenceRules.MetaCurvature),
        Scheduled("scheduled-sgd", new() { LearningRate = .05, Momentum = .8, WeightDecay = .1 }),
        Scheduled("scheduled-sgd-shared", new() { LearningRate = .05, Momentum = .8, WeightDecay = .1, LearningRateValues = 3, MomentumValues = 2, WeightDecayValues = 4 }),
        Scheduled("scheduled-sgd-from-0", new()),
        new("warp-grad", () => new WarpGrad<double>(.05), () => new WarpGrad<float>(.05), ReferenceRules.WarpGrad),
        Aruba("aruba-plus", new()),
        Aruba("aruba-plus-fixed", new() { LearningRate = .3, Zeta = .5, Coefficient = 0 }),
        new("constant", () => new ConstantSchedule<double>(.5), () => new ConstantSchedule<float>(.5), ReferenceRules.Schedule(x => x["factor"])),
        new("linear", () => new LinearSchedule<double>(.05), () => new LinearSchedule<float>(.05),
            ReferenceRules.Schedule(x => 1 - ((1 - x["final_fraction"]) * x.Step / x.Steps))),
        new("polynomial", () => new PolynomialSchedule<double>(.05, 2, 1, 5), () => new PolynomialSchedule<float>(.05, 2, 1, 5),
            ReferenceRules.Schedule(x => ((1 - x["final_fraction"]) * Math.Pow(1 - (Math.Clamp(x.Step - 1, 0, 5) / 5.0), 2)) + x["final_fraction"])),
        new("cosine", () => new CosineSchedule<double>(.1), () => new CosineSchedule<float>(.1),
            ReferenceRules.Schedule(x => x["final_fraction"] + ((1 - x["final_fraction"]) * (1 + Math.Cos(Math.PI * x.Step / x.Steps)) / 2))),
        new("inverse-time", () => new InverseTimeSchedule<double>(3), () => new InverseTimeSchedule<float>(3),
            ReferenceRules.Schedule(x => 1 / (1 + (x["decay"] * x.Step / x.Steps)))),
        new("exponential", () => new ExponentialSchedule<double>(.3, 2, 1), () => new ExponentialSchedule<float>(.3, 2, 1),
            ReferenceRules.Schedule(x => Complex.Exp(Math.Max(0, x.Step - 1) / 2.0 * Complex.Log(x["rate"])))),
        new("exponential-end", () => new ExponentialSchedule<double>(.3, 2, 1, staircase: true, endFraction: .2), () => new ExponentialSchedule<float>(.3, 2, 1, staircase: true, endFraction: .2),
            ReferenceRules.Schedule(x => ReferenceIterate.Power(x["rate"], Math.Max(0, x.Step - 1) / 2) is var f && f.Real < x["end_fraction"].Real ? x["end_fraction"] : f)),
        new("warmup", () => new Warmup<double>(3), () => new Warmup<float>(3), ReferenceRules.Schedule(x => Math.Min(1, (x.Step + 1) / 3.0))),
        new("chain-empty", () => new Chain<double>(), () => new Chain<float>(), ReferenceRules.Identity),
        new("chain", () => new Chain<double>(new ClipByNorm<double>(1), new WeightDecay<double>(.2), new LinearSchedule<double>(.05), new Adam<double>(Moments)),
            () => new Chain<float>(new ClipByNorm<float>(1), new WeightDecay<float>(.2), new LinearSchedule<float>(.05), new Adam<float>(Moments)),
            ReferenceRules.Chain(
                ("0.", 0, ReferenceRules.ClipByNorm), ("1.", 0, ReferenceRules.WeightDecay),
                ("2.", 0, ReferenceRules.Schedule(x => 1 - ((1 - x["final_fraction"]) * x.Step / x.Steps))), ("3.", 2, ReferenceRules.Adam(Moments)))),
        new("chain-of-optimizers", () => new Chain<double>(new Sgd<double>(Heavy), new Warmup<double>(3), new Sgd<double>(Nesterov), new WeightDecay<double>(.2), new Adam<double>(Moments)),
            () => new Chain<float>(new Sgd<float>(Heavy), new Warmup<float>(3), new Sgd<float>(Nesterov), new WeightDecay<float>(.2), new Adam<float>(Moments)),
            ReferenceRules.Chain(
                ("0.", 1, ReferenceRules.Sgd(Heavy)), ("1.", 0, ReferenceRules.Schedule(x => Math.Min(1, (x.Step + 1) / 3.0))), ("2.", 1, ReferenceRules.Sgd(Nesterov)),
                ("3.", 0, ReferenceRules.WeightDecay), ("4.", 2, ReferenceRules.Adam(Moments)))),
    ];

    /// <summary>Sizes around the kernel's width of 4 doubles or 8 floats, with one and several tensors.</summary>
    public static IReadOnlyList<ParameterLayout> Layouts { get; } =
    [
        ParameterLayout.Vector(1), ParameterLayout.Vector(4), new(("0.weight", [2, 3]), ("0.bias", [1])), ParameterLayout.Vector(8), new(("0.weight", [5, 6]), ("0.bias", [3])),
    ];

    /// <summary>At 6 tracked bases turn, with momentum.</summary>
    public static IReadOnlyList<int> Ages { get; } = [0, 1, 2, 6, 7];

    /// <summary>Age and step of runs that carry the state of one before: at their start, in between, and where the plan ends.</summary>
    public static IReadOnlyList<(int Age, int Step)> Carried { get; } = [(7, 0), (7, 3), (12, RuleRun<double>.Steps)];

    public static RuleCase Named(string name) => All.Single(c => string.Equals(c.Name, name, StringComparison.Ordinal));

    private static RuleCase Sgd(string name, SgdOptions o) => new(name, () => new Sgd<double>(o), () => new Sgd<float>(o), ReferenceRules.Sgd(o));

    private static RuleCase Scheduled(string name, ScheduledSgdOptions o) => new(name, () => new ScheduledSgd<double>(o), () => new ScheduledSgd<float>(o), ReferenceRules.ScheduledSgd);

    private static RuleCase Aruba(string name, ArubaPlusOptions o) => new(name, () => new ArubaPlus<double>(o), () => new ArubaPlus<float>(o), ReferenceRules.ArubaPlus);

    private static RuleCase Adam(string name, AdamOptions o) => new(name, () => new Adam<double>(o), () => new Adam<float>(o), ReferenceRules.Adam(o));

    private static RuleCase RmsProp(string name, RmsPropOptions o) => new(name, () => new RmsProp<double>(o), () => new RmsProp<float>(o), ReferenceRules.RmsProp(o));
}
