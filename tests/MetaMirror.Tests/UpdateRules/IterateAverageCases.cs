using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Averages of iterates for the contract of update rules.</summary>
internal static class IterateAverageCases
{
    private static readonly AdamOptions Moments = new() { LearningRate = .05, Beta1 = .8, Beta2 = .95, Epsilon = 1e-3, WeightDecay = .1 };

    public static IReadOnlyList<RuleCase> All { get; } =
    [
        Of("averaged-iterates", 8, () => new Adam<double>(Moments), () => new Adam<float>(Moments), ReferenceRules.Adam(Moments)),
        Of("averaged-iterates-plain-mean", 0, () => new Adam<double>(Moments), () => new Adam<float>(Moments), ReferenceRules.Adam(Moments)),
        Of("averaged-iterates-of-a-chain", 2.5, () => new Chain<double>(new WeightDecay<double>(.2), new Adam<double>(Moments)), () => new Chain<float>(new WeightDecay<float>(.2), new Adam<float>(Moments)),
            ReferenceRules.Chain(("0.", 0, ReferenceRules.WeightDecay), ("1.", 2, ReferenceRules.Adam(Moments)))),
    ];

    private static RuleCase Of(string name, double power, Func<UpdateRule<double>> wide, Func<UpdateRule<float>> single, ReferenceStep inside) =>
        new(name, () => new AveragedIterates<double>(wide(), power), () => new AveragedIterates<float>(single(), power), Reference(power, inside));

    /// <summary>Shamir and Zhang 2013, Eq. (4), with t from 1: mean_t = (1 - (eta + 1)/(t + eta)) mean_{t-1} + (eta + 1)/(t + eta) w_t.</summary>
    private static ReferenceStep Reference(double eta, ReferenceStep inside) => x =>
    {
        int n = x.Theta.Length, t = x.Step + 1;
        Complex[] w = x.Step == 0 ? [.. x.Theta] : x.State[..n], state = x.State[n..];
        var iterate = new ReferenceIterate { Step = x.Step, Steps = x.Steps, Age = x.Age, Theta = w, Gradient = x.Gradient, State = state, Scale = x.Scale, Meta = x.Meta };
        inside(iterate);
        x.Scale = iterate.Scale;
        w.CopyTo(x.State, 0);
        state.CopyTo(x.State, n);
        double share = (eta + 1) / (t + eta);
        for (int i = 0; i < n; i++)
            x.Theta[i] = ((1 - share) * x.Theta[i]) + (share * w[i]);
    };
}
