using MetaMirror.Divergences;
using MetaMirror.MetaLearners;
using MetaMirror.Optimism;
using MetaMirror.UpdateRules;
using static MetaMirror.Tests.Optimism.GuidedRun;

namespace MetaMirror.Tests.Optimism;

/// <summary>
/// PAPERS section 9, R15 to R17 and R19: other papers' recursions from the parts that are here. Optimistic meta-gradients are mirror descent on w with supplied hints, fed
/// with weighted gradients at the averaged iterate; FDS is the tangent of heavy-ball SGD; ARUBA's steps are those of the statistics.
/// </summary>
public sealed class OptimisticMetaNumbersTests
{
    /// <summary>The numbers are printed to 12 digits.</summary>
    private const double Printed = 1e-11;

    private static readonly double[] H2 = [2, .5, .5, 1];

    [Fact]
    public void R15_Meta_Gradients_Without_Hints()
    {
        AveragedRun run = new(1, hint: false, elementwise: false, t => 1);
        Near([0, 0, .5, -.1, .833333333333, -.196666666667, 1.04166666667, -.290083333333, 1.15833333333, -.380331666667], run.Averages);
        Near([.143700997722], [run.Gap]);
        Assert.True(run.Gap <= .5);
    }

    [Fact]
    public void R15_Optimistic_Meta_Gradients_And_R16_The_Bootstrapped_Target()
    {
        AveragedRun run = new(.25, hint: true, elementwise: false, t => t);
        Near([0, 0, .5, -.1, .6875, -.19375, .83125, -.3006875, .925520833333, -.421396354167], run.Averages);
        double[] w = [.. run.Guided.Points.Take(5).SelectMany(x => x)];
        Near([0, 0, .75, -.15, .875, -.2875, 1.046875, -.46109375, 1.1140625, -.6628140625], w);
        Near([.127373046666], [run.Gap]);
        Assert.True(run.Gap <= 2.0 / 3);

        // z_3 = x_3 - [ grad f(xbar_3) + 4/3 y_4 - y_3 ], y_4 = grad f(xbar_3), y_3 = grad f(xbar_2): a step 3 beta towards it is the optimistic one.
        double[] now = Slope(run.Averages[4..6]), before = Slope(run.Averages[2..4]);
        double[] z = [.. Enumerable.Range(0, 2).Select(i => w[4 + i] - (now[i] + (4.0 / 3 * now[i]) - before[i]))];
        Near([1.10416666667, -.518958333333], z);
        Near(w[6..8], [.. Enumerable.Range(0, 2).Select(i => w[4 + i] - (3 * .25 * (w[4 + i] - z[i])))]);
    }

    [Fact]
    public void R15_The_Weights_With_The_Better_Constant_And_The_Elementwise_Rule()
    {
        AveragedRun better = new(1, hint: true, elementwise: false, t => double.NaN);
        Near([7.55587162853], [better.WeightSum]);
        Near([1, -.759143591045], better.Averages[^2..]);
        Near([.0769862313823], [better.Gap]);
        Assert.True(better.Gap <= .330868511657);

        AveragedRun rates = new(.25, hint: true, elementwise: true, t => t);
        Near([.75, .03, .6875, .05984012, .730712890625, .0993528311592, .766650753541, .148305412323], [.. rates.Guided.Points.Skip(1).Take(4).SelectMany(x => x)]);
        Near([.5, -.004, .671875, -.009972043976, .767781066895, -.0178806404367, .827124673578, -.0276792747331], rates.Averages[2..]);
        Near([.209445391409], [rates.Gap]);
    }

    [Fact]
    public void R17_Forward_Derivatives_In_Rate_Momentum_And_Weight_Decay()
    {
        var rule = new Sgd<double>(new() { LearningRate = .1, Momentum = .5, WeightDecay = .01, Learn = ["learning_rate", "momentum", "weight_decay"] });
        var expected = new Dictionary<string, double[]>(StringComparer.Ordinal)
        {
            ["learning_rate"] = [-3.29346453, -8.19946153, -10.8166698, -8.7766898],
            ["momentum"] = [-.367198, -.687198, 2.16198, 4.36198],
            ["weight_decay"] = [-.2785803, -.2735603, .687803, .637603],
        };
        var layout = ParameterLayout.Vector(2);
        IReadOnlyList<MetaParameterSpec<double>> specs = rule.MetaSpecs(layout);
        double[] meta = [.. new MetaParameters<double>([], specs, []).Natural];
        foreach ((string name, double[] numbers) in expected)
        {
            double[] along = [.. specs.Select(s => string.Equals(s.Name, name, StringComparison.Ordinal) ? 1.0 : 0)];
            double[] w = [1, 1], v = [0, 0], dW = [0, 0], dV = [0, 0];
            for (int t = 0; t < 3; t++)
            {
                double[] g = [(H2[0] * w[0]) + (H2[1] * w[1]) - 1, (H2[2] * w[0]) + (H2[3] * w[1]) + 1];
                double[] dG = [(H2[0] * dW[0]) + (H2[1] * dW[1]), (H2[2] * dW[0]) + (H2[3] * dW[1])];
                var context = new StepContext<double> { Step = t, Steps = 3, Age = t, Layout = layout, Meta = meta, Scratch = new double[rule.ScratchLength(layout)] };
                rule.Jvp(context, new(w, [.. g], [1.0], v), along, new(dW, dG, [0.0], dV));
                rule.Step(context, new(w, g, [1.0], v));
            }

            Near([.519585849, .059385949, 1.45815151, 3.46015051], [.. w, .. v]);
            Near(numbers, [.. dW, .. dV]);
        }
    }

    [Fact]
    public void R19_Aruba_From_The_Statistics()
    {
        const double eps = .5, zeta = 1;
        var run = new GuidedRun(new Sgd<double>(new() { LearningRate = eps / zeta }), [0, 0], 3, R15);
        var statistics = new BoundStatistics(ParameterLayout.Vector(2));
        run.Gradients.ForEach(g => statistics.AddGradient<double>(g));
        statistics.AddRun<double>(run.Points[0], run.End);
        Near([.875, -.28525], run.End);
        double[] b = [.. statistics.SquaredDisplacements.ToArray().Select(d => (eps * eps * 1.5) + (d / 2))], g = [.. statistics.SquaredGradients.ToArray().Select(s => (zeta * zeta * 1.5) + s)];
        Near([.7578125, .41568378125], b);
        Near([2.8125, 1.60868025], g);
        Near([.519080383413, .508331093081], [.. b.Zip(g, (x, y) => Math.Sqrt(x / y))]);
    }

    private static double[] Slope(double[] x) => [x[0] - 1, .1 * (x[1] + 2)];

    private static double R15(double[] x, double[] g)
    {
        Slope(x).CopyTo(g, 0);
        return (g[0] * g[0] / 2) + (.05 * (x[1] + 2) * (x[1] + 2));
    }

    private static void Near(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        double largest = expected.Max(Math.Abs);
        foreach (double error in Difference(expected, found))
            Assert.True(Math.Abs(error) <= Printed * largest, $"expected {string.Join(' ', expected)}, found {string.Join(' ', found)}");
    }

    /// <summary>Optimistic Meta-Gradients' Algorithms 2 and 4 on R15's f from xbar_0 = 0 for 5 steps: x_t = w_t, or xbar_(t-1) - w_t times the gradient there; weights alpha_t, NaN for sqrt(A_(t-1)).</summary>
    private sealed class AveragedRun
    {
        private readonly List<double[]> _averages = [];
        private double[] _guess = [0, 0];

        public AveragedRun(double beta, bool hint, bool elementwise, Func<int, double> weight)
        {
            double[] average = [0, 0];
            Guided = new GuidedRun(new Chain<double>(new SuppliedHint<double>((_, h) => _guess.CopyTo(h)), new MirrorDescent<double>(new ScaledIdentity<double>(), beta)), [0, 0], 5, (w, g) =>
            {
                double[] before = Slope(average), jacobian = elementwise ? [-before[0], -before[1]] : [1, 1];
                double alpha = Weight(_averages.Count + 1);
                WeightSum += alpha;
                for (int i = 0; i < 2; i++)
                    average[i] += alpha / WeightSum * ((elementwise ? average[i] - (w[i] * before[i]) : w[i]) - average[i]);
                _averages.Add([.. average]);
                double[] slope = Slope(average), next = elementwise ? [-slope[0], -slope[1]] : [1, 1];
                double following = Weight(_averages.Count + 1);
                for (int i = 0; i < 2; i++)
                {
                    g[i] = alpha * jacobian[i] * slope[i];
                    _guess[i] = hint ? following * next[i] * slope[i] : 0;
                }

                return 0;
            });
            Gap = OptimisticMetaNumbersTests.R15(average, new double[2]);

            double Weight(int t) => double.IsNaN(weight(t)) ? t == 1 ? 1 : Math.Sqrt(WeightSum) : weight(t);
        }

        public GuidedRun Guided { get; }

        public double WeightSum { get; private set; }

        /// <summary>f(xbar_5) - f(x*).</summary>
        public double Gap { get; }

        public double[] Averages => [.. _averages.SelectMany(x => x)];
    }
}
