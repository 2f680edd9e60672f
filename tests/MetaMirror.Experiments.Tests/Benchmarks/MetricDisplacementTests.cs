using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Benchmarks;

public sealed class MetricDisplacementTests
{
    private const int Steps = 7;

    /// <summary>Central differences with Richardson's step at h = 1e-3: h^4 of a smooth run, and rounding 1e-16 / h.</summary>
    private const double Tolerance = 1e-9;

    [Fact]
    public void Its_hypergradient_is_the_difference_quotient()
    {
        var rule = new MirrorDescent<double>(new DiagonalQuadratic<double>(), 0.1);
        var problem = new InnerProblem<double>(Task(), rule, new TaskInitialPoint<double>(), new Unroll(Steps));
        MetaParameters<double> meta = problem.CreateMetaParameters();
        MetaObjective<double> objective = new MetricDisplacement<double>().ForThread(rule, problem.Task.Layout);
        double[] total = new double[meta.Length], direct = new double[meta.Length], v = new double[meta.Length];
        var run = new BatchKey(3, 0, 0, 0);
        HypergradientReport report = new ReverseMode<double>().Compute(problem, objective, meta, run, total, direct);

        var stream = new RandomStream(new StreamKey(3, 0, 0, StreamPurpose.Test, 0));
        stream.FillNormal<double>(v.AsSpan(0, problem.Task.Layout.Length));
        double Value(double h)
        {
            var moved = new MetaParameters<double>(meta);
            double[] natural = [.. meta.Natural];
            Vectors.AddScaled<double>(h, v, natural);
            moved.SetNatural(natural);
            problem.Start(moved, run);
            problem.Descent.Run();
            double sum = 0;
            for (int i = 0; i < problem.Task.Layout.Length; i++)
                sum += natural[i] * Math.Pow(problem.Descent.Theta[i] - problem.Descent.Initial[i], 2) / 2;
            return sum;
        }

        double Slope(double h) => (Value(h) - Value(-h)) / (2 * h);
        Assert.Equal(Value(0), report.Value, 1e-14 * report.Value);
        double expected = ((4 * Slope(5e-4)) - Slope(1e-3)) / 3;
        Assert.Equal(expected, Vectors.Dot<double>(total, v), Tolerance * Math.Sqrt(Vectors.SquaredNorm<double>(total) * Vectors.SquaredNorm<double>(v)));
    }

    [Fact]
    public void A_rule_without_a_metric_is_refused()
    {
        var rule = new Adam<double>();
        var error = Assert.Throws<ArgumentException>(() => new MetricDisplacement<double>().ForThread(rule, ParameterLayout.Vector(3)));
        Assert.Contains("'adam' has none", error.Message, StringComparison.Ordinal);
    }

    private static SupervisedTask<double> Task()
    {
        var stream = new RandomStream(new StreamKey(2, 0, 0, StreamPurpose.Test, 0));
        double[] x = new double[40 * 4];
        int[] labels = new int[40];
        stream.FillNormal<double>(x);
        stream.Fill(labels, 3);
        var data = Dataset<double>.Classification("blobs", x, 4, labels, 3);
        return new SupervisedTask<double>(new TaskData<double>("blobs", DataSplit<double>.Of("blobs", data)), Network.Mlp(new Tanh(), 4, 5, 3), new SupervisedOptions(8));
    }
}
