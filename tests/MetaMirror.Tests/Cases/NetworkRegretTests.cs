using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Divergences;
using MetaMirror.UpdateRules;
using Draws = MetaMirror.Tests.Objectives.Draws;

namespace MetaMirror.Tests.Cases;

/// <summary>
/// L0 on networks: any loss, mini-batches and step sizes, fixed metric, exact steps. For every u,
/// sum_t eta_t &lt;g_t, theta_t - u&gt; &lt;= B(u||theta_1) + 1/2 sum_t eta_t^2 ||g_t||_*^2; for a diagonal it is an identity less B(u||theta_{T+1}).
/// </summary>
public sealed class NetworkRegretTests
{
    private const int Steps = 60;
    private const double Eta = .4;

    /// <summary>Sums of 60 terms, relative to the sizes of what is multiplied.</summary>
    private const double Rounding = 1e-13;

    private static readonly Network Network = Network.Mlp(6, 8, 3);
    private static readonly TaskFamily<double> Tasks = new(Enumerable.Range(0, 2).Select(k => new SupervisedTask<double>(
        new TaskData<double>($"task-{k}", DataSplit<double>.Of("train", Draws.Classification<double>(50, 6, 3, (uint)(820 + k)))), Network, new SupervisedOptions(8))));

    public static TheoryData<string> Names => [.. Metrics.Keys];

    private static readonly Dictionary<string, Func<(Divergence<double> Divergence, double[] Metric)>> Metrics = new(StringComparer.Ordinal)
    {
        ["random diagonal"] = () => (new DiagonalQuadratic<double>(), Positive(1)),
        ["learned diagonal"] = () => (new DiagonalQuadratic<double>(), Learned()),
        ["one rate a tensor"] = () => (new BlockScaled<double>(), Positive(0)),
        ["maximum of 3, exact"] = () => (new MaxOfDiagonals<double>(3), Positive(3)),
        ["maximum of 3 about the origin, exact"] = () => (new MaxOfDiagonals<double>(3, center: Center.Origin), Positive(3)),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Linearized_regret_never_exceeds_the_bound(string name)
    {
        (Divergence<double> divergence, double[] metric) = Metrics[name]();
        foreach (int task in (int[])[0, 1])
        {
            Path path = Run(divergence, metric, task);
            bool isIdentity = divergence is not MaxOfDiagonals<double>;
            double closest = double.PositiveInfinity;
            for (uint number = 0; number < 20; number++)
            {
                // Near the start, near the end, and far away.
                double[] u = Draws.Normal<double>(Network.Layout.Length, 860 + number, .05 * (1 + (number * number)));
                Vectors.AddScaled<double>(1, number % 2 == 0 ? path.Start : path.End, u);
                double left = path.Eta.Select((eta, t) => eta * path.Products(t, u)).Sum();
                double bound = path.Bregman(u, path.Start) + (path.DualSquares / 2);
                double size = path.Eta.Select((eta, t) => eta * Draws.Norm(path.Gradients[t]) * (Draws.Norm(path.Thetas[t]) + Draws.Norm(u))).Sum();
                double slack = Rounding * (size + bound);
                Assert.True(left <= bound + slack, $"u number {number}: {left} above {bound}");
                if (isIdentity)
                    Assert.Equal(bound - path.Bregman(u, path.End), left, slack);
                closest = Math.Min(closest, (bound - left) / bound);
            }

            // A bound that is never approached would be tested by nothing.
            Assert.InRange(closest, -Rounding, .9);
        }
    }

    /// <summary>A run on mini-batches with a linear schedule, i.e. eta_t changes every step.</summary>
    private static Path Run(Divergence<double> divergence, double[] metric, int task)
    {
        var schedule = new LinearSchedule<double>(.05);
        var rule = new Chain<double>(schedule, new MirrorDescent<double>(divergence, Eta));
        var problem = new InnerProblem<double>(Tasks[task], rule, new TaskInitialPoint<double>(), new Unroll(Steps));
        MetaParameters<double> meta = problem.CreateMetaParameters();
        MirrorView<double> view = rule.Mirror(Network.Layout)!;
        double[] natural = meta.Natural.ToArray();
        metric.CopyTo(natural.AsSpan(view.MetaStart));
        meta.SetNatural(natural);
        problem.Start(meta, new BatchKey(12, 0, 0, (uint)task));
        var harness = new DivergenceHarness<double>(divergence, Network.Layout, metric, problem.Descent.Initial.ToArray());
        var path = new Path(harness);
        Assert.False(problem.Descent.Run(path).Diverged);
        Assert.Equal(Steps, path.Eta.Count);
        Assert.NotEqual(path.Eta[0], path.Eta[^1]);
        Assert.Equal(Eta * schedule.Factor(Steps - 1, Steps, [.05], []), path.Eta[^1], 1e-15);
        return path;
    }

    private static double[] Positive(int components) =>
        [.. Draws.Normal<double>(components == 0 ? Network.Layout.Blocks.Length : components * Network.Layout.Length, 850, .5).Select(Math.Exp)];

    private static double[] Learned()
    {
        var learner = new MetaLearner<double>(
            Tasks, new MirrorDescent<double>(new DiagonalQuadratic<double>(), Eta), new TaskInitialPoint<double>(), new Unroll(Steps), new ClosedFormStep<double>(),
            new MetaLearnerOptions { OuterSteps = 3 });
        Assert.True(learner.Learn().History[^1].Anisotropy > .1);
        return learner.Meta.Of(MetaPlace.Rule)[..Network.Layout.Length].ToArray();
    }

    /// <summary>What the bound needs of a run.</summary>
    private sealed class Path(DivergenceHarness<double> harness) : DescentObserver<double>
    {
        public double[] Start { get; } = [.. harness.Theta];

        public double[] End { get; private set; } = [];

        public List<double> Eta { get; } = [];

        public List<double[]> Gradients { get; } = [];

        public List<double[]> Thetas { get; } = [];

        /// <summary>Sum of eta_t^2 ||g_t||_*^2.</summary>
        public double DualSquares { get; private set; }

        public double Bregman(double[] point, double[] reference) => harness.Bregman(point, reference);

        public double Products(int t, double[] u) => Vectors.Dot<double>(Gradients[t], Thetas[t]) - Vectors.Dot<double>(Gradients[t], u);

        public override void Visit(in PathPoint<double> point, ReadOnlySpan<double> state)
        {
            double eta = NetworkRegretTests.Eta * (1 - (.95 * point.Step / point.Steps));
            Eta.Add(eta);
            Thetas.Add(point.Theta.ToArray());
            Gradients.Add(point.Gradient.ToArray());
            DualSquares += eta * eta * harness.Divergence.DualNormSquared(harness.Context, point.Gradient);
        }

        public override void Finish(ReadOnlySpan<double> initial, ReadOnlySpan<double> final) => End = final.ToArray();
    }
}
