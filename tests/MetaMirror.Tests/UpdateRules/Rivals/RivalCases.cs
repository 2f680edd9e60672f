using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>The hand-designed rivals for the contract of update rules, each with a scalar loop written from its paper's pseudo-code or its authors' code.</summary>
internal static class RivalCases
{
    public static IReadOnlyList<RuleCase> All { get; } =
    [
        Lion("lion", new()),
        Lion("lion-all-on", new() { LearningRate = .05, Beta1 = .8, Beta2 = .95, WeightDecay = .1 }),
    ];

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
