using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Documentation;

/// <summary>The examples of docs/extending.md work: they differentiate rightly and learn.</summary>
public sealed class ExtendingTests
{
    /// <summary>Two orders of summation over 10 steps of a 2-D problem.</summary>
    private const double ForwardReverse = 1e-12;

    /// <summary>The numerical mirror step's own tolerance is 1e-12 relative.</summary>
    private const double MirrorStep = 1e-10;

    public static TheoryData<string> Rules() => ["soft-sign", "hyperbolic"];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Examples_Have_Equal_Forward_And_Reverse_Hypergradients(string name)
    {
        InnerProblem<double> problem = Problem(Rule(name));
        MetaParameters<double> meta = problem.CreateMetaParameters();
        MetaObjective<double> objective = new TrajectoryLoss<double>().ForThread(problem.Descent.Rule, problem.Task.Layout);
        double[] forward = new double[meta.Length], reverse = new double[meta.Length], direct = new double[meta.Length];

        new ForwardMode<double>().Compute(problem, objective, meta, BatchKey.Full, forward, direct);
        new ReverseMode<double>().Compute(problem, objective, meta, BatchKey.Full, reverse, direct);

        double scale = forward.Max(Math.Abs);
        Assert.True(scale > 0);
        for (int i = 0; i < meta.Length; i++)
            Assert.True(Math.Abs(forward[i] - reverse[i]) <= ForwardReverse * scale, $"entry {i}: forward {forward[i]}, reverse {reverse[i]}");
    }

    [Fact]
    public void The_Example_Potential_Steps_By_Its_Optimality_Condition()
    {
        var step = new NumericalMirrorStep<double>(new Hyperbolic<double>());
        ParameterLayout layout = ParameterLayout.Vector(2);
        double[] theta = [1.5, -0.5], before = [.. theta], gradient = [2, 1];
        var context = new DivergenceContext<double> { Layout = layout, Meta = new double[] { 1.3 }, Scratch = new double[step.ScratchLength(layout)] };
        const double eta = 0.1;

        step.Step(context, eta, gradient, theta, []);

        for (int i = 0; i < 2; i++)
            Assert.Equal((1.3 * Math.Sinh(before[i])) - (eta * gradient[i]), 1.3 * Math.Sinh(theta[i]), MirrorStep);
    }

    [Fact]
    public void The_Example_Rule_Learns()
    {
        UpdateRule<double> rule = Rule("soft-sign");
        var learner = new MetaLearner<double>(
            new TaskFamily<double>([Task()]), rule, new TaskInitialPoint<double>(), new Unroll(10, FullBatch: true),
            new HypergradientStep<double>(new ReverseMode<double>(), new TrajectoryLoss<double>(), new Adam<double>(new AdamOptions { LearningRate = 0.1 })),
            new MetaLearnerOptions { OuterSteps = 20 });

        MetaLearnerResult result = learner.Learn();

        Assert.True(result.History[^1].Value < result.History[0].Value);
    }

    private static UpdateRule<double> Rule(string name) => name == "soft-sign"
        ? new SoftSign<double>(0.05)
        : new MirrorDescent<double>(new NumericalMirrorStep<double>(new Hyperbolic<double>()), 0.05, learnRate: true);

    private static ObjectiveTask<double> Task() => new("bowl", () => new QuadraticObjective<double>([2, 0.5, 0.5, 1], [1, -1]), [2, 1]);

    private static InnerProblem<double> Problem(UpdateRule<double> rule) => new(Task(), rule, new TaskInitialPoint<double>(), new Unroll(10, FullBatch: true));
}
