using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>The hand-designed rivals for the contract of update rules, each with a scalar loop written from its paper's pseudo-code or its authors' code.</summary>
internal static class RivalCases
{
    public static IReadOnlyList<RuleCase> All { get; } =
    [
        Lion("lion", new()),
        Lion("lion-all-on", new() { LearningRate = .05, Beta1 = .8, Beta2 = .95, WeightDecay = .1 }),
        Muon("muon", new()),
        Muon("muon-all-on", new() { Momentum = .8, WeightDecay = .1, AdamForOutput = false, AdamForFirstConvolution = false, AdamLearningRate = .01, AdamEpsilon = 1e-3 }),
        Muon("muon-plain", new() { Nesterov = false, AdamForOutput = false, Iterations = 3 }),
        Soap("soap", new()),
        Soap("soap-all-on", new() { LearningRate = .05, Beta1 = .8, Beta2 = .9, ShampooBeta = .7, Epsilon = 1e-3, WeightDecay = .1, RefreshEvery = 2 }),
        Soap("soap-one-sided", new() { LearningRate = .05, RefreshEvery = 3, LargestDimension = 5 }),
        Shampoo("shampoo", new() { Epsilon = 1 }),
        Shampoo("shampoo-every-step", new() { LearningRate = .5, Momentum = 0, Epsilon = 1, RootEvery = 1 }),
        Shampoo("shampoo-diagonal", new() { Epsilon = 1, RootEvery = 4, LargestDimension = 4, Grafting = ShampooGrafting.AdaGrad }),
        Shampoo("shampoo-grafted", new() { Epsilon = 1, RootEvery = 3, Grafting = ShampooGrafting.Sgd }),
        Prodigy("prodigy", new() { InitialDistance = .1 }),
        Prodigy("prodigy-all-on", new() { LearningRate = .7, InitialDistance = .3, Beta1 = .8, Beta2 = .95, Beta3 = .9, Epsilon = 1e-3, WeightDecay = .1, UseBiasCorrection = true, GrowthRate = 1.1 }),
        Prodigy("prodigy-safeguarded", new() { InitialDistance = .2, SafeguardWarmup = true, DistanceFactor = 2 }),
        ScheduleFree("schedule-free", new()),
        ScheduleFree("schedule-free-all-on", new() { LearningRate = .05, Beta1 = .8, Beta2 = .95, Epsilon = 1e-3, WeightDecay = .1, WarmupShare = .4, RatePower = 1, StepPower = .5 }),
        ScheduleFree("schedule-free-no-warm-up", new() { LearningRate = .05, Beta1 = 0, WarmupShare = 0 }),
    ];

    /// <summary>All kinds of tensors: kernels, wide, tall, elongated and almost square matrices, those of one row or column, vectors. SOAP's one-sided case rotates sides up to 5: neither of the almost square one, and no factor of rank 1, whose eigenbasis is rounding's choice.</summary>
    public static ParameterLayout Network { get; } = new(
        ("0.weight", [3, 2, 2, 2]), ("0.bias", [3]), ("1.weight", [4, 3, 1, 2]), ("2.weight", [5, 11]), ("2.bias", [5]), ("3.weight", [9, 4]), ("4.weight", [4, 3]),
        ("5.weight", [1, 6]), ("6.weight", [6, 1]), ("7.weight", [1, 1]), ("8.weight", [7, 8]), ("9.weight", [2, 4]), ("9.bias", [2]));

    /// <summary>Tensors whose first factors G G^T and G^T G have at most one null direction: in more the first eigenbasis is rounding's choice.</summary>
    public static ParameterLayout NearlySquare { get; } = new(
        ("0.weight", [4, 5, 1, 1]), ("0.bias", [4]), ("1.weight", [6, 3, 1, 2]), ("2.weight", [8, 7]), ("2.bias", [8]), ("3.weight", [1, 2]), ("4.weight", [2, 1]), ("5.weight", [1, 1]), ("6.weight", [2, 3]), ("6.bias", [2]));

    /// <summary>The layout of the contract or of the runs with so many parameters.</summary>
    public static ParameterLayout LayoutOf(int length) => RuleCases.Layouts.Append(Network).Append(NearlySquare).Single(l => l.Length == length);

    private static RuleCase Muon(string name, MuonOptions o) => new(name, () => new Muon<double>(o), () => new Muon<float>(o), MuonReference.Of(o));

    private static RuleCase Soap(string name, SoapOptions o) => new(name, () => new Soap<double>(o), () => new Soap<float>(o), SoapReference.Of(o)) { LongState = true };

    /// <summary>eps far above rounding: the paper's 1e-4 beside factors of some hundred is the rounding of single precision times ten, and roots take a fourth root of that.</summary>
    private static RuleCase Shampoo(string name, ShampooOptions o) => new(name, () => new Shampoo<double>(o), () => new Shampoo<float>(o), ShampooReference.Of(o)) { LongState = true };

    private static RuleCase Prodigy(string name, ProdigyOptions o) => new(name, () => new Prodigy<double>(o), () => new Prodigy<float>(o), ProdigyReference.Of(o));

    private static RuleCase ScheduleFree(string name, ScheduleFreeOptions o) => new(name, () => new ScheduleFreeAdamW<double>(o), () => new ScheduleFreeAdamW<float>(o), ScheduleFreeReference.Of(o));

    private static RuleCase Lion(string name, LionOptions o) => new(name, () => new Lion<double>(o), () => new Lion<float>(o), LionReference);

    /// <summary>Chen et al. 2023, Algorithm 2.</summary>
    private static void LionReference(ReferenceIterate x)
    {
        double eta = (x["learning_rate"] * x.Scale).Real, b1 = x["beta1"].Real, b2 = x["beta2"].Real, lambda = x["weight_decay"].Real;
        for (int i = 0; i < x.Theta.Length; i++)
        {
            double g = x.Gradient[i].Real, m = x.State[i].Real, theta = x.Theta[i].Real;
            double c = (b1 * m) + ((1 - b1) * g);
            x.Theta[i] = theta - (eta * (Math.Sign(c) + (lambda * theta)));
            x.State[i] = (b2 * m) + ((1 - b2) * g);
        }
    }
}
