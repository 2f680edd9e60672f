using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;
using Draws = MetaMirror.Tests.Objectives.Draws;

namespace MetaMirror.Tests.Cases;

/// <summary>Case A18: Meta-SGD is a learned initial point with one learned rate a parameter, i.e. mirror descent over a diagonal.</summary>
public sealed class MetaSgdTests
{
    private const double Rate = 0.1;
    private static readonly Network Network = new NetworkBuilder().Linear(10, 20).ReLU().Linear(20, 20).Sigmoid().Linear(20, 20).Build();
    private static readonly Dataset<double> Data = Draws.Classification<double>(64, 10, 20, 180);
    private static readonly MirrorDescent<double> Rule = new(new DiagonalQuadratic<double>(1 / Rate), 1);

    [Fact]
    public void It_has_twice_as_many_meta_parameters_as_parameters_and_rates_of_a_tenth()
    {
        MetaParameters<double> meta = Problem(1).CreateMetaParameters();
        Assert.Equal(2 * Network.Layout.Length, meta.Entries.Where(e => e.Spec.Learned).Sum(e => e.Spec.Length));
        ReadOnlySpan<double> rule = meta.Of(MetaPlace.Rule);
        double eta = rule[^1];
        Assert.All(rule[..^1].ToArray(), p => Assert.Equal(Rate, eta / p, 1e-8));
    }

    [Fact]
    public void One_adaptation_step_does_not_increase_the_loss()
    {
        InnerProblem<double> problem = Problem(1);
        problem.Start(problem.CreateMetaParameters(), default);
        Assert.True(problem.Descent.Evaluate());
        double before = problem.Descent.Loss;
        problem.Descent.Advance();
        Assert.True(problem.Descent.Evaluate());
        Assert.True(problem.Descent.Loss <= before, $"{problem.Descent.Loss} after, {before} before");
    }

    /// <summary>Li et al. 2017, Algorithm 1, by hand for L = theta^T A theta / 2 - b^T theta: theta' = theta - alpha o g, dL/dalpha = -g o g', dL/dtheta = (I - A diag(alpha)) g'.</summary>
    [Fact]
    public void The_meta_gradient_of_one_step_is_that_of_the_paper()
    {
        double[] a = [2, .5, .5, 1], b = [-1, 1], theta = [.3, -.7], alpha = [.1, .4];
        var rule = new MirrorDescent<double>(new DiagonalQuadratic<double>([1 / alpha[0], 1 / alpha[1]]), 1);
        var task = new ObjectiveTask<double>("quadratic", () => new QuadraticObjective<double>(a, b), theta);
        MetaGradient found = MetaGradient.Of(
            new InnerProblem<double>(task, rule, new LearnedInitialPoint<double>([.. theta]), new Unroll(1, FullBatch: true)), new FinalLoss<double>(), new ReverseMode<double>());

        double[] g = Slope(theta), moved = [theta[0] - (alpha[0] * g[0]), theta[1] - (alpha[1] * g[1])], next = Slope(moved);
        double[] start = [next[0] - (a[0] * alpha[0] * next[0]) - (a[1] * alpha[1] * next[1]), next[1] - (a[2] * alpha[0] * next[0]) - (a[3] * alpha[1] * next[1])];
        double[] rates = [.. found.At(MetaPlace.Rule).Take(2).Select((dP, i) => -dP / (alpha[i] * alpha[i]))];

        // Each number is a sum of a few products of about 1.
        const double Rounding = 1e-14;
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(-g[i] * next[i], rates[i], Rounding);
            Assert.Equal(start[i], found.At(MetaPlace.InitialPoint)[i], Rounding);
        }

        double[] Slope(double[] x) => [(a[0] * x[0]) + (a[1] * x[1]) - b[0], (a[2] * x[0]) + (a[3] * x[1]) - b[1]];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Every_meta_parameter_gets_a_gradient(int steps)
    {
        MetaGradient gradient = MetaGradient.Of(Problem(steps), new FinalLoss<double>(), new ReverseMode<double>());
        Assert.All(Learned(gradient.Meta), i => Assert.NotEqual(0, gradient.Total[i]));
    }

    [Fact]
    public void First_order_modes_still_give_the_gradient_of_the_metric()
    {
        InnerProblem<double> problem = Problem(5);
        MetaParameters<double> meta = problem.CreateMetaParameters();
        int[] metric = [.. Learned(meta).Where(i => i >= meta.StartOf(MetaPlace.Rule))];
        double[] lastStep = MetaGradient.Of(problem, new FinalLoss<double>(), new TruncatedReverseMode<double>(1)).Total;
        double[] direct = MetaGradient.Of(problem, new RegretBound<double>(), new ReverseMode<double>()).Direct;
        Assert.Equal(Network.Layout.Length, metric.Length);
        Assert.All(metric, i => Assert.NotEqual(0, lastStep[i]));
        Assert.All(metric, i => Assert.NotEqual(0, direct[i]));
    }

    [Fact]
    public void Learning_start_and_rates_lowers_the_loss_after_adaptation()
    {
        var step = new HypergradientStep<double>(new ReverseMode<double>(), new FinalLoss<double>(), new Adam<double>(new AdamOptions { LearningRate = 0.02 }));
        var learner = new MetaLearner<double>(
            new TaskFamily<double>([Task()]), Rule, new LearnedInitialPoint<double>([.. Start()]), new Unroll(3, FullBatch: true), step,
            new MetaLearnerOptions { OuterSteps = 20, StoppingChange = 0 });
        MetaLearnerResult result = learner.Learn();
        Assert.True(result.History[^1].Value < 0.8 * result.History[0].Value, $"{result.History[^1].Value} after, {result.History[0].Value} before");
        Assert.True(result.History[^1].Anisotropy > 0);
    }

    private static InnerProblem<double> Problem(int steps) => new(Task(), Rule, new LearnedInitialPoint<double>([.. Start()]), new Unroll(steps, FullBatch: true));

    private static ObjectiveTask<double> Task() => new("softmax", () => new NetworkObjective<double>(Network, Data), Start());

    private static double[] Start()
    {
        var stream = new RandomStream(new StreamKey(18, 0, 0, StreamPurpose.Test, 0));
        double[] start = new double[Network.Layout.Length];
        Network.Initialize<double>(ref stream, start);
        return start;
    }

    private static IEnumerable<int> Learned(MetaParameters<double> meta) =>
        meta.Entries.Where(e => e.Spec.Learned).SelectMany(e => Enumerable.Range(e.Offset, e.Spec.Length));
}
