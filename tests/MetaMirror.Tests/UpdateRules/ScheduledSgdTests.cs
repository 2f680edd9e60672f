using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>FDS's inner step and its forward recursions, PAPERS 5.4, on a quartic of two variables, whose Hessian moves with w.</summary>
public sealed class ScheduledSgdTests
{
    private const int K = 3, W = 4, Columns = 3 * K;

    /// <summary>12 steps of some 20 roundings, beside numbers of size 1.</summary>
    private const double Rounding = 12 * 20 * 1.2e-16 * 10;

    /// <summary>Central differences in steps of 1e-5: 1e-10 times third derivatives, and 1e-16 / 1e-5 of rounding.</summary>
    private const double H = 1e-5, Difference = 1e-8;

    private static readonly double[] Schedules = [.12, .05, .08, .6, .3, .8, .02, 0, .05];

    [Fact]
    public void Steps_and_columns_equal_the_printed_recursions()
    {
        (double[] w, double[] v, double[][] z, double[][] c) = Printed(Schedules);
        var rule = Rule();
        var objective = Objective();
        double[] theta = [.5, -.25], state = [0, 0], g = new double[2];
        double[][] dTheta = [.. Enumerable.Range(0, Columns).Select(_ => new double[2])], dState = [.. Enumerable.Range(0, Columns).Select(_ => new double[2])];
        for (int t = 0; t < K * W; t++)
        {
            objective.Evaluate(theta, [], BatchKey.Full, g);
            var context = new StepContext<double> { Step = t, Steps = K * W, Age = t, Layout = objective.Layout, Meta = Schedules, Scratch = [] };
            for (int j = 0; j < Columns; j++)
            {
                double[] hz = Product(theta, dTheta[j]), unit = new double[Columns];
                unit[j] = 1;
                rule.Jvp(context, new(theta, g, [1.0], state), unit, new(dTheta[j], hz, [0.0], dState[j]));
            }

            rule.Step(context, new(theta, g, [1.0], state));
        }

        Near(w, theta, Rounding);
        Near(v, state, Rounding);
        for (int j = 0; j < Columns; j++)
        {
            Near(z[j], dTheta[j], Rounding);
            Near(c[j], dState[j], Rounding);
        }
    }

    [Fact]
    public void Columns_equal_differences_of_the_run()
    {
        (_, _, double[][] z, double[][] c) = Printed(Schedules);
        for (int j = 0; j < Columns; j++)
        {
            // A decay of 0 may be differentiated through 0: the loop has no ranges.
            (double[] w, double[] v, _, _) = Printed([.. Schedules.Select((x, i) => i == j ? x + H : x)]);
            (double[] w2, double[] v2, _, _) = Printed([.. Schedules.Select((x, i) => i == j ? x - H : x)]);
            Near([.. w.Zip(w2, (x, y) => (x - y) / (2 * H))], z[j], Difference);
            Near([.. v.Zip(v2, (x, y) => (x - y) / (2 * H))], c[j], Difference);
        }
    }

    [Fact]
    public void Forward_mode_is_the_loss_gradient_times_the_columns_with_one_product_a_column_and_step()
    {
        var problem = new TrialProblem(Rule(), new ValidationLoss<double>(), K * W, fullBatch: true, penalty: false);
        problem.Meta.SetNatural(Schedules);
        (double[] total, _, HypergradientReport report) = problem.Compute(new ForwardMode<double>());
        (double[] w, _, double[][] z, _) = Printed(Schedules);
        double[] validation = new double[2];
        new QuarticObjective([1, 0, 0, 3], [.2, .4]).Evaluate(w, [], BatchKey.Full, validation);
        Near([.. z.Select(column => (validation[0] * column[0]) + (validation[1] * column[1]))], total, 10 * Rounding);
        Assert.Equal(Columns * K * W, report.HessianVectorProducts);
    }

    /// <summary>The longest product of the run is cut, and the columns are those of the loop with the same cut.</summary>
    [Fact]
    public void Clipped_products_equal_the_printed_recursions_with_the_clamp()
    {
        const double bound = .3;
        var problem = new TrialProblem(Rule(), new ValidationLoss<double>(), K * W, fullBatch: true, penalty: false);
        problem.Meta.SetNatural(Schedules);
        double[] total = problem.Compute(new ForwardMode<double>(bound).ForThread()).Total;
        (double[] w, _, double[][] z, _) = Printed(Schedules, bound);
        double[] validation = new double[2];
        new QuarticObjective([1, 0, 0, 3], [.2, .4]).Evaluate(w, [], BatchKey.Full, validation);
        Near([.. z.Select(column => (validation[0] * column[0]) + (validation[1] * column[1]))], total, 10 * Rounding);
        Assert.True(Math.Abs(total[0] - problem.Compute(new ForwardMode<double>()).Total[0]) > 1e-3);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ForwardMode<double>(0));
    }

    /// <summary>floor(K t / T) for K that does not divide T, and beyond the planned end the last value.</summary>
    [Fact]
    public void Values_are_shared_by_steps_in_a_row()
    {
        var rule = new ScheduledSgd<double>(new() { LearningRateValues = 3 });
        double[] meta = [1, 2, 3, 0, 0], found = new double[8];
        for (int t = 0; t < found.Length; t++)
        {
            double[] theta = [0];
            var context = new StepContext<double> { Step = t, Steps = 7, Age = t, Layout = ParameterLayout.Vector(1), Meta = meta, Scratch = [] };
            rule.Step(context, new(theta, [-1.0], [1.0], [0.0]));
            found[t] = theta[0];
        }

        Assert.Equal([1, 1, 1, 2, 2, 3, 3, 3], found);
    }

    [Fact]
    public void Values_out_of_range_are_refused_by_name()
    {
        Assert.Contains("learning_rate of scheduled-sgd", Assert.Throws<ArgumentOutOfRangeException>(() => new ScheduledSgd<double>(new() { LearningRate = -1 })).Message, StringComparison.Ordinal);
        Assert.Contains("momentum of scheduled-sgd", Assert.Throws<ArgumentOutOfRangeException>(() => new ScheduledSgd<double>(new() { Momentum = 1 })).Message, StringComparison.Ordinal);
        Assert.Contains("weight_decay of scheduled-sgd", Assert.Throws<ArgumentOutOfRangeException>(() => new ScheduledSgd<double>(new() { WeightDecay = -1 })).Message, StringComparison.Ordinal);
        Assert.Contains("MomentumValues of scheduled-sgd", Assert.Throws<ArgumentOutOfRangeException>(() => new ScheduledSgd<double>(new() { MomentumValues = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("bound of clip-by-value", Assert.Throws<ArgumentOutOfRangeException>(() => new ClipByValue<double>(0)).Message, StringComparison.Ordinal);
        var meta = new MetaParameters<double>([], new ScheduledSgd<double>().MetaSpecs(ParameterLayout.Vector(1)), []);
        Assert.Equal(["learning_rate", "momentum", "weight_decay"], meta.Entries.Select(e => e.Spec.Name));
        Assert.Equal([5, 1, 1], meta.Entries.Select(e => e.Spec.Length));
        meta.SetNatural([-1, 1, 2, 3, 4, 2, -3]);
        Assert.Equal([0, 1, 2, 3, 4, double.BitDecrement(1), 0], meta.Natural.ToArray());
    }

    /// <summary>Or a run that diverges would go on.</summary>
    [Fact]
    public void Entries_that_are_not_numbers_stay_so_when_clipped()
    {
        double[] g = [.. Enumerable.Range(0, 37).Select(i => i % 3 == 0 ? double.NaN : i % 3 == 1 ? double.NegativeInfinity : double.PositiveInfinity)];
        new ClipByValue<double>(2).Step(default, new([], g, [], []));
        Assert.All(g.Index(), p => Assert.Equal(p.Index % 3 == 0 ? double.NaN : p.Index % 3 == 1 ? -2 : 2, p.Item));
    }

    /// <summary>PAPERS 5.4 as it is printed: v and w, and for each value Z = dw and C = dv, with the old v, w and C.</summary>
    private static (double[] W, double[] V, double[][] Z, double[][] C) Printed(double[] schedules, double bound = double.PositiveInfinity)
    {
        var objective = Objective();
        double[] w = [.5, -.25], v = [0, 0], g = new double[2];
        double[][] z = [.. Enumerable.Range(0, Columns).Select(_ => new double[2])], c = [.. Enumerable.Range(0, Columns).Select(_ => new double[2])];
        for (int t = 0; t < K * W; t++)
        {
            int now = t / W;
            double a = schedules[now], b = schedules[K + now], decay = schedules[(2 * K) + now];
            objective.Evaluate(w, [], BatchKey.Full, g);
            for (int j = 0; j < Columns; j++)
            {
                double[] hz = [.. Product(w, z[j]).Select(x => Math.Clamp(x, -bound, bound))];
                for (int i = 0; i < 2; i++)
                {
                    double oldZ = z[j][i], oldC = c[j][i];
                    z[j][i] = (oldZ * (1 - (a * decay))) - (a * hz[i]) - (a * b * oldC);
                    c[j][i] = (b * oldC) + hz[i] + (decay * oldZ);
                    if (j == now)
                        z[j][i] -= g[i] + (decay * w[i]) + (b * v[i]);
                    if (j == K + now)
                        (z[j][i], c[j][i]) = (z[j][i] - (a * v[i]), c[j][i] + v[i]);
                    if (j == (2 * K) + now)
                        (z[j][i], c[j][i]) = (z[j][i] - (a * w[i]), c[j][i] + w[i]);
                }
            }

            for (int i = 0; i < 2; i++)
            {
                v[i] = (b * v[i]) + g[i] + (decay * w[i]);
                w[i] -= a * v[i];
            }
        }

        return (w, v, z, c);
    }

    private static double[] Product(double[] w, double[] z)
    {
        double[] product = new double[2];
        Objective().HessianVectorProducts(w, [], BatchKey.Full, 1, z, product);
        return product;
    }

    private static QuarticObjective Objective() => new(TrialProblem.H2, [1, -1]);

    private static ScheduledSgd<double> Rule() => new(new() { LearningRateValues = K, MomentumValues = K, WeightDecayValues = K });

    private static void Near(double[] expected, double[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], tolerance * Math.Max(1, Math.Abs(expected[i])));
    }
}
