using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Objectives;

namespace MetaMirror.Tests.Objectives;

/// <summary>KL(p(target) || p(theta)) of outputs: value against a scalar loop, gradient against differences.</summary>
public sealed class OutputMatchingTests
{
    /// <summary>Step of central differences: their error is h^2 times a third derivative of order 1 and 1e-16 / h of rounding, together about 1e-10.</summary>
    private const double H = 1e-5;

    private const double DifferenceTolerance = 1e-8;

    /// <summary>Some hundred roundings of sums whose terms are of order 1.</summary>
    private const double ValueTolerance = 1e-13;

    private const int Rows = 25;

    private static readonly BatchKey Batch = new(3, 2, 0, 1);

    public static TheoryData<string> Names => ["softmax regression", "logistic regression", "linear regression", "network, softmax", "network, binary", "network, squares", "network, normalized", "regularized", "proximal", "differences"];

    [Theory, MemberData(nameof(Names))]
    public void Gradient_is_that_of_the_value_and_vanishes_at_the_target(string name)
    {
        Objective<double> objective = Make<double>(name);
        Assert.True(objective.MatchesOutputs);
        foreach (BatchKey batch in new[] { Batch, BatchKey.Full })
        {
            int n = objective.Layout.Length;
            double[] theta = Draws.Normal<double>(n, 81, 0.6), target = Draws.Normal<double>(n, 82, 0.6), gradient = new double[n], unused = new double[n];
            double value = objective.MatchOutputs(theta, target, batch, gradient);
            Assert.True(value > 0.001, $"{value}");
            for (int i = 0; i < n; i++)
            {
                double[] up = [.. theta], down = [.. theta];
                up[i] += H;
                down[i] -= H;
                double difference = (objective.MatchOutputs(up, target, batch, unused) - objective.MatchOutputs(down, target, batch, unused)) / (2 * H);
                Assert.Equal(difference, gradient[i], DifferenceTolerance);
            }

            Assert.Equal(0, objective.MatchOutputs(target, target, batch, gradient));
            Assert.All(gradient, g => Assert.Equal(0, g));
        }
    }

    [Theory]
    [InlineData("softmax regression")]
    [InlineData("logistic regression")]
    [InlineData("linear regression")]
    public void Value_is_that_of_the_definition(string name)
    {
        Objective<double> objective = Make<double>(name);
        int features = 5, outputs = name[0] == 's' ? 3 : 1, n = objective.Layout.Length;
        double[] theta = Draws.Normal<double>(n, 83), target = Draws.Normal<double>(n, 84);
        ReadOnlySpan<double> x = name[1] == 'i' ? Draws.Regression<double>(Rows, features).Inputs : Draws.Classification<double>(Rows, features, Math.Max(outputs, 2)).Inputs;
        double expected = 0;
        for (int i = 0; i < Rows; i++)
        {
            double[] z = Scores(theta, x.Slice(i * features, features), outputs), y = Scores(target, x.Slice(i * features, features), outputs);
            if (name[1] == 'i')
            {
                expected += 0.5 * (z[0] - y[0]) * (z[0] - y[0]) / Rows;
                continue;
            }

            // The definition, sum q log(q / p); one score stands for the two of (0, z).
            double[] p = Probabilities(z.Length == 1 ? [0, z[0]] : z), q = Probabilities(y.Length == 1 ? [0, y[0]] : y);
            expected += q.Zip(p, (a, b) => a * Math.Log(a / b)).Sum() / Rows;
        }

        Assert.Equal(expected, objective.MatchOutputs(theta, target, BatchKey.Full, new double[n]), ValueTolerance * Math.Max(1, expected));
    }

    [Theory, MemberData(nameof(Names))]
    public void An_evaluation_after_it_has_the_bits_of_one_without(string name)
    {
        Objective<float> objective = Make<float>(name), fresh = Make<float>(name);
        int n = objective.Layout.Length;
        float[] theta = Draws.Normal<float>(n, 85), target = Draws.Normal<float>(n, 86), gradient = new float[n], expected = new float[n];
        float[] meta = new MetaParameters<float>([], [], objective.MetaSpecs).Natural.ToArray();
        objective.Evaluate(theta, meta, Batch, gradient);
        objective.MatchOutputs(theta, target, Batch, gradient);
        Assert.Equal(fresh.Evaluate(theta, meta, Batch, expected), objective.Evaluate(theta, meta, Batch, gradient));
        Assert.Equal(expected, gradient);
        Allocation.AssertNone(() => objective.MatchOutputs(theta, target, Batch, gradient));
    }

    /// <summary>ceil(9 / 2) rows, alone and after an evaluation whose rows they are among.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_share_of_a_mini_batch_is_its_first_examples(bool isNetwork)
    {
        Dataset<double> all = Draws.Classification<double>(Rows, 5, 3);
        var batches = new Minibatches(Rows, 9);
        Objective<double> objective = Of(all, batches), part = Of(all.Select(batches.Draw(Batch)[..5]), null);
        int n = objective.Layout.Length;
        double[] theta = Draws.Normal<double>(n, 87, 0.6), target = Draws.Normal<double>(n, 88, 0.6), gradient = new double[n], expected = new double[n];
        double value = part.MatchOutputs(theta, target, BatchKey.Full, expected);
        foreach (bool evaluates in new[] { false, true })
        {
            if (evaluates)
                objective.Evaluate(theta, [], Batch, gradient);
            Assert.Equal(value, objective.MatchOutputs(theta, target, Batch, gradient, 0.5), ValueTolerance);
            Assert.All(gradient.Zip(expected), g => Assert.Equal(g.Second, g.First, ValueTolerance));
        }

        // What follows is of the whole batch again, and the whole set has no first examples.
        Objective<double> fresh = Of(all, batches);
        Assert.Equal(fresh.Evaluate(theta, [], Batch, expected), objective.Evaluate(theta, [], Batch, gradient));
        Assert.Equal(expected, gradient);
        Assert.Equal(fresh.MatchOutputs(theta, target, BatchKey.Full, expected), objective.MatchOutputs(theta, target, BatchKey.Full, gradient, 0.5));
        Assert.Equal(expected, gradient);
        Assert.Contains("above 0", Assert.Throws<ArgumentOutOfRangeException>(() => objective.MatchOutputs(theta, target, Batch, gradient, 0)).Message, StringComparison.Ordinal);

        Objective<double> Of(Dataset<double> data, Minibatches? batches) =>
            isNetwork ? new NetworkObjective<double>(Network.Mlp(new Tanh(), 5, 4, 3), data, batches) : new SoftmaxRegression<double>(data, batches);
    }

    [Fact]
    public void Rows_that_depend_on_each_other_are_matched_together()
    {
        Objective<double> objective = Make<double>("network, normalized");
        int n = objective.Layout.Length;
        double[] theta = Draws.Normal<double>(n, 87, 0.6), target = Draws.Normal<double>(n, 88, 0.6), gradient = new double[n], expected = new double[n];
        Assert.Equal(objective.MatchOutputs(theta, target, Batch, expected), objective.MatchOutputs(theta, target, Batch, gradient, 0.5));
        Assert.Equal(expected, gradient);
    }

    [Theory, MemberData(nameof(Names))]
    public void After_an_evaluation_at_its_point_it_has_the_bits_of_one_without(string name)
    {
        Objective<float> objective = Make<float>(name), fresh = Make<float>(name);
        int n = objective.Layout.Length;
        float[] theta = Draws.Normal<float>(n, 85), target = Draws.Normal<float>(n, 86), gradient = new float[n], expected = new float[n];
        float[] meta = new MetaParameters<float>([], [], objective.MetaSpecs).Natural.ToArray();
        objective.Evaluate(theta, meta, Batch, gradient);
        Assert.Equal(fresh.MatchOutputs(theta, target, Batch, expected), objective.MatchOutputs(theta, target, Batch, gradient));
        Assert.Equal(expected, gradient);
        Assert.Equal(fresh.MatchOutputs(theta, target, Batch, expected), objective.MatchOutputs(theta, target, Batch, gradient));
        Assert.Equal(expected, gradient);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(256)]
    [InlineData(300)]
    public void Any_number_of_classes_goes_through(int classes)
    {
        var f = new SoftmaxRegression<double>(Draws.Classification<double>(4, 2, classes));
        int n = f.Layout.Length;
        double[] theta = Draws.Normal<double>(n, 91), target = Draws.Normal<double>(n, 92), gradient = new double[n], expected = new double[n];
        double value = 0;
        ReadOnlySpan<double> x = Draws.Classification<double>(4, 2, classes).Inputs;
        for (int i = 0; i < 4; i++)
        {
            double[] p = Probabilities(Scores(theta, x.Slice(2 * i, 2), classes)), q = Probabilities(Scores(target, x.Slice(2 * i, 2), classes));
            value += q.Zip(p, (a, b) => a * Math.Log(a / b)).Sum() / 4;
            for (int c = 0; c < classes; c++)
            {
                expected[(2 * classes) + c] += (p[c] - q[c]) / 4;
                for (int j = 0; j < 2; j++)
                    expected[(2 * c) + j] += (p[c] - q[c]) * x[(2 * i) + j] / 4;
            }
        }

        Assert.Equal(value, f.MatchOutputs(theta, target, BatchKey.Full, gradient), ValueTolerance * Math.Max(1, value));
        for (int i = 0; i < n; i++)
            Assert.Equal(expected[i], gradient[i], ValueTolerance);
    }

    [Fact]
    public void Extreme_outputs_stay_finite()
    {
        Objective<float> objective = Make<float>("softmax regression");
        float[] theta = Draws.Normal<float>(objective.Layout.Length, 87, 1e4), target = Draws.Normal<float>(theta.Length, 88, 1e4), gradient = new float[theta.Length];
        Assert.True(double.IsFinite(objective.MatchOutputs(theta, target, Batch, gradient)));
        Assert.All(gradient, g => Assert.True(float.IsFinite(g)));
    }

    /// <summary>Where softplus is the score and sigmoid is 1 to every digit, tails still tell: KL = e^-y (d + e^-d - 1) for z = y + d, to first order in e^-y.</summary>
    [Theory]
    [InlineData(30)]
    [InlineData(-30)]
    [InlineData(300)]
    public void Large_binary_scores_do_not_cancel(double y)
    {
        double z = y + (y > 0 ? 0.5 : -0.5), tail = Math.Exp(-Math.Abs(y));
        double[] a = new double[1];
        double value = OutputDivergence.Logistic<double>([z], [y], 1, a);
        Assert.Equal(tail * (0.5 + Math.Exp(-0.5) - 1), value, 1e-12 * tail);
        Assert.Equal(Math.CopySign(tail * (1 - Math.Exp(-0.5)), y), a[0], 1e-12 * tail);
        Assert.Equal(OutputDivergence.Logistic<double>([y], [z], 1, a), OutputDivergence.Logistic<double>([-y], [-z], 1, a));
    }

    [Fact]
    public void Objectives_and_losses_without_outputs_say_so()
    {
        var quadratic = new QuadraticObjective<double>([1, 0, 0, 1], [1, 1]);
        Assert.False(quadratic.MatchesOutputs);
        Assert.Contains("QuadraticObjective has no outputs to match", Assert.Throws<ArgumentException>(() => quadratic.MatchOutputs([0, 0], [0, 0], Batch, new double[2])).Message, StringComparison.Ordinal);
        Assert.False(new Regularized<double>(quadratic, new RegularizerWeight(1)).MatchesOutputs);
        NetworkLoss loss = new Hinge();
        Assert.False(loss.HasDivergence);
        Assert.Contains("'hinge' has no divergence", Assert.Throws<ArgumentException>(() => loss.Divergence<double>(1, [0], [0], 1, new double[1])).Message, StringComparison.Ordinal);
    }

    private static Objective<T> Make<T>(string name)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        Dataset<T> classes = Draws.Classification<T>(Rows, 5, 3), two = Draws.Classification<T>(Rows, 5, 2), real = Draws.Regression<T>(Rows, 5), pairs = Draws.Regression<T>(Rows, 5, 2);
        var batches = new Minibatches(Rows, 7);
        return name switch
        {
            "softmax regression" => new SoftmaxRegression<T>(classes, batches),
            "logistic regression" => new LogisticRegression<T>(two, batches),
            "linear regression" => new LinearRegression<T>(real, batches),
            "network, softmax" => new NetworkObjective<T>(Network.Mlp(new Tanh(), 5, 4, 3), classes, batches),
            "network, binary" => new NetworkObjective<T>(Network.Mlp(new Tanh(), 5, 4, 1), two, batches),
            "network, squares" => new NetworkObjective<T>(Network.Mlp(new Sigmoid(), 5, 4, 2), pairs, batches),
            "network, normalized" => new NetworkObjective<T>(new NetworkBuilder(new FeatureShape(5)).Linear(4, bias: false).BatchNorm2d().Tanh().Linear(3).Build(), classes, batches),
            "regularized" => new Regularized<T>(new SoftmaxRegression<T>(classes, batches), new RegularizerWeight(0.2)),
            "proximal" => new Proximal<T>(new SoftmaxRegression<T>(classes, batches), 0.3),
            _ => new FiniteDifferenceHessian<T>(new LogisticRegression<T>(two, batches)),
        };
    }

    /// <summary>W x + b.</summary>
    private static double[] Scores(double[] theta, ReadOnlySpan<double> x, int outputs)
    {
        double[] z = new double[outputs];
        for (int c = 0; c < outputs; c++)
        {
            z[c] = theta[(outputs * x.Length) + c];
            for (int j = 0; j < x.Length; j++)
                z[c] += theta[(c * x.Length) + j] * x[j];
        }

        return z;
    }

    private static double[] Probabilities(double[] z) => [.. z.Select(v => Math.Exp(v) / z.Sum(Math.Exp))];

    /// <summary>A loss that is no likelihood.</summary>
    private sealed class Hinge : NetworkLoss
    {
        public override string ToString() => "hinge";

        public override void RequireTargets<T>(Dataset<T> data, int outputs) => ArgumentNullException.ThrowIfNull(data);

        public override double Value<T>(in LossValues<T> v, T scale, Span<T> a) => v.Rows;

        public override void Tangent<T>(in LossValues<T> v, T scale, ReadOnlySpan<T> a, ReadOnlySpan<T> dz, Span<T> da) => da.Clear();

        public override int CountRight<T>(in LossValues<T> v) => v.Rows;
    }
}
