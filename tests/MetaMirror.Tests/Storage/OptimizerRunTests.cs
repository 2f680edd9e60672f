using MetaMirror.Descents;
using MetaMirror.Objectives;
using MetaMirror.Storage;
using MetaMirror.Tests.Cases;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Storage;

/// <summary>A learned optimizer with gradients from outside (CASES A37: here resuming is exact).</summary>
public sealed class OptimizerRunTests
{
    public static TheoryData<string> Cases => [.. LearnedCases.Applicable];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Five_steps_a_save_and_five_more_are_ten_steps(string name)
    {
        Continued<double>(name);
        Continued<float>(name);
    }

    [Fact]
    public void Its_steps_are_those_of_the_engine()
    {
        var objective = new QuadraticObjective<double>([3, 1, 1, 2], [1, -1]);
        UpdateRule<double> rule = new Chain<double>(new Warmup<double>(3), new LinearSchedule<double>(0.1), new Adam<double>(new AdamOptions { LearningRate = 0.1 }));
        var meta = new MetaParameters<double>([], rule.MetaSpecs(objective.Layout), []);
        var descent = new Descent<double>(objective, rule, new Unroll(10, FullBatch: true));
        descent.Start([3, -2], meta, BatchKey.Full);
        descent.Run();

        OptimizerRun<double> run = new LearnedOptimizer<double>("a", rule, [.. meta.Natural], objective.Layout, 10).Start(objective.Layout);
        double[] theta = [3, -2], gradient = new double[2];
        for (int t = 0; t < 10; t++)
        {
            objective.Evaluate(theta, [], BatchKey.Full, gradient);
            run.Apply(gradient, theta);
        }

        Assert.Equal(descent.Theta.ToArray(), theta);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_allocate_nothing(string name)
    {
        OptimizerRun<float> run = LearnedCases.Learned<float>(name).Start(LearnedCases.Layout);
        float[] theta = LearnedCases.Start<float>(), gradient = LearnedCases.Gradient<float>(0);
        float[] point = new float[theta.Length];
        Allocation.AssertNone(() =>
        {
            run.GradientPoint(theta, point);
            run.Apply(gradient, theta);
        });
        Assert.True(run.StepsTaken > 20);
    }

    [Fact]
    public void After_the_planned_steps_the_schedule_stays_at_its_end()
    {
        var rule = new Chain<double>(new LinearSchedule<double>(0.25), new Sgd<double>(new SgdOptions { LearningRate = 1 }));
        OptimizerRun<double> run = new LearnedOptimizer<double>("a", rule, [0.25, 1, 0], ParameterLayout.Vector(1), 3).Start(ParameterLayout.Vector(1));
        double[] theta = [0];
        double last = 0;
        var moved = new List<double>();
        for (int t = 0; t < 6; t++)
        {
            run.Apply([-1], theta);
            moved.Add(theta[0] - last);
            last = theta[0];
        }

        Assert.Equal([1, 0.75, 0.5, 0.25, 0.25, 0.25], moved);
    }

    [Fact]
    public void Shapes_must_match_and_names_need_not()
    {
        LearnedOptimizer<double> learned = LearnedCases.Learned<double>("deployed-basis");
        var renamed = new ParameterLayout(("fc.weight", [3, 4]), ("fc.bias", [3]));
        Assert.Equal(17, learned.Start(renamed, 17).Steps);
        Assert.Same(renamed, learned.Start(renamed).Layout);
        Assert.Contains("expected the same shapes", Assert.Throws<ArgumentException>(() => learned.Start(ParameterLayout.Vector(15))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => learned.Start(new ParameterLayout(("w", [4, 3]), ("b", [3]))));
        Assert.Throws<ArgumentOutOfRangeException>(() => learned.Start(renamed, 0));
    }

    [Fact]
    public void A_gradient_that_is_not_finite_changes_nothing_and_names_its_tensor()
    {
        LearnedOptimizer<float> learned = LearnedCases.Learned<float>("adam");
        OptimizerRun<float> run = learned.Start(LearnedCases.Layout), other = learned.Start(LearnedCases.Layout);
        float[] theta = LearnedCases.Start<float>();
        run.Apply(LearnedCases.Gradient<float>(0), theta);
        float[] before = [.. theta];
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            float[] gradient = LearnedCases.Gradient<float>(1);
            gradient[13] = bad;
            var error = Assert.Throws<NonFiniteGradientException>(() => run.Apply(gradient, theta));
            Assert.Equal(("0.bias", 1, 1), (error.Tensor, error.Entry, error.Step));
            Assert.Contains("'0.bias'", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, theta);
        run.Apply(LearnedCases.Gradient<float>(1), theta);
        float[] expected = LearnedCases.Start<float>();
        other.Apply(LearnedCases.Gradient<float>(0), expected);
        other.Apply(LearnedCases.Gradient<float>(1), expected);
        Assert.Equal(expected, theta);
        Assert.Contains("gradient has length 3, expected 15", Assert.Throws<ArgumentException>(() => run.Apply(new float[3], theta)).Message, StringComparison.Ordinal);
        Assert.Contains("parameters has length 2", Assert.Throws<ArgumentException>(() => run.Apply(LearnedCases.Gradient<float>(0), new float[2])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_another_optimizer_or_precision_is_refused()
    {
        LearnedOptimizer<double> adam = LearnedCases.Learned<double>("adam");
        byte[] saved = Saved(adam.Start(LearnedCases.Layout));
        LearnedOptimizer<double> other = LearnedCases.Learned<double>("adam", steps: 11);
        string message = Assert.Throws<StorageException>(() => other.Resume(new MemoryStream(saved))).Message;
        Assert.Contains(other.Fingerprint, message, StringComparison.Ordinal);
        Assert.Contains(adam.Fingerprint[..50], message, StringComparison.Ordinal);
        Assert.Contains("expected element type float32, found 'float64'",
            Assert.Throws<StorageException>(() => LearnedCases.Learned<float>("adam").Resume(new MemoryStream(saved))).Message, StringComparison.Ordinal);
        for (int i = 0; i < saved.Length; i += 7)
        {
            byte[] damaged = [.. saved];
            damaged[i] ^= 16;
            Assert.Throws<StorageException>(() => adam.Resume(new MemoryStream(damaged)));
        }
    }

    private static byte[] Saved<T>(OptimizerRun<T> run)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        using var stream = new MemoryStream();
        run.Save(stream);
        return stream.ToArray();
    }

    private static void Continued<T>(string name)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        LearnedOptimizer<T> learned = LearnedCases.Learned<T>(name);
        OptimizerRun<T> run = learned.Start(LearnedCases.Layout, 9);
        T[] theta = LearnedCases.Start<T>();
        for (int t = 0; t < 5; t++)
        {
            run.GradientPoint(theta, new T[theta.Length]);
            run.Apply(LearnedCases.Gradient<T>(t), theta);
        }

        T[] again = [.. theta];
        OptimizerRun<T> resumed = LearnedOptimizerTests.Again(learned).Resume(new Unseekable(Saved(run)));
        Assert.Equal((5, 9), (resumed.StepsTaken, resumed.Steps));
        for (int t = 5; t < 10; t++)
        {
            run.GradientPoint(theta, new T[theta.Length]);
            run.Apply(LearnedCases.Gradient<T>(t), theta);
            resumed.GradientPoint(again, new T[theta.Length]);
            resumed.Apply(LearnedCases.Gradient<T>(t), again);
        }

        Assert.Equal(theta, again);
        Assert.Equal(Saved(run), Saved(resumed));
    }
}
