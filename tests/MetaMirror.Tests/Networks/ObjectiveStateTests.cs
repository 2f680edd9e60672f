using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.Tests.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Networks;

/// <summary>Running statistics as the loop owns them: advanced once a step, restored, replayed, read by evaluation and by nothing else.</summary>
public sealed class ObjectiveStateTests
{
    private const int Steps = 7;
    private const int Rows = 30;

    /// <summary>Two orders of summation over 12 steps of a curved problem.</summary>
    private const double ForwardReverse = 1e-12;

    /// <summary>No bias before a normalization: its gradient would be rounding noise, which Adam divides by its own root.</summary>
    private static readonly Network Net = new NetworkBuilder(new FeatureShape(2, 4, 4))
        .Conv2d(3, 3, padding: 1, bias: false).BatchNorm2d("norm").Tanh().MaxPool2d(2).Linear(5, bias: false).BatchNorm2d().Tanh().Linear(3).Build();

    private static readonly Dataset<double> Data = Draws.Classification<double>(Rows, 32, 3);

    [Fact]
    public void Training_moves_them_once_a_step_as_every_batch_is_seen()
    {
        Descent<double> descent = Started();
        Assert.Equal([0.0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0], descent.ObjectiveState.ToArray());
        var expected = descent.ObjectiveState.ToArray();
        var objective = (NetworkObjective<double>)Objective();
        for (int t = 0; t < Steps; t++)
        {
            Assert.True(descent.Evaluate());
            Assert.True(descent.Evaluate());

            // By hand: batch statistics of the first layer's output on the same examples.
            objective.Evaluate(descent.Theta, [], descent.Batch, []);
            objective.AdvanceState(descent.Theta, descent.Batch, expected);
            descent.Advance();
            Assert.Equal(expected, descent.ObjectiveState.ToArray());
            Assert.Equal(t + 1, descent.ObjectiveState[6]);
        }

        // mean_T = sum of 0.1 0.9^(T - t) mean_t: no mean is zero, and variances moved off 1.
        Assert.DoesNotContain(descent.ObjectiveState[..6].ToArray(), v => v is 0 or 1);
    }

    [Fact]
    public void What_was_stored_goes_on_with_the_same_bits()
    {
        Descent<double> descent = Started();
        Advance(descent, 3);
        double[] theta = descent.Theta.ToArray(), memory = descent.Memory.ToArray();
        Advance(descent, 4);
        double[] end = descent.Theta.ToArray(), endMemory = descent.Memory.ToArray();
        Assert.NotEqual(memory, endMemory);
        descent.Restore(3, theta, memory);
        Assert.Equal(memory, descent.Memory.ToArray());
        Advance(descent, 4);
        Assert.Equal(end, descent.Theta.ToArray());
        Assert.Equal(endMemory, descent.Memory.ToArray());
        Assert.Equal(Steps, descent.ObjectiveState[6]);
    }

    [Fact]
    public void Evaluation_reads_them_and_rows_do_not_depend_on_each_other()
    {
        Descent<double> descent = Started();
        Advance(descent, Steps);
        double[] theta = descent.Theta.ToArray(), state = descent.ObjectiveState.ToArray();
        (double all, double? accuracy) = new NetworkEvaluation<double>(Net, Data).Measure(theta, state);
        double sum = 0, right = 0;
        for (int i = 0; i < Rows; i++)
        {
            (double loss, double? one) = new NetworkEvaluation<double>(Net, Data.Slice(i, 1)).Measure(theta, state);
            (sum, right) = (sum + loss, right + one!.Value);
        }

        Assert.Equal(sum / Rows, all, 1e-14);
        Assert.Equal(right / Rows, accuracy);
        Assert.Equal(all, ((NetworkObjective<double>)Objective()).EvaluateAll(theta, state).Loss);

        // Other statistics, another loss; the training loss does not read them.
        state[0] += 1;
        Assert.NotEqual(all, new NetworkEvaluation<double>(Net, Data).Measure(theta, state).Loss);
        Assert.NotEqual(all, Objective().Evaluate(theta, [], BatchKey.Full, []));
        Assert.Throws<ArgumentException>(() => new NetworkEvaluation<double>(Net, Data).Measure(theta));
    }

    [Fact]
    public void Evaluation_in_the_middle_leaves_training_alone()
    {
        Descent<double> alone = Started(), watched = Started();
        var evaluation = (NetworkObjective<double>)watched.Objective;
        for (int t = 0; t < Steps; t++)
        {
            Assert.True(alone.Evaluate() && watched.Evaluate());
            evaluation.EvaluateAll(watched.Theta, watched.ObjectiveState);
            watched.HessianVectorProducts(t, alone.Theta, 1, alone.Gradient, new double[Net.Layout.Length]);
            alone.Advance();
            watched.Advance();
        }

        Assert.Equal(alone.Theta.ToArray(), watched.Theta.ToArray());
        Assert.Equal(alone.Memory.ToArray(), watched.Memory.ToArray());
    }

    [Fact]
    public void The_whole_set_goes_through_in_one_piece()
    {
        // 300 examples: more than a block of rows. The gradient is that of one batch of 300.
        Dataset<double> data = Draws.Classification<double>(300, 32, 3);
        double[] theta = NetworkCases.Point<double>(Net), v = Draws.Normal<double>(theta.Length, 111), g = new double[theta.Length], h = new double[theta.Length], one = new double[theta.Length];
        var blocks = new NetworkObjective<double>(Net, data, new Minibatches(300, 16));
        var whole = new NetworkObjective<double>(Net, data, new Minibatches(300, 300, BatchOrder.Epochs));
        Assert.Equal(whole.Evaluate(theta, [], new BatchKey(1, 0, 0, 0), one), blocks.Evaluate(theta, [], BatchKey.Full, g), 1e-13);
        Assert.InRange(Draws.Distance(g, one), 0, 1e-13);
        blocks.HessianVectorProducts(theta, [], BatchKey.Full, 1, v, h);
        whole.HessianVectorProducts(theta, [], new BatchKey(1, 0, 0, 0), 1, v, one);
        Assert.InRange(Draws.Distance(h, one), 0, 1e-12);
        Assert.Equal(blocks.Evaluate(theta, [], new BatchKey(1, 0, 0, 0), []), new NetworkObjective<double>(Net, data, new Minibatches(300, 16)).Evaluate(theta, [], new BatchKey(1, 0, 0, 0), []));
    }

    [Fact]
    public void Hypergradients_replay_them()
    {
        var rule = new Adam<double>(new AdamOptions { LearningRate = 0.02, Learn = ["learning_rate", "beta1"] });
        double[] theta = NetworkCases.Point<double>(Net);
        var problem = new TrialProblem(rule, new TrajectoryLoss<double>(), steps: 12, objective: Objective, start: theta);
        (double[] reverse, _, _) = problem.Compute(new ReverseMode<double>());
        double[] memory = problem.Inner.Descent.Memory.ToArray();
        (double[] forward, _, _) = problem.Compute(new ForwardMode<double>());
        TrialProblem.AssertClose(reverse, forward, ForwardReverse, "forward against reverse");
        Assert.Equal(problem.Inner.Descent.Memory.ToArray(), memory);
        Assert.Equal(12, problem.Inner.Descent.ObjectiveState[6]);
        foreach ((int steps, bool keep) in new[] { (1, true), (5, false), (5, true), (12, true) })
        {
            (double[] other, _, _) = problem.Compute(new ReverseMode<double>(new ReverseOptions { StoredSteps = steps, KeepEvaluations = keep }));
            Assert.Equal(reverse, other);
            Assert.Equal(memory, problem.Inner.Descent.Memory.ToArray());
        }

        TrialProblem.AssertClose(problem.Differences(reverse), reverse, 1e-6, "differences");
    }

    private static Objective<double> Objective() => new NetworkObjective<double>(Net, Data, new Minibatches(Rows, 9));

    private static Descent<double> Started()
    {
        var rule = new Adam<double>(new AdamOptions { LearningRate = 0.02 });
        var descent = new Descent<double>(Objective(), rule, new Unroll(Steps));
        descent.Start(NetworkCases.Point<double>(Net), new MetaParameters<double>([], rule.MetaSpecs(Net.Layout), []), new BatchKey(3, 0, 0, 0));
        return descent;
    }

    private static void Advance(Descent<double> descent, int steps)
    {
        for (int t = 0; t < steps; t++)
        {
            Assert.True(descent.Evaluate());
            descent.Advance();
        }
    }
}
