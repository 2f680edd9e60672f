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
    ];

    /// <summary>All kinds of tensors: kernels, wide, tall and elongated matrices, vectors.</summary>
    public static ParameterLayout Network { get; } = new(
        ("0.weight", [3, 2, 2, 2]), ("0.bias", [3]), ("1.weight", [4, 3, 1, 2]), ("2.weight", [5, 11]), ("2.bias", [5]), ("3.weight", [9, 4]), ("4.weight", [4, 3]), ("5.weight", [2, 4]), ("5.bias", [2]));

    /// <summary>The layout of the contract, or the network, with so many parameters.</summary>
    public static ParameterLayout LayoutOf(int length) => RuleCases.Layouts.Append(Network).Single(l => l.Length == length);

    private static RuleCase Muon(string name, MuonOptions o) => new(name, () => new Muon<double>(o), () => new Muon<float>(o), MuonReference.Of(o));

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
