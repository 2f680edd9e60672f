using System.Numerics;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Bootstrapping;

/// <summary>Bootstrapped rules of one learned step (more need an objective), with the formulas of docs/bootstrapping.md on a state as it lies there.</summary>
internal static class BootstrapCases
{
    private static readonly SgdOptions Unit = new() { LearningRate = 1 };
    private static readonly SgdOptions Ball = new() { LearningRate = .3, Momentum = .8, WeightDecay = .1 };
    private static readonly SgdOptions Short = new() { LearningRate = .2 };
    private static readonly BootstrapOptions Plain = new() { Rate = .1, MetaRate = .05 };

    public static IReadOnlyList<RuleCase> All { get; } =
    [
        Case("bootstrapped-scalar", Plain, Unit, Short),
        Case("bootstrapped-block", Plain with { Granularity = RateGranularity.Block, TargetSteps = 2, Form = RateForm.Additive, Normalization = RateNormalization.AdaGrad }, Ball, Short),
        Case("bootstrapped-element", Plain with { Granularity = RateGranularity.Element, Normalization = RateNormalization.RunningRms, NormAveraging = .8 }, Unit, Ball),
        Case("bootstrapped-element-bounded", Plain with { Granularity = RateGranularity.Element, Form = RateForm.Additive, Lowest = .09, Highest = .12 }, Ball, Short),
        Case("meta-gradient-scalar", Plain with { Form = RateForm.Additive }, Ball, null),
    ];

    private static RuleCase Case(string name, BootstrapOptions o, SgdOptions rule, SgdOptions? target) => new(
        name,
        () => new BootstrappedMetaGradient<double>(new Sgd<double>(rule), target is null ? null : new Sgd<double>(target), o),
        () => new BootstrappedMetaGradient<float>(new Sgd<float>(rule), target is null ? null : new Sgd<float>(target), o),
        Reference(o, rule, target))
    {
        LongState = true,
    };

    private static ReferenceStep Reference(BootstrapOptions o, SgdOptions rule, SgdOptions? target) => x =>
    {
        int n = x.Theta.Length;
        ParameterLayout layout = RuleCases.Layouts.Single(l => l.Length == n);
        int[] rateOf = o.Granularity switch
        {
            RateGranularity.Scalar => new int[n],
            RateGranularity.Block => [.. layout.Blocks.SelectMany((b, k) => Enumerable.Repeat(k, b.Length))],
            _ => [.. Enumerable.Range(0, n)],
        };
        int rates = rateOf[^1] + 1, norms = o.Normalization == RateNormalization.None ? 0 : rates, first = 2 + rates + norms, end = first + n;
        int ruleStart = end + (o.TargetSteps > 1 ? n : 0), targetStart = ruleStart + (rule.Momentum > 0 ? n : 0);
        Complex[] s = x.State, old = [.. x.Theta], aim = [];
        if (x.Age == 0)
            Array.Fill(s, x["online_rate"], 2, rates);
        int phase = x.Step == 0 ? 0 : (int)s[0].Real;
        if (target is not null)
        {
            var z = Part(x, s[targetStart..], [.. old], [.. x.Gradient], "target.");
            ReferenceRules.Sgd(target)(z);
            z.State.CopyTo(s, targetStart);
            aim = z.Theta;
        }

        if (phase == o.TargetSteps)
        {
            Complex[] from = o.TargetSteps > 1 ? s[end..ruleStart] : old, v = target is null ? [.. x.Gradient] : [.. from.Zip(aim, (a, b) => a - b)], g = new Complex[rates];
            for (int i = 0; i < n; i++)
                g[rateOf[i]] += v[i] * s[first + i];
            s[1] += 1;
            for (int k = 0; k < rates; k++)
                Learn(o, s, k, k + rates, g[k], x["meta_rate"]);
            phase = 0;
        }

        if (phase == 1 && o.TargetSteps > 1)
            old.CopyTo(s, end);
        ReferenceIterate step = Part(x, s[ruleStart..targetStart], x.Theta, x.Gradient, "");
        ReferenceRules.Sgd(rule)(step);
        step.State.CopyTo(s, ruleStart);
        x.Scale = step.Scale;
        for (int i = 0; i < n; i++)
        {
            Complex d = old[i] - x.Theta[i];
            if (phase == 0)
                s[first + i] = d;
            x.Theta[i] = old[i] - (s[2 + rateOf[i]] * d);
        }

        s[0] = phase + 1;
    };

    private static void Learn(BootstrapOptions o, Complex[] s, int k, int norm, Complex slope, Complex beta)
    {
        Complex w = s[2 + k], u = o.Form == RateForm.Multiplicative ? w * slope : slope;
        if (o.Normalization == RateNormalization.AdaGrad)
            u /= Complex.Sqrt(s[2 + norm] += u * u);
        else if (o.Normalization == RateNormalization.RunningRms)
            u *= Complex.Sqrt((1 - Math.Pow(o.NormAveraging, s[1].Real)) / (s[2 + norm] = (o.NormAveraging * s[2 + norm]) + ((1 - o.NormAveraging) * u * u)));
        u *= beta;
        Complex half = u.Real > 1 ? .5 : u.Real < -1 ? -.5 : u / 2, next = o.Form == RateForm.Multiplicative ? w * (1 + half) / (1 - half) : w + u;
        s[2 + k] = next.Real < o.Lowest ? o.Lowest : next.Real > o.Highest ? o.Highest : next;
    }

    /// <summary>What a part sees, its meta-parameters under their own names.</summary>
    private static ReferenceIterate Part(ReferenceIterate x, Complex[] state, Complex[] theta, Complex[] gradient, string prefix) => new()
    {
        Step = x.Step, Steps = x.Steps, Age = x.Age, Theta = theta, Gradient = gradient, State = state, Scale = x.Scale,
        Meta = x.Meta.Where(m => m.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(m => m.Key[prefix.Length..], m => m.Value, StringComparer.Ordinal),
    };
}
