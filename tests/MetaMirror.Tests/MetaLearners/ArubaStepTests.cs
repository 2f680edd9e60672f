using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>ARUBA's recurrences: PAPERS section 9, R19, and by hand over several tasks.</summary>
public sealed class ArubaStepTests
{
    private const double Rate = 0.5;
    private const int Steps = 3;

    // R15's f = (x - 1)^2 / 2 + .05 (y + 2)^2, and another of other curvature.
    private static readonly (double[] A, double[] B)[] Functions = [([1, 0, 0, .1], [1, -.2]), ([.4, 0, 0, .2], [-.4, .2])];

    [Fact]
    public void R19_One_task()
    {
        var step = new ArubaStep<double>(new ArubaOptions());
        MetaLearner<double> learner = Learner(step, [Functions[0]], 1);
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        Near([.7578125, .41568378125], step.SquaredDisplacements);
        Near([2.8125, 1.60868025], step.SquaredGradients);
        Near([.519080383413, .508331093081], Rates(learner));
    }

    public static TheoryData<double, double, double, bool> Options => new()
    {
        { 1, 1, 0, false }, { .3, .4, 0, false }, { .3, 1, .1, false }, { .3, 1, 0, true },
    };

    [Theory, MemberData(nameof(Options))]
    public void Several_tasks_equal_the_scalar_loop(double zeta, double exponent, double decay, bool isotropic)
    {
        const int Passes = 4;
        var step = new ArubaStep<double>(new ArubaOptions { Zeta = zeta, Exponent = exponent, Decay = decay, IsIsotropic = isotropic });
        MetaLearner<double> learner = Learner(step, Functions, Passes);
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);

        double eps = zeta * Rate, t = 1;
        double[] b = [eps * eps, eps * eps], g = [zeta * zeta, zeta * zeta], eta = [Rate, Rate];
        for (int pass = 0; pass < Passes; pass++)
        {
            foreach ((double[] a, double[] c) in Functions)
            {
                double[] theta = [0, 0], sums = [0, 0];
                for (int s = 0; s < Steps; s++)
                {
                    for (int i = 0; i < 2; i++)
                    {
                        double slope = (a[3 * i] * theta[i]) - c[i];
                        sums[i] += slope * slope;
                        theta[i] -= eta[i] * slope;
                    }
                }

                double again = Math.Pow(t + 1, -exponent);
                for (int i = 0; i < 2; i++)
                {
                    b[i] = ((1 - decay) * b[i]) + (.5 * theta[i] * theta[i]) + (eps * eps * again);
                    g[i] = ((1 - decay) * (g[i] + sums[i])) + (zeta * zeta * again);
                }

                t++;
            }

            eta = isotropic
                ? [Math.Sqrt((b[0] + b[1]) / (g[0] + g[1])), Math.Sqrt((b[0] + b[1]) / (g[0] + g[1]))]
                : [Math.Sqrt(b[0] / g[0]), Math.Sqrt(b[1] / g[1])];
        }

        Near(b, step.SquaredDisplacements);
        Near(g, step.SquaredGradients);
        Near(eta, Rates(learner));
    }

    [Fact]
    public void A_learned_initial_point_moves_towards_the_last_iterates()
    {
        const double Share = .5;
        MetaLearner<double> learner = Learner(new ArubaStep<double>(new ArubaOptions { InitialPointRate = Share }), Functions, 1, new LearnedInitialPoint<double>([0, 0]));
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        double[] expected = new double[2];
        foreach ((double[] a, double[] c) in Functions)
        {
            for (int i = 0; i < 2; i++)
                expected[i] += Share / 2 * c[i] / a[3 * i] * (1 - Math.Pow(1 - (Rate * a[3 * i]), Steps));
        }

        Near(expected, learner.Meta.Of(MetaPlace.InitialPoint));
    }

    /// <summary>Curvatures of 1 and .05: no single rate suits both.</summary>
    [Fact]
    public void Learned_rates_lower_the_loss()
    {
        (double[] A, double[] B)[] tasks = [([1, 0, 0, .05], [1, .3]), ([1.2, 0, 0, .05], [-.8, .2]), ([.8, 0, 0, .05], [.9, -.4])];
        MetaLearner<double> learner = Learner(new ArubaStep<double>(new ArubaOptions { Zeta = .01 }), tasks, 20, steps: 10);
        learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        double least = tasks.Average(task => -.5 * ((task.B[0] * task.B[0] / task.A[0]) + (task.B[1] * task.B[1] / task.A[3])));
        double before = learner.History[0].Value - least, after = learner.History[^1].Value - least;
        Assert.True(after < .01 * before, $"{after} above the least with learned rates, {before} with one");
    }

    [Fact]
    public void Other_rules_and_values_out_of_range_are_refused_by_name()
    {
        ArgumentException rule = Assert.Throws<ArgumentException>(() => Learner(new ArubaStep<double>(new ArubaOptions()), Functions, 1, rule: new Sgd<double>(new() { LearningRate = 1 })));
        Assert.Contains("needs mirror descent over a diagonal, found 'sgd'", rule.Message, StringComparison.Ordinal);
        ArgumentException point = Assert.Throws<ArgumentException>(() => Learner(new ArubaStep<double>(new ArubaOptions { InitialPointRate = 1 }), Functions, 1));
        Assert.Contains("expected a learned one of 2 values, found 0", point.Message, StringComparison.Ordinal);
        foreach (ArubaOptions options in new ArubaOptions[] { new() { Zeta = 0 }, new() { Exponent = -1 }, new() { Decay = 1 }, new() { InitialPointRate = 2 } })
            Assert.Contains("ARUBA's", Assert.Throws<ArgumentOutOfRangeException>(() => new ArubaStep<double>(options)).Message, StringComparison.Ordinal);
    }

    private static MetaLearner<double> Learner(
        ArubaStep<double> step, (double[] A, double[] B)[] tasks, int outerSteps, InitialPoint<double>? initialPoint = null, UpdateRule<double>? rule = null, int steps = Steps) => new(
        new TaskFamily<double>([.. tasks.Select((t, i) => new ObjectiveTask<double>($"f{i}", () => new QuadraticObjective<double>(t.A, t.B), [0, 0]))]),
        rule ?? new MirrorDescent<double>(new DiagonalQuadratic<double>(1 / Rate), 1), initialPoint ?? new TaskInitialPoint<double>(), new Unroll(steps, FullBatch: true), step,
        new MetaLearnerOptions { OuterSteps = outerSteps, StoppingChange = 0 });

    private static double[] Rates(MetaLearner<double> learner) => [.. learner.Meta.Of(MetaPlace.Rule)[..2].ToArray().Select(p => 1 / p)];

    /// <summary>Printed numbers have 12 digits; loops of 24 steps round less than that.</summary>
    private static void Near(ReadOnlySpan<double> expected, ReadOnlySpan<double> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-11);
    }
}
