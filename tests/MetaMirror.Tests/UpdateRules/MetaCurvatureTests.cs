using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Meta-Curvature on kernels of four dimensions, where the contract's layouts have two, and its learning.</summary>
public sealed class MetaCurvatureTests
{
    private const double H = 1e-60;

    private static readonly ParameterLayout Kernels = new(("0.weight", [3, 2, 2, 2]), ("0.bias", [3]), ("1.weight", [2, 4, 3]));

    [Fact]
    public void Declarations_Start_At_The_Identity()
    {
        IReadOnlyList<MetaParameterSpec<double>> specs = new MetaCurvature<double>(.1).MetaSpecs(Kernels);
        Assert.Equal(["0.weight.out", "0.weight.in", "0.weight.rest", "0.bias.scale", "1.weight.out", "1.weight.in", "1.weight.rest", "learning_rate"], specs.Select(s => s.Name));
        Assert.Equal([9, 4, 16, 3, 4, 16, 9, 1], specs.Select(s => s.Length));
        Assert.False(specs[^1].Learned);
        RuleRun<double> run = new(new MetaCurvature<double>(.1), Kernels);
        Fill(run.Values.Gradient, 1);
        run.Step();
        Assert.Equal(run.Values.Gradient.Select(g => -.1 * g), run.Values.Theta);
    }

    /// <summary>Sums of at most 48 products of four numbers of size 1.</summary>
    [Fact]
    public void Step_And_Derivatives_Of_Kernels_Equal_The_Scalar_Reference()
    {
        const double Rounding = 48 * 8 * 1.2e-16 * 100;
        RuleRun<double> run = new(new MetaCurvature<double>(.1), Kernels);
        Fill(run.Meta, 2);
        Fill(run.Values.Theta, 3);
        Fill(run.Values.Gradient, 4);
        Arrays<double> d = run.Values.Copy();
        double[] dMeta = new double[run.Meta.Length];
        Fill(dMeta, 5);
        Fill(d.Theta, 6);
        Fill(d.Gradient, 7);
        d.Scale[0] = .3;
        Arrays<double> before = d.Copy();
        var reference = new ReferenceIterate
        {
            Step = 0, Steps = 1, Age = 0, Theta = Along(run.Values.Theta, d.Theta), Gradient = Along(run.Values.Gradient, d.Gradient), State = [], Scale = new Complex(1, H * .3),
            Meta = run.MetaByName(Along(run.Meta, dMeta)),
        };
        ReferenceRules.MetaCurvature(reference);
        run.Rule.Jvp(run.Context, run.Values.Iterate, dMeta, d.Iterate);

        double[] aTheta = new double[Kernels.Length], aMeta = new double[dMeta.Length];
        Fill(aTheta, 8);
        Arrays<double> a = new([.. aTheta], new double[Kernels.Length], new double[1], []);
        run.Rule.Vjp(run.Context, run.Values.Iterate, a.Iterate, aMeta);
        double pushed = Vectors.Dot<double>(aTheta, d.Theta);
        double pulled = Vectors.Dot<double>(a.Theta, before.Theta) + Vectors.Dot<double>(a.Gradient, before.Gradient) + (a.Scale[0] * .3) + Vectors.Dot<double>(aMeta, dMeta);
        run.Step();

        for (int i = 0; i < Kernels.Length; i++)
        {
            Assert.Equal(reference.Theta[i].Real, run.Values.Theta[i], Rounding);
            Assert.Equal(reference.Theta[i].Imaginary / H, d.Theta[i], Rounding);
        }

        Assert.Equal(pushed, pulled, Rounding * Kernels.Length);
    }

    /// <summary>Quadratics of one curvature across columns: a matrix on the input side lowers the loss where the identity leaves it.</summary>
    [Fact]
    public void Learning_Lowers_The_Loss()
    {
        var layout = new ParameterLayout(("weight", [2, 2]));
        double[] a = [1, .45, 0, 0, .45, .5, 0, 0, 0, 0, 1, .45, 0, 0, .45, .5];
        double[][] targets = [[1, -1, .5, .7], [-.3, .8, .2, -1], [.6, .4, -1, .3]];
        TaskFamily<double> tasks = new([.. targets.Select((b, i) => new ObjectiveTask<double>($"{i}", () => new QuadraticObjective<double>(a, b, 20, layout), [0, 0, 0, 0]))]);
        var step = new HypergradientStep<double>(new ReverseMode<double>(), new TrajectoryLoss<double>(), new Adam<double>(new AdamOptions { LearningRate = .05 }));
        var learner = new MetaLearner<double>(
            tasks, new MetaCurvature<double>(.3), new TaskInitialPoint<double>(), new Unroll(6, FullBatch: true), step, new MetaLearnerOptions { OuterSteps = 40, StoppingChange = 0 });
        MetaLearnerResult result = learner.Learn(cancellationToken: TestContext.Current.CancellationToken);
        double least = 20 - targets.Average(b => .5 * (Solved(b[0], b[1]) + Solved(b[2], b[3])));
        double before = result.History[0].Value - least, after = result.History[^1].Value - least;
        Assert.True(after < .8 * before, $"{after} above the least after learning, {before} before");

        static double Solved(double x, double y) => ((.5 * x * x) - (.9 * x * y) + (y * y)) / (.5 - (.45 * .45));
    }

    private static Complex[] Along(double[] x, double[] d) => [.. x.Zip(d, (value, tangent) => new Complex(value, H * tangent))];

    private static void Fill(double[] x, uint task)
    {
        var stream = new RandomStream(new StreamKey(1902, 0, 0, StreamPurpose.Test, task));
        stream.FillNormal(x.AsSpan());
    }
}
