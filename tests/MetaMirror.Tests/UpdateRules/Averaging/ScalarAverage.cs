using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Averaging;

/// <summary>The formulas of <see cref="AveragedRate{T}"/> over gradient descent of rate 1, one number after the other.</summary>
internal sealed class ScalarAverage(AveragedRateOptions o, double[] start)
{
    private readonly double[] _z = [.. start], _ez = new double[start.Length], _ex = new double[start.Length], _m = new double[start.Length], _v = new double[start.Length];
    private double _moves;
    private int _t;

    public double LogScale { get; private set; }

    public double[] Theta { get; } = [.. start];

    public double[] Mean { get; } = [.. start];

    public double[] Share { get; private set; } = [.. start.Select(_ => 1.0)];

    public void Step(double[] g)
    {
        int n = g.Length;
        double b = o.Interpolation, c = (o.Power + 1) / (_t + 1 + o.Power), guess = 0;
        double[] shares = Share;
        if (_t > 0)
        {
            double[] e = [.. Enumerable.Range(0, n).Select(i => ((1 - b) * _ez[i]) + (b * _ex[i]))];
            LogScale -= o.MetaRate * Cosine(g, e);
            if (o.Granularity == RateGranularity.Element)
                shares = Share = Grow(g, e);
            double overshoot = Math.Max(0, g.Zip(e, (x, y) => x * y).Sum() / g.Sum(x => x * x));
            for (int i = 0; i < n; i++)
                (_ez[i], _ex[i]) = (_ez[i] - (overshoot * g[i]), _ex[i] - (overshoot * g[i]));
            double w = o.Rate * Math.Exp(LogScale);
            double[] next = [.. Enumerable.Range(0, n).Select(i =>
            {
                double z = (o.Memory * _ez[i]) - (w * Share[i] * g[i]), x = (o.Memory * (1 - c) * _ex[i]) + (c * z);
                return ((1 - b) * z) + (b * x);
            })];
            guess = o.IsOptimistic ? o.MetaRate * Cosine(g, next) : 0;
            if (o.IsOptimistic && o.Granularity == RateGranularity.Element)
                shares = Grown([.. Enumerable.Range(0, n).Select(i => (.9 * _m[i]) + (.1 * g[i] * next[i]))], _t + 1);
        }

        double scale = o.Rate * Math.Exp(LogScale - guess), length = scale * Math.Sqrt(g.Zip(shares, (x, w) => x * x * w * w).Sum());
        if (_t > 0)
        {
            double most = 3 * Math.Sqrt(_moves / (1 - Math.Pow(.9, _t)));
            scale *= Math.Min(1, most / length);
            length = Math.Min(length, most);
        }

        _moves = (.9 * _moves) + (.1 * length * length);
        for (int i = 0; i < n; i++)
        {
            double step = scale * shares[i] * g[i];
            _z[i] -= step;
            Mean[i] += c * (_z[i] - Mean[i]);
            _ez[i] = (o.Memory * _ez[i]) - step;
            _ex[i] = (o.Memory * (1 - c) * _ex[i]) + (c * _ez[i]);
            Theta[i] = ((1 - b) * _z[i]) + (b * Mean[i]);
        }

        _t++;
    }

    private double[] Grow(double[] g, double[] e)
    {
        for (int i = 0; i < g.Length; i++)
        {
            _m[i] = (.9 * _m[i]) + (.1 * g[i] * e[i]);
            _v[i] = (.99 * _v[i]) + (.01 * Math.Pow(g[i] * e[i], 2));
        }

        return Grown(_m, _t);
    }

    private double[] Grown(double[] m, int steps)
    {
        double m1 = 1 - Math.Pow(.9, steps), v1 = 1 - Math.Pow(.99, _t), mean = _v.Average() / v1;
        return [.. Share.Select((share, i) =>
        {
            double u = Math.Clamp(-o.ShareRate * (m[i] / m1) / (Math.Sqrt(_v[i] / v1) + Math.Sqrt(mean)), -1, 1);
            return Math.Clamp(share * (1 + (u / 2)) / (1 - (u / 2)), 1 / o.ShareRange, o.ShareRange);
        })];
    }

    private static double Cosine(double[] g, double[] e) =>
        g.Zip(e, (x, y) => x * y).Sum() / Math.Sqrt(g.Sum(x => x * x) * e.Sum(x => x * x));
}
