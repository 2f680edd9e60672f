using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.Tests.Hypergradients;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>PAPERS 6.6 and R9: metrics from statistics in closed form.</summary>
public sealed class MetricFromStatisticsTests
{
    private const double Printed = 1e-11;
    private static readonly BoundStatisticsOptions Everything = BoundStatisticsOptions.Everything;

    [Fact]
    public void Reference_numbers()
    {
        // Displacements and gradients with A = [2 .5; .5 1], G = [1 -.3; -.3 3]: Cholesky columns, one run counted each, so times sqrt 2.
        var statistics = new BoundStatistics(ParameterLayout.Vector(2), Everything);
        double[] a = Root([2, .5, .5, 1]), g = Root([1, -.3, -.3, 3]);
        for (int k = 0; k < 2; k++)
        {
            double s = Math.Sqrt(2);
            statistics.AddGradient<double>([s * g[k], s * g[2 + k]]);
            statistics.AddRun<double>([0, 0], [s * a[k], s * a[2 + k]]);
        }

        ClosedFormMetric full = MetricFromStatistics.Full(statistics, 0, MetricFloors.None);
        TrialProblem.AssertClose([.754286211957, -.311252717534, -.311252717534, 1.83802436614], full.Metric, Printed, "Q");
        Assert.Equal(3.03534407252, full.Bound, 3e-11);
        Assert.Equal(full.Metric, MetricFromStatistics.Full(statistics, MetricFloors.None).Metric);
        ClosedFormMetric diagonal = MetricFromStatistics.Diagonal(statistics, MetricFloors.None);
        TrialProblem.AssertClose([.707106781187, 1.73205080757], diagonal.Metric, Printed, "q");
        Assert.Equal(3.14626436994, diagonal.Bound, 3e-11);
        ClosedFormMetric scalar = MetricFromStatistics.Scalar(statistics, MetricFloors.None);
        Assert.Equal(1.15470053838, scalar.Metric[0], 1e-11);
        Assert.Equal(3.46410161514, scalar.Bound, 3e-11);
        Assert.Equal(scalar, MetricFromStatistics.PerTensor(statistics, MetricFloors.None) with { Metric = scalar.Metric });
    }

    [Fact]
    public void Finer_metrics_have_lower_bounds()
    {
        var layout = new ParameterLayout(("w", [2, 3]), ("b", [2]));
        for (uint seed = 0; seed < 30; seed++)
        {
            BoundStatistics statistics = Random(layout, seed, 12, 20);
            double scalar = MetricFromStatistics.Scalar(statistics).Bound, tensor = MetricFromStatistics.PerTensor(statistics).Bound;
            double diagonal = MetricFromStatistics.Diagonal(statistics).Bound;
            double full = MetricFromStatistics.Full(statistics, 0).Bound + MetricFromStatistics.Full(statistics, 1).Bound;
            double whole = MetricFromStatistics.Full(statistics).Bound;
            double kronecker = new KroneckerAlternation(statistics, 0).Minimize().Bound;

            // Floors of 1e-6 lift each by at most some 1e-6 of itself.
            Assert.True(tensor <= scalar * 1.00001 && diagonal <= tensor * 1.00001 && full <= diagonal * 1.00001 && whole <= full * 1.00001);
            Assert.InRange(kronecker, MetricFromStatistics.Full(statistics, 0).Bound * .99999, scalar * 1.00001);
        }
    }

    [Fact]
    public void Too_few_runs_need_floors_and_get_them()
    {
        BoundStatistics statistics = Random(new ParameterLayout(("w", [2, 3])), 3, 2, 3);
        ArgumentException error = Assert.Throws<ArgumentException>(() => MetricFromStatistics.Full(statistics, 0, MetricFloors.None));
        Assert.Contains("span too few directions", error.Message, StringComparison.Ordinal);
        ClosedFormMetric usual = MetricFromStatistics.Full(statistics, 0), absolute = MetricFromStatistics.Full(statistics, 0, new MetricFloors { Displacement = .1, Gradient = .1, Relative = 0 });
        Assert.All(usual.Metric.Concat(absolute.Metric), q => Assert.True(double.IsFinite(q)));
        Assert.True(usual.Bound > 0 && usual.Bound < absolute.Bound);
    }

    [Fact]
    public void Statistics_that_lack_something_say_what()
    {
        var layout = new ParameterLayout(("w", [2, 3]), ("b", [2]));
        AssertRefused("no completed run", "the statistics have none", () => MetricFromStatistics.Scalar(new BoundStatistics(layout)));
        var sums = new BoundStatistics(layout);
        sums.AddRun<double>(new double[8], [1, 1, 1, 1, 1, 1, 1, 1]);
        AssertRefused("sums only", "keep sums only", () => MetricFromStatistics.Full(sums, 0));
        AssertRefused("no gradient", "give floors", () => MetricFromStatistics.Diagonal(sums, MetricFloors.None));
        AssertRefused("no metric without gradients", "give floors", () => MetricFromStatistics.Diagonal(sums));
        var runs = new BoundStatistics(layout, new BoundStatisticsOptions { Displacements = true });
        runs.AddRun<double>(new double[8], [1, 1, 1, 1, 1, 1, 1, 1]);
        AssertRefused("no sample", "keep none", () => MetricFromStatistics.Full(runs, 0));
        AssertRefused("no matrix", "b [2] is none", () => new KroneckerAlternation(Random(layout, 1, 3, 3), 1).HalfStep());
        AssertRefused("no factors", "don't have them", () => FourthRootMap.Of(new BoundStatistics(layout, BoundStatisticsOptions.Diagonal), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => FourthRootMap.Of(Random(layout, 1, 3, 3), 0, 0));
    }

    [Fact]
    public void Iterated_on_a_quadratic_the_full_metric_tends_to_the_Hessian()
    {
        // As NewtonFixedPointTests has it by hand: two tasks a unit vector away from the minimizer; here through the statistics.
        double[] h = [2, .9, .9, .6], q = [20, 0, 0, 20], inverse = new double[4];
        for (int k = 0; k < 7; k++)
        {
            SymmetricMatrix.Power(q, 2, -1, double.NegativeInfinity, inverse);
            var statistics = new BoundStatistics(ParameterLayout.Vector(2), new BoundStatisticsOptions { Displacements = true });
            for (int task = 0; task < 2; task++)
            {
                double[] start = [task == 0 ? -1 : 0, task == 1 ? -1 : 0], theta = start;
                for (int t = 0; t < 5000; t++)
                {
                    double[] g = [(h[0] * theta[0]) + (h[1] * theta[1]), (h[2] * theta[0]) + (h[3] * theta[1])];
                    statistics.AddGradient<double>(g);
                    theta = [theta[0] - (inverse[0] * g[0]) - (inverse[1] * g[1]), theta[1] - (inverse[2] * g[0]) - (inverse[3] * g[1])];
                }

                statistics.AddRun<double>(start, theta);
            }

            q = MetricFromStatistics.Full(statistics, 0, MetricFloors.None).Metric;
        }

        TrialProblem.AssertClose(h, q, 1e-13, "Q_7");
    }

    internal static BoundStatistics Random(ParameterLayout layout, uint seed, int runs, int gradients)
    {
        var statistics = new BoundStatistics(layout, Everything);
        var stream = new RandomStream(new StreamKey(21, 0, seed, StreamPurpose.Test, 0));
        double[] zero = new double[layout.Length], x = new double[layout.Length], y = new double[layout.Length];
        for (int k = 0; k < Math.Max(runs, gradients); k++)
        {
            stream.FillNormal<double>(x);
            stream.FillNormal<double>(y);
            for (int i = 0; i < x.Length; i++)
                (x[i], y[i]) = (x[i] * (1 + i), (y[i] / (1 + (2 * i))) + (0.5 * x[0]));
            if (k < runs)
                statistics.AddRun<double>(zero, y);
            if (k < gradients)
                statistics.AddGradient<double>(x);
        }

        return statistics;
    }

    private static void AssertRefused(string what, string message, Action action) =>
        Assert.True(Assert.Throws<ArgumentException>(action).Message.Contains(message, StringComparison.Ordinal), what);

    /// <summary>Cholesky factor of a 2 x 2 matrix.</summary>
    private static double[] Root(double[] a)
    {
        double[] l = new double[4];
        Assert.True(Cholesky.TryFactor(a, 2, l));
        return l;
    }
}
