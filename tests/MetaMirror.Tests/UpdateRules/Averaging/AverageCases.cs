using System.Numerics;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Averaging;

/// <summary>Averaged iterates over rules with and without a state, with the formulas of docs/online.md on a state as it lies there. A run that carries one keeps scale and shares alone.</summary>
internal static class AverageCases
{
    private static readonly SgdOptions Unit = new() { LearningRate = 1 };
    private static readonly SgdOptions Ball = new() { LearningRate = .3, Momentum = .8, WeightDecay = .1 };

    public static IReadOnlyList<RuleCase> All { get; } =
    [
        Case("averaged-scalar", new() { Rate = .1, Granularity = RateGranularity.Scalar, Power = 1.5, Memory = .9 }, Unit),
        Case("averaged-element", new() { Rate = .1, ShareRate = .4, ShareRange = 1.3 }, Unit),
        Case("averaged-element-plain", new() { Rate = .1, IsOptimistic = false, Interpolation = .5 }, Ball),
        Case("averaged-element-heavy-ball", new() { Rate = .1, ShareRate = .2 }, Ball),
    ];

    private static RuleCase Case(string name, AveragedRateOptions o, SgdOptions inside) =>
        new(name, () => new AveragedRate<double>(new Sgd<double>(inside), o), () => new AveragedRate<float>(new Sgd<float>(inside), o), Reference(o, ReferenceRules.Sgd(inside))) { LongState = true };

    private static ReferenceStep Reference(AveragedRateOptions o, ReferenceStep rule) => x =>
    {
        int n = x.Theta.Length, shares = o.Granularity == RateGranularity.Element ? n : 0, inside = 2 + (4 * n) + (3 * shares), t = x.Step;
        Complex[] s = x.State, g = [.. x.Gradient], old = [.. x.Theta];
        double[] Part(int from) => [.. s[from..(from + n)].Select(v => v.Real)];
        double[] Path(int from) => t == 0 ? new double[n] : Part(from);
        double[] z = t == 0 ? [.. old.Select(v => v.Real)] : Part(2), mean = t == 0 ? [.. z] : Part(2 + n), ez = Path(2 + (2 * n)), ex = Path(2 + (3 * n)), gradient = [.. g.Select(v => v.Real)];
        double[] share = shares == 0 || x.Age == 0 ? [.. Enumerable.Repeat(1.0, n)] : Part(2 + (4 * n)), m = shares == 0 ? new double[n] : Path(2 + (5 * n)), v = shares == 0 ? new double[n] : Path(2 + (6 * n));
        ReferenceIterate part = new() { Step = t, Steps = x.Steps, Age = x.Age, Theta = x.Theta, Gradient = x.Gradient, State = s[inside..], Scale = x.Scale, Meta = x.Meta };
        rule(part);
        part.State.CopyTo(s, inside);
        x.Scale = part.Scale;
        double[] d = [.. old.Zip(x.Theta, (a, b) => (a - b).Real)], used = share;
        double b = o.Interpolation, c = (o.Power + 1) / (t + 1 + o.Power), log = s[0].Real, moves = t == 0 ? 0 : s[1].Real, guess = 0, beta = x["meta_rate"].Real, first = x["online_rate"].Real;
        if (t > 0)
        {
            double[] e = [.. ez.Zip(ex, (p, q) => ((1 - b) * p) + (b * q))];
            log -= beta * Cosine(gradient, e);
            if (shares > 0)
            {
                m = [.. m.Select((k, i) => (.9 * k) + (.1 * gradient[i] * e[i]))];
                v = [.. v.Select((k, i) => (.99 * k) + (.01 * gradient[i] * e[i] * gradient[i] * e[i]))];
                used = share = Grown(o, share, m, v, t, t);
            }

            double overshoot = Math.Max(0, Dot(gradient, e) / Dot(gradient, gradient)), w = first * Math.Exp(log);
            (ez, ex) = ([.. ez.Select((k, i) => k - (overshoot * gradient[i]))], [.. ex.Select((k, i) => k - (overshoot * gradient[i]))]);
            double[] ahead = [.. Enumerable.Range(0, n).Select(i => ((1 - b + (b * c)) * ((o.Memory * ez[i]) - (w * share[i] * d[i]))) + (b * o.Memory * (1 - c) * ex[i]))];
            guess = o.IsOptimistic ? beta * Cosine(gradient, ahead) : 0;
            if (o.IsOptimistic && shares > 0)
                used = Grown(o, share, [.. m.Select((k, i) => (.9 * k) + (.1 * gradient[i] * ahead[i]))], v, t + 1, t);
        }

        double[] move = [.. d.Zip(used, (p, q) => p * q)];
        double scale = first * Math.Exp(log - guess), length = scale * Math.Sqrt(Dot(move, move)), most = t == 0 ? length : 3 * Math.Sqrt(moves / (1 - Math.Pow(.9, t)));
        scale *= Math.Min(1, most / length);
        length = Math.Min(length, most);
        (s[0], s[1]) = (log, (.9 * moves) + (.1 * length * length));
        for (int i = 0; i < n; i++)
        {
            z[i] -= scale * move[i];
            ez[i] = (o.Memory * ez[i]) - (scale * move[i]);
            mean[i] += c * (z[i] - mean[i]);
            ex[i] = (o.Memory * (1 - c) * ex[i]) + (c * ez[i]);
            (s[2 + i], s[2 + n + i], s[2 + (2 * n) + i], s[2 + (3 * n) + i]) = (z[i], mean[i], ez[i], ex[i]);
            x.Theta[i] = ((1 - b) * z[i]) + (b * mean[i]);
            if (shares > 0)
                (s[2 + (4 * n) + i], s[2 + (5 * n) + i], s[2 + (6 * n) + i]) = (share[i], m[i], v[i]);
        }
    };

    private static double[] Grown(AveragedRateOptions o, double[] share, double[] m, double[] v, int slopes, int squares)
    {
        double m1 = 1 - Math.Pow(.9, slopes), v1 = 1 - Math.Pow(.99, squares), mean = v.Average() / v1;
        return [.. share.Select((w, i) =>
        {
            double u = Math.Clamp(-o.ShareRate * (m[i] / m1) / (Math.Sqrt(v[i] / v1) + Math.Sqrt(mean)), -1, 1);
            return Math.Clamp(w * (1 + (u / 2)) / (1 - (u / 2)), 1 / o.ShareRange, o.ShareRange);
        })];
    }

    private static double Cosine(double[] x, double[] y) => Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y));

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
}
