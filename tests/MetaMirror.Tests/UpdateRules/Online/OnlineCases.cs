using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Online;

/// <summary>Online rates of every granularity, form, normalization and hint, over rules of several kinds, with the formulas of docs/online.md as a scalar loop.</summary>
internal static class OnlineCases
{
    private static readonly SgdOptions Ball = new() { LearningRate = .3, Momentum = .8, WeightDecay = .1 };
    private static readonly AdamOptions Moments = new() { LearningRate = .1, Beta1 = .8, Beta2 = .95, Epsilon = 1e-3 };
    private static readonly OnlineRateOptions Baydin = new() { Rate = .1, MetaRate = .02 };

    public static IReadOnlyList<RuleCase> All { get; } =
    [
        Case("online-scalar", Baydin, ReferenceRules.Sgd(Unit), Sgd<double>, Sgd<float>),
        Case("online-block-cosine", Baydin with { Granularity = RateGranularity.Block, Form = RateForm.Multiplicative, Normalization = RateNormalization.Cosine, Hint = RateHint.LastGradient }, ReferenceRules.Sgd(Ball), HeavyBall<double>, HeavyBall<float>),
        Case("online-scalar-cosine-average", Baydin with { Normalization = RateNormalization.Cosine, Hint = RateHint.AverageHypergradient }, ReferenceRules.Sgd(Ball), HeavyBall<double>, HeavyBall<float>),
        Case("online-element", Baydin with { Granularity = RateGranularity.Element, Hint = RateHint.LastGradient }, ReferenceRules.Sgd(Unit), Sgd<double>, Sgd<float>),
        Case("online-element-adam", Baydin with { Granularity = RateGranularity.Element, Form = RateForm.Multiplicative, Normalization = RateNormalization.RunningRms, NormAveraging = .8, Hint = RateHint.LastGradient }, ReferenceRules.Adam(Moments), Adam<double>, Adam<float>),
        Case("online-element-adagrad", Baydin with { Granularity = RateGranularity.Element, Normalization = RateNormalization.AdaGrad, Hint = RateHint.AverageHypergradient, HintAveraging = .6, Lowest = .09, Highest = .13 }, ReferenceRules.Sgd(Ball), HeavyBall<double>, HeavyBall<float>),
        Case("online-block-average", Baydin with { Granularity = RateGranularity.Block, Normalization = RateNormalization.RunningRms, Hint = RateHint.AverageGradient }, ReferenceRules.Sgd(Unit), Sgd<double>, Sgd<float>),
        Case("online-element-multiplicative", Baydin with { Granularity = RateGranularity.Element, Form = RateForm.Multiplicative, Normalization = RateNormalization.AdaGrad, Hint = RateHint.AverageGradient, HintAtPresentStep = true }, ReferenceRules.Diagonal, Mirror<double>, Mirror<float>),
        Case("online-anchored", Anchored with { Granularity = RateGranularity.Element, Hint = RateHint.LastHypergradient }, ReferenceRules.Diagonal, Mirror<double>, Mirror<float>),
        Case("online-anchored-block", Anchored with { Granularity = RateGranularity.Block, Hint = RateHint.LastGradient, HintAtPresentStep = true }, ReferenceRules.Sgd(Ball), HeavyBall<double>, HeavyBall<float>),
        Case("online-anchored-memory", Anchored with { Hint = RateHint.AverageHypergradient, Memory = .7, DeadZone = .1, Budget = .05 }, ReferenceRules.Sgd(Ball), HeavyBall<double>, HeavyBall<float>),
        Case("online-anchored-memory-block", Anchored with { Granularity = RateGranularity.Block, Memory = .9, DeadZone = .3, Budget = 1, Lowest = .1, Highest = 10 }, ReferenceRules.Sgd(Unit), Sgd<double>, Sgd<float>),
        Case("online-anchored-zone-element", Anchored with { Granularity = RateGranularity.Element, Hint = RateHint.LastHypergradient, DeadZone = .5 }, ReferenceRules.Diagonal, Mirror<double>, Mirror<float>),
        Case("online-anchored-chain", Anchored with { Normalization = RateNormalization.None, MetaRate = .03, Hint = RateHint.AverageGradient, HintAtPresentStep = true },
            ReferenceRules.Chain(("0.", 0, ReferenceRules.ClipByNorm), ("1.", 0, ReferenceRules.Schedule(x => 1 - ((1 - x["final_fraction"]) * x.Step / x.Steps))), ("2.", 1, ReferenceRules.Sgd(Ball))),
            Scheduled<double>, Scheduled<float>),
    ];

    private static SgdOptions Unit => new() { LearningRate = 1 };

    private static OnlineRateOptions Anchored => new()
    {
        Rate = 1, MetaRate = .2, Form = RateForm.Anchored, Normalization = RateNormalization.AdaGrad, Lowest = .7, Highest = 1.4,
    };

    /// <summary>The step as docs/online.md has it; every run begins at w_1, whatever it carries.</summary>
    public static ReferenceStep Reference(OnlineRateOptions o, ReferenceStep rule) => x =>
    {
        int n = x.Theta.Length;
        ParameterLayout layout = RuleCases.Layouts.Single(l => l.Length == n);
        Range[] groups = o.Granularity switch
        {
            RateGranularity.Scalar => [0..n],
            RateGranularity.Block => [.. layout.Blocks.Select(b => b.Offset..(b.Offset + b.Length))],
            _ => [.. Enumerable.Range(0, n).Select(i => i..(i + 1))],
        };
        bool keepsGradient = o.Hint is RateHint.LastGradient or RateHint.AverageGradient, averages = o.Hint is RateHint.AverageGradient or RateHint.AverageHypergradient;
        int r = groups.Length, v = r, z = v + (o.Normalization is RateNormalization.RunningRms or RateNormalization.AdaGrad ? r : 0), d = z + (o.Form == RateForm.Anchored ? r : 0);
        int hint = d + n, cost = hint + (keepsGradient ? n : o.Hint == RateHint.None ? 0 : r), guards = o.Memory > 0 ? r : 0, last = cost + (2 * guards), inside = last + (o.Memory > 0 ? n : 0);
        Complex[] s = x.State, old = [.. x.Theta], g = [.. x.Gradient];
        ReferenceIterate part = new()
        {
            Step = x.Step, Steps = x.Steps, Age = x.Age, Theta = x.Theta, Gradient = x.Gradient, State = s[inside..], Scale = x.Scale, Meta = x.Meta,
        };
        rule(part);
        part.State.CopyTo(s, inside);
        x.Scale = part.Scale;
        Complex[] now = [.. old.Zip(x.Theta, (a, b) => a - b)], before = s[d..hint], lastStep = s[last..inside];
        for (int k = 0; k < r; k++)
        {
            (int start, int length) = groups[k].GetOffsetAndLength(n);
            Complex Sum(Func<int, Complex> term) => Enumerable.Range(start, length).Aggregate(Complex.Zero, (sum, i) => sum + term(i));
            if (x.Step == 0)
            {
                s[k] = x["online_rate"];
                for (int at = v; at < d; at += r)
                    s[at + k] = 0;
                if (o.Form == RateForm.Anchored && z > v)
                    s[v + k] = Square(Sum(i => now[i] * g[i]));
                continue;
            }

            Complex keep = averages ? o.HintAveraging : 0, slope = Sum(i => before[i] * g[i]), past = 0, next = 0, size = 1;
            if (keepsGradient)
            {
                past = Sum(i => before[i] * s[hint + i]);
                for (int i = start; i < start + length; i++)
                    s[hint + i] = (keep * s[hint + i]) + ((1 - keep) * g[i]);
                next = Sum(i => (o.HintAtPresentStep ? now : before)[i] * s[hint + i]);
            }

            if (o.Normalization == RateNormalization.Cosine)
                size = 1 / (Complex.Sqrt(Sum(i => before[i] * before[i])) * Complex.Sqrt(Sum(i => g[i] * g[i])));
            (slope, past, next) = (slope * size, past * size, next * size);
            if (!keepsGradient && o.Hint != RateHint.None)
            {
                past = s[hint + k];
                next = s[hint + k] = (keep * past) + ((1 - keep) * slope);
            }

            Complex w = s[k], moved;
            if (o.Form == RateForm.Anchored)
            {
                s[z + k] += slope;
                if (z > v)
                    s[v + k] += Square(slope - past);
                Complex along = (s[z + k] + next) / (z > v ? Complex.Sqrt(s[v + k]) : 1);
                along = along.Real > o.DeadZone ? along - o.DeadZone : along.Real < -o.DeadZone ? along + o.DeadZone : 0;
                moved = x["online_rate"] + (x["meta_rate"] * along);
            }
            else
            {
                Complex gain = o.Form == RateForm.Multiplicative ? w : 1, u = gain * (slope + next - past);
                if (o.Normalization == RateNormalization.AdaGrad)
                    u /= Complex.Sqrt(s[v + k] += Square(gain * slope));
                if (o.Normalization == RateNormalization.RunningRms)
                {
                    s[v + k] = (o.NormAveraging * s[v + k]) + ((1 - o.NormAveraging) * Square(gain * slope));
                    u /= Complex.Sqrt(s[v + k] / (1 - Math.Pow(o.NormAveraging, x.Step)));
                }

                u *= x["meta_rate"];
                moved = o.Form == RateForm.Multiplicative ? w * (1 + (Clip(u) / 2)) / (1 - (Clip(u) / 2)) : w + u;
            }

            if (guards > 0)
            {
                Complex single = Sum(i => lastStep[i] * g[i]);
                s[cost + k] += (x["online_rate"] - w) * single;
                s[cost + r + k] += Square(single);
            }

            s[k] = moved.Real < o.Lowest ? o.Lowest : moved.Real > o.Highest ? o.Highest : moved;
            if (guards > 0 && s[cost + k].Real > o.Budget * Math.Sqrt(s[cost + r + k].Real))
                s[k] = x["online_rate"];
        }

        for (int i = hint; i < inside && x.Step == 0; i++)
            s[i] = 0;
        for (int k = 0; k < r; k++)
        {
            (int start, int length) = groups[k].GetOffsetAndLength(n);
            for (int i = start; i < start + length; i++)
            {
                s[d + i] = now[i] + (x.Step == 0 ? 0 : o.Memory * before[i]);
                if (guards > 0)
                    s[last + i] = now[i];
                x.Theta[i] = old[i] - (s[k] * now[i]);
            }
        }
    };

    private static Complex Clip(Complex x) => x.Real < -1 ? -1 : x.Real > 1 ? 1 : x;

    private static Complex Square(Complex x) => x * x;

    private static RuleCase Case(string name, OnlineRateOptions o, ReferenceStep reference, Func<UpdateRule<double>> wide, Func<UpdateRule<float>> single) =>
        new(name, () => new OnlineRate<double>(wide(), o), () => new OnlineRate<float>(single(), o), Reference(o, reference));

    private static Sgd<T> Sgd<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(Unit);

    private static Sgd<T> HeavyBall<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(Ball);

    private static Adam<T> Adam<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(Moments);

    private static MirrorDescent<T> Mirror<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(new DiagonalQuadratic<T>(2), .3);

    private static Chain<T> Scheduled<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(new ClipByNorm<T>(1), new LinearSchedule<T>(.05), new Sgd<T>(Ball));
}
