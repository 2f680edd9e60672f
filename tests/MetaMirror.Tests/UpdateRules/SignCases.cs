using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>PowerSign and AddSign for the contract of update rules, with a scalar loop written from Bello et al. 2017, section 4.3 and 4.4.</summary>
internal static class SignCases
{
    public static IReadOnlyList<RuleCase> All { get; } =
    [
        Power("powersign", new(), _ => 1),
        Power("powersign-cosine", new() { Alpha = 2, Beta = .6, Decay = SignDecay.Cosine }, u => .5 * (1 + Math.Cos(2 * Math.PI * .5 * u))),
        Add("addsign", new(), _ => 1),
        Add("addsign-linear", new() { Alpha = .5, Beta = 0, Decay = SignDecay.Linear }, u => 1 - u),
        Add("addsign-restart", new() { Alpha = .5, Decay = SignDecay.Restart, Periods = 3 }, u => .5 * (1 + Math.Cos(Math.PI * ((3 * u) - Math.Floor(3 * u))))),
    ];

    /// <summary>The loop of both: theta -= eta factor(f(t / T) sign(g) sign(m)) g, where m already holds this gradient.</summary>
    public static ReferenceStep Reference(Func<double, double> decay, Func<double, Complex, Complex> factor) => x =>
    {
        double f = decay((double)x.Step / x.Steps);
        for (int i = 0; i < x.Theta.Length; i++)
        {
            x.State[i] = (x["beta"] * x.State[i]) + ((1 - x["beta"]) * x.Gradient[i]);
            x.Theta[i] -= x["learning_rate"] * x.Scale * factor(f * Math.Sign(x.Gradient[i].Real) * Math.Sign(x.State[i].Real), x["alpha"]) * x.Gradient[i];
        }
    };

    private static RuleCase Power(string name, SignAgreementOptions o, Func<double, double> decay) =>
        new(name, () => new PowerSign<double>(o), () => new PowerSign<float>(o), Reference(decay, (s, alpha) => Complex.Exp(s * Complex.Log(alpha))));

    private static RuleCase Add(string name, SignAgreementOptions o, Func<double, double> decay) =>
        new(name, () => new AddSign<double>(o), () => new AddSign<float>(o), Reference(decay, (s, alpha) => alpha + s));
}
