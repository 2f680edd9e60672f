using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Optimism;

/// <summary>A rule on a convex loss: all points, gradients and losses of the run.</summary>
internal sealed class GuidedRun
{
    private readonly double[] _scratch;

    public GuidedRun(UpdateRule<double> rule, double[] start, int steps, Func<double[], double[], double> loss, double[]? meta = null)
    {
        var layout = ParameterLayout.Vector(start.Length);
        Meta = meta ?? [.. new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural];
        _scratch = new double[rule.ScratchLength(layout)];
        double[] theta = [.. start], state = new double[rule.StateLength(layout)];
        for (int t = 0; t < steps; t++)
        {
            double[] g = new double[theta.Length];
            Losses.Add(loss(theta, g));
            Points.Add([.. theta]);
            Gradients.Add([.. g]);
            Array.Fill(_scratch, double.NaN);
            rule.Step(new() { Step = t, Steps = steps, Age = t, Layout = layout, Meta = Meta, Scratch = _scratch }, new(theta, g, [1.0], state));
        }

        Points.Add(theta);
    }

    public double[] Meta { get; }

    /// <summary>theta_1, ..., theta_{T+1}.</summary>
    public List<double[]> Points { get; } = [];

    /// <summary>g_1, ..., g_T.</summary>
    public List<double[]> Gradients { get; } = [];

    public List<double> Losses { get; } = [];

    public double[] End => Points[^1];

    /// <summary>&lt;g_t, theta_t - u&gt;, t = 1 .. T.</summary>
    public double[] Linearized(double[] u) => [.. Gradients.Select((g, t) => Vectors.Dot<double>(g, Difference(Points[t], u)))];

    public static double[] Difference(double[] x, double[] y) => [.. x.Zip(y, (a, b) => a - b)];
}
