using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Tasks;

public sealed class FamilyTests
{
    [Fact]
    public void Rotations_are_named_lazy_and_rotated()
    {
        Dataset<double> plain = Draws.Classification<double>(5, 16, 10);
        Dataset<double> images = plain.WithInputs(plain.Inputs.ToArray(), 16, new ImageShape(4, 4, 1));
        int reads = 0;
        var data = new TaskData<double>("digits", DataSplit<double>.Lazily("train", () =>
        {
            reads++;
            return images;
        }));
        TaskFamily<double> family = RotatedImages.Of(data, [0, 90, 22.5], Network.Mlp(16, 10), new SupervisedOptions(4));
        Assert.Equal(["rotation-0", "rotation-90", "rotation-22.5"], Enumerable.Range(0, 3).Select(i => family[i].Name));
        Assert.Equal(0, reads);
        ReadOnlySpan<double> turned = ((SupervisedTask<double>)family[1]).Data.Train.Examples.Inputs;
        Assert.Equal(ImageRotation.Rotate(images, 90).Inputs.ToArray(), turned.ToArray());
        Assert.Equal(images.Inputs.ToArray(), ((SupervisedTask<double>)family[0]).Data.Train.Examples.Inputs.ToArray());
    }

    [Fact]
    public void Ten_digits_make_45_pairs_of_the_right_examples()
    {
        Dataset<float> digits = Draws.Classification<float>(200, 4, 10);
        var data = new TaskData<float>("digits", DataSplit<float>.Of("train", digits), null, DataSplit<float>.Of("test", digits.Slice(0, 50)));
        TaskFamily<float> family = DigitPairs.Of(data, Network.Mlp(4, 1), new SupervisedOptions(4));
        Assert.Equal(45, family.Count);
        Assert.Equal("digits-0-1", family[0].Name);
        Assert.Equal("digits-8-9", family[44].Name);
        SupervisedTask<float> task = Enumerable.Range(0, 45).Select(i => (SupervisedTask<float>)family[i]).Single(t => string.Equals(t.Name, "digits-3-8", StringComparison.Ordinal));
        Dataset<float> pair = task.Data.Train.Examples;
        int[] kept = [.. Enumerable.Range(0, 200).Where(i => digits.Labels[i] is 3 or 8)];
        Assert.Equal(kept.Select(i => digits.Labels[i] == 8 ? 1 : 0), pair.Labels.ToArray());
        Assert.Equal(digits.Select(kept).Inputs.ToArray(), pair.Inputs.ToArray());
        Assert.Equal(2, pair.Classes);
        Assert.NotNull(task.Test(new float[5])!.Value.Accuracy);
        Assert.Throws<ArgumentException>(() => DigitPairs.Of(data, Network.Mlp(4, 10), new SupervisedOptions(4)));
    }

    [Fact]
    public void Sensors_are_30_reproducible_tasks_worth_learning()
    {
        TaskFamily<double> linear = SensorFamily.Linear<double>(1), mlp = SensorFamily.Mlp<double>(1);
        Assert.Equal(30, linear.Count);
        Assert.Equal("sensor-29", mlp[29].Name);
        Assert.Equal("0.weight [1x8] + 0.bias [1]", linear.Layout.ToString());
        var task = (SupervisedTask<double>)linear[4];
        Dataset<double> train = task.Data.Train.Examples, test = task.Data.Test!.Examples;
        Assert.Equal((120, 60, 60), (train.Count, task.Data.Validation!.Examples.Count, test.Count));
        Assert.Equal(train.Targets.ToArray(), ((SupervisedTask<double>)SensorFamily.Linear<double>(1)[4]).Data.Train.Examples.Targets.ToArray());
        Assert.NotEqual(train.Targets.ToArray(), ((SupervisedTask<double>)SensorFamily.Linear<double>(2)[4]).Data.Train.Examples.Targets.ToArray());
        Assert.NotEqual(train.Inputs[0], test.Inputs[0]);
        Assert.Equal(train.Input(7)[..4].ToArray(), ((SupervisedTask<double>)mlp[4]).Data.Train.Examples.Input(7).ToArray());

        // Gradient descent explains most of the spread, on test rows too, and no better than the noise 0.05^2 allows.
        Objective<double> objective = task.CreateTrainingObjective();
        double[] meta = [.. new MetaParameters<double>([], [], objective.MetaSpecs).Natural], theta = new double[9], g = new double[9];
        double start = task.Test(theta)!.Value.Loss;
        for (int t = 0; t < 500; t++)
        {
            objective.Evaluate(theta, meta, BatchKey.Full, g);
            Vectors.AddScaled<double>(-0.3, g, theta);
        }

        Assert.InRange(task.Test(theta)!.Value.Loss, 0.5 * 0.0025, 0.1 * start);
    }

    [Fact]
    public void Sensors_are_the_same_problem_in_float()
    {
        var single = (SupervisedTask<float>)SensorFamily.Mlp<float>(1)[2];
        var exact = (SupervisedTask<double>)SensorFamily.Mlp<double>(1)[2];
        Assert.Equal(exact.Data.Train.Examples.Targets.ToArray().Select(y => (float)y), single.Data.Train.Examples.Targets.ToArray());
        Assert.Null(single.Test(new float[single.Layout.Length])!.Value.Accuracy);
    }

    /// <summary>The draws of an independent implementation of the streams.</summary>
    [Fact]
    public void Meta_quadratics_are_the_golden_ones()
    {
        MetaQuadraticTask task = new MetaQuadraticFamily(MetaQuadraticRegime.Stretched, 11).Task(17);
        Assert.Equal("stretched-17", task.Name);
        double[] b = [0.7393638259101858, 0.6120195901771892], q = [10.245369128028189, -0.1795894653350143, -0.1795894653350143, 0.0855891695159724];
        for (int i = 0; i < 2; i++)
            Assert.Equal(b[i], task.B[i], 1e-13);
        for (int i = 0; i < 4; i++)
            Assert.Equal(q[i], task.Q[i], 1e-13);
    }

    [Fact]
    public void Meta_quadratics_follow_their_distribution()
    {
        foreach (MetaQuadraticRegime regime in MetaQuadraticRegime.All)
        {
            var family = new MetaQuadraticFamily(regime, 5);
            Assert.Null(family.Count);
            const int N = 2000;
            double b = 0, c00 = 0, c00Squares = 0, c11 = 0, c10 = 0;
            for (int i = 0; i < N; i++)
            {
                MetaQuadraticTask task = family.Task(i);
                ReadOnlySpan<double> q = task.Q;
                double d = Math.Sqrt(q[0]), off = q[1] / d;
                b += (task.B[0] + task.B[1]) / (2 * N);
                c00 += d / N;
                c00Squares += d * d / N;
                c11 += Math.Sqrt(q[3] - (off * off)) / N;
                c10 += off * off / N;
            }

            // Five standard errors of each mean.
            double se = 5 / Math.Sqrt(N);
            Assert.Equal(1, b, se);
            Assert.Equal(regime.M0, c00, 0.1 * regime.M0 * se);
            Assert.Equal(regime.M1, c11, 0.1 * regime.M1 * se);
            Assert.Equal(0.01, (c00Squares - (c00 * c00)) / (regime.M0 * regime.M0), 0.02 * se);
            double variance = Math.Pow(0.3 * Math.Min(regime.M0, regime.M1), 2);
            Assert.Equal(variance, c10, 2 * variance * se);
        }
    }

    [Fact]
    public void A_meta_quadratic_starts_at_three_and_knows_its_minimizer()
    {
        MetaQuadraticTask task = new MetaQuadraticFamily(MetaQuadraticRegime.Steep, 5).Task(3);
        double[] theta = new double[2], g = new double[2];
        var stream = default(RandomStream);
        task.Initialize(ref stream, theta);
        Assert.Equal([3.0, 3], theta);
        Objective<double> objective = task.CreateTrainingObjective();
        objective.Evaluate(task.Minimizer, [], BatchKey.Full, g);
        Assert.InRange(Math.Max(Math.Abs(g[0]), Math.Abs(g[1])), 0, 1e-12);

        // theta^T Q theta - b^T theta at (3, 3).
        double expected = (9 * (task.Q[0] + (2 * task.Q[1]) + task.Q[3])) - (3 * (task.B[0] + task.B[1]));
        Assert.Equal(expected, objective.Evaluate(theta, [], BatchKey.Full, []), 1e-12 * Math.Abs(expected));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MetaQuadraticFamily(MetaQuadraticRegime.Round, 1).Task(-1));
        Assert.Null(task.Test(theta));
    }
}
