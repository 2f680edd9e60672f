using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Tasks;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Cases;

/// <summary>
/// PAPERS 6.5 (R12): the direct part of Eq. 10 collapses to one learning rate, and its indirect part is largest at eta h T / P = 1.2564: why MetaMD's relaxed
/// objective is no default here.
/// </summary>
public sealed class CollapseTests
{
    private static readonly double[] Squares = [4, 1, .25];
    private const double K = 1;

    [Fact]
    public void Descent_on_the_direct_part_with_fixed_displacements_ends_at_a_scaled_identity()
    {
        double total = Squares.Sum(), expected = Math.Sqrt(2 * K / total);
        Assert.Equal(0.617213399848, expected, 1e-12);
        double[] displacement = [.. Squares.Select(Math.Sqrt)], start = new double[3];
        var divergence = new DiagonalQuadratic<double>([1.5 * 1.5, 1.2 * 1.2, 1.1 * 1.1]);
        var rule = new MirrorDescent<double>(divergence, 1);
        ParameterLayout layout = ParameterLayout.Vector(3);
        MetaObjective<double> objective = new RelaxedRegretBound<double>(K).ForThread(rule, layout);
        var meta = new MetaParameters<double>([], rule.MetaSpecs(layout), []);
        var training = new QuadraticObjective<double>(new double[9], new double[3]);
        var ends = new RunEnds<double> { Initial = start, Final = displacement, Steps = 1, Training = training, Validation = null };
        double[] gradient = new double[4], raw = new double[4], unused = new double[3];

        // The largest displacement gets the smallest P first: stopped early, learning would look anisotropic. Then the steps of the
        // subgradient of 1/lambda shrink with rho = .05 / (1 + t / 1000).
        double early = 0;
        for (int t = 0; t < 200_000; t++)
        {
            Array.Clear(gradient);
            objective.AddFinalGradient(ends, meta, unused, unused, gradient);
            meta.PullBack(gradient, gradient);
            for (int i = 0; i < 4; i++)
                raw[i] = meta.Raw[i] - (.05 / (1 + (t / 1000.0)) * gradient[i]);
            meta.SetRaw(raw);
            if (t == 5)
                early = meta.Natural[0] / meta.Natural[2];
        }

        // rho ends at 2.5e-4 and the subgradient at 2 K / lambda: P hovers within 1e-3.
        Assert.True(early < .8, $"P_1 / P_3 early: {early}");
        for (int i = 0; i < 3; i++)
            Assert.Equal(expected, meta.Natural[i], 1e-3);
        Assert.Equal(3.2403703492, objective.FinalTerm(ends, meta), 1e-2);
        meta.SetNatural([expected, expected, expected, 1]);
        Assert.Equal(3.2403703492, objective.FinalTerm(ends, meta), 1e-10);
    }

    [Theory]
    [InlineData(500, 1.25693922107, .407776717324)]
    [InlineData(2_000_000, 1.25643120863, .407264377589)]
    public void The_indirect_part_has_its_hump_at_1_2564(int steps, double at, double value)
    {
        // One dimension, curvature h, x = eta h T / P: B = P (1 - (1 - x / T)^T)^2 Delta^2 / 2 = (eta h T / 2) f(x), f = (1 - (1 - x / T)^T)^2 / x.
        double F(double x) => Math.Pow(1 - Math.Exp(steps * Math.Log(1 - (x / steps))), 2) / x;
        Assert.Equal(value, F(at), 1e-6 * value);
        Assert.True(F(at) > F(at - 1e-3) && F(at) > F(at + 1e-3));
        if (steps > 1000)
            return;

        // The same by a run: the gradient of the whole objective in P vanishes there, and changes its sign.
        Assert.Equal(value, Bound(at, steps).Value, 1e-11);
        Assert.Equal(0, Bound(at, steps).Slope, 1e-11);
        Assert.True(Bound(.8 * at, steps).Slope < 0, "under-trained: the metric grows, the step shrinks");
        Assert.True(Bound(1.3 * at, steps).Slope > 0, "well trained: the step grows");
    }

    /// <summary>f(x) = 2 B / (eta h T Delta^2), and its derivative in log P, with opposite sign the one of descent, by a run of mirror descent on h theta^2 / 2.</summary>
    private static (double Value, double Slope) Bound(double x, int steps)
    {
        double p = steps / x;
        var rule = new MirrorDescent<double>(new DiagonalQuadratic<double>([p]), 1);
        var task = new ObjectiveTask<double>("hump", () => new QuadraticObjective<double>([1], [0]), [1]);
        var problem = new InnerProblem<double>(task, rule, new TaskInitialPoint<double>(), new Unroll(steps, FullBatch: true));
        MetaGradient gradient = MetaGradient.Of(problem, new RelaxedRegretBound<double>(0), new MetaMirror.Hypergradients.ReverseMode<double>());
        return (2 * gradient.Report.Value / steps, 2 * gradient.Total[0] * p / steps);
    }
}
