using System.Numerics;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Bootstrapping;

/// <summary>Algorithm 3 (or, without a target, Algorithm 1) as a loop over coordinates; the meta-gradient of each rate by an imaginary step through the K learned steps.</summary>
internal sealed class ScalarBootstrap(DriftingQuartic f, string rule, string? target, double alpha, BootstrapOptions options)
{
    /// <summary>Imaginary step: its square vanishes beside any value, so the derivative has no truncation error.</summary>
    private const double H = 1e-60;

    private readonly int[] _group = Groups(f.Layout, options.Granularity);

    public double[] Rates { get; private set; } = [];

    /// <summary>x_0, ..., x_T.</summary>
    public List<double[]> Run(double[] start, int steps)
    {
        int n = start.Length, cycle = options.LearnedSteps + options.TargetSteps - 1;
        double[] x = start, w = [.. Enumerable.Repeat(options.Rate, _group.Max() + 1)], began = start;
        ScalarRule learner = ScalarRule.Of(rule, 1, n), atStart = learner, aim = ScalarRule.Of(target ?? "sgd", alpha, n);
        var path = new List<double[]> { x };
        for (int t = 0; t < steps; t++)
        {
            Complex[] g = f.Gradient(Complexes(x), t);
            (Complex[] dz, aim) = aim.Step(g);
            if (t > 0 && t % cycle == 0)
            {
                double[] z = [.. x.Zip(dz, (v, d) => v - d.Real)];
                w = Moved(w, began, atStart, t - cycle, z);
            }

            if (t % cycle == 0)
                (began, atStart) = (x, learner);
            (Complex[] d, learner) = learner.Step(g);
            x = [.. x.Select((v, i) => v - (w[_group[i]] * d[i].Real))];
            path.Add(x);
        }

        Rates = w;
        return path;
    }

    private double[] Moved(double[] w, double[] began, ScalarRule atStart, int step, double[] z) =>
    [
        .. w.Select((value, j) =>
        {
            double slope = Distance(w, j, began, atStart, step, z).Imaginary / H;
            double x = Math.Clamp(-options.MetaRate * value * slope, -1, 1);
            return options.Form == RateForm.Additive ? value - (options.MetaRate * slope) : value * (1 + (x / 2)) / (1 - (x / 2));
        }),
    ];

    /// <summary>mu(z, x^(K)(w + i h e_j)), or f(x^(K)).</summary>
    private Complex Distance(double[] w, int j, double[] began, ScalarRule learner, int step, double[] z)
    {
        Complex[] rates = [.. w.Select((value, i) => new Complex(value, i == j ? H : 0))], x = Complexes(began);
        for (int k = 0; k < options.LearnedSteps; k++)
        {
            (Complex[] d, learner) = learner.Step(f.Gradient(x, step + k));
            x = [.. x.Select((v, i) => v - (rates[_group[i]] * d[i]))];
        }

        if (target is not null)
            return x.Zip(z, (v, goal) => 0.5 * (v - goal) * (v - goal)).Aggregate(Complex.Zero, (a, b) => a + b);

        // d f(x) = <g, dx>, which is all that the imaginary part is asked for.
        Complex[] g = f.Gradient([.. x.Select(v => new Complex(v.Real, 0))], step + options.LearnedSteps);
        return new Complex(0, x.Zip(g, (v, slope) => v.Imaginary * slope.Real).Sum());
    }

    private static int[] Groups(ParameterLayout layout, RateGranularity granularity) =>
    [
        .. Enumerable.Range(0, layout.Length).Select(i => granularity switch
        {
            RateGranularity.Scalar => 0,
            RateGranularity.Block => layout.Blocks.IndexOf(layout.BlockAt(i)),
            _ => i,
        }),
    ];

    private static Complex[] Complexes(double[] x) => [.. x.Select(v => new Complex(v, 0))];
}
