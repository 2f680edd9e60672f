using MetaMirror.Descents;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Gradchecks;

/// <summary>
/// Checks every hypergradient estimator on a plan's first task with the rule that the plan learns: reverse mode against differences along random
/// directions, the others against reverse mode; with cost and memory.
/// </summary>
/// <param name="plan">The plan; its model and its kind of rule are used, in double, without schedule and at rank 8 at most; the objective is the trajectory loss.</param>
/// <param name="datasets">Where data is found.</param>
/// <param name="seed">Master seed.</param>
/// <param name="time">Clock.</param>
public sealed class GradientCheck(Plan plan, DatasetCatalogue datasets, ulong seed, TimeProvider time)
{
    private const int Directions = 3;
    private const int MostTangents = 64;
    private const int MostRank = 8;
    private const int Window = 5;

    /// <summary>Full-batch steps that implicit modes are compared over: the cap of meta-quadratics is 200,000.</summary>
    private const int MostFullSteps = 2000;

    /// <summary>Half-widths of the difference stencils; at the last one rounding costs about 1e-9.</summary>
    private static readonly double[] Stencils = [1e-4, 1e-5, 1e-6, 1e-7];

    /// <summary>Rounding of two orders of summation.</summary>
    private const double Exact = 1e-10;

    /// <summary>Richardson differences along a direction: about 1e-9 where no kink of ReLU lies inside the stencil.</summary>
    private const double Difference = 1e-6;

    /// <summary>Runs the checks.</summary>
    /// <param name="steps">Inner steps; default 20 or the plan's, whichever is less.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public GradientCheckResult Run(int? steps = null, CancellationToken cancellationToken = default)
    {
        LearningTask<double> task = plan.Family is MetaQuadraticsPlan ? Quadratics.QuadraticsExperiment.FamilyOf(plan, seed)[0] : PlanTasks.Of<double>(plan, datasets, seed)[0];
        int inner = Math.Min(steps ?? 20, plan.Training.Steps);
        UpdateRule<double> rule = RuleOf(task);
        MetaObjective<double> objective = new TrajectoryLoss<double>().ForThread(rule, task.Layout);
        var unroll = new Unroll(inner, plan.Training.BatchSize is null);
        var problem = new InnerProblem<double>(task, rule, new TaskInitialPoint<double>(), unroll);
        MetaParameters<double> meta = problem.CreateMetaParameters();
        var run = new BatchKey(seed, 0, 0, 0);
        var bench = new EstimatorBench(time, run, cancellationToken);
        var checks = new List<EstimatorCheck>();

        (double[] reverse, HypergradientReport report, double took) = bench.Compute(problem, objective, meta, new ReverseMode<double>());
        double error = DirectionalError(problem, objective, meta, run, reverse);
        checks.Add(EstimatorBench.Row(report, "central differences along random directions", error, Difference, took, "exact"));

        (double[] plain, report, took) = bench.Compute(problem, objective, meta, new ReverseMode<double>(new ReverseOptions { StoredSteps = inner }));
        checks.Add(EstimatorBench.Row(report, "checkpointed reverse", EstimatorBench.Distance(reverse, plain), 0, took, "the same bits") with { Estimator = "reverse, all states stored" });

        if (meta.Length <= MostTangents)
        {
            (double[] forward, report, took) = bench.Compute(problem, objective, meta, new ForwardMode<double>());
            checks.Add(EstimatorBench.Row(report, "reverse", EstimatorBench.Distance(reverse, forward), Exact, took, "exact"));
        }
        else
        {
            checks.Add(new EstimatorCheck(
                "forward", "reverse", null, null, $"left out: it would carry {meta.Length} tangents (at most {MostTangents} are checked)", 0, 0, 0, 0));
        }

        (double[] truncated, report, took) = bench.Compute(problem, objective, meta, new TruncatedReverseMode<double>(Window));
        error = EstimatorBench.Distance(reverse, truncated);
        checks.Add(EstimatorBench.Row(report, "reverse", error, null, took, $"sees the last {Window} steps only: an approximation"));
        var implicitly = new ImplicitCheck(task, Math.Min(plan.Training.Steps, MostFullSteps), seed, bench);
        checks.AddRange(implicitly.OfRule(rule));
        checks.AddRange(implicitly.OfLoss());
        return new GradientCheckResult(plan.Name, task.Name, rule.Name, objective.Name, inner, task.Layout.Length, meta.Length, checks);
    }

    private UpdateRule<double> RuleOf(LearningTask<double> task)
    {
        var tasks = new TaskFamily<double>([task]);
        var settings = new LearningSettings(seed);
        return plan.Learn switch
        {
            MetaMdLearning mirror => new MirrorLearner<double>(plan, mirror, tasks, settings, time).CreateRule(),
            MatrixLearning matrix => new MatrixLearner<double>(plan, matrix, tasks, settings, time).CreateRule(),
            UnrolledLearning unrolled => new UnrolledLearner<double>(plan, unrolled, tasks, settings, time).CreateRule(),
            NeuralLearning neural => new NeuralLearner<double>(plan, neural, tasks, settings, time).CreateRule(),
            ArubaLearning aruba => new ArubaLearner<double>(plan, aruba, tasks, settings, time).CreateRule(),

            // At the rate 0 nothing moves, and there is nothing to check.
            FdsLearning fds => new FdsLearner<double>(plan, fds with { LearningRates = [fds.LearningRates[0] > 0 ? fds.LearningRates[0] : fds.LearningRateStep] }, tasks, settings, time).CreateRule(),
            BasisLearning basis => RuleOf(basis with { Rank = Math.Min(basis.Rank, MostRank) }, ShortStatistics(task)),
            TrackedLearning tracked => RuleOf(tracked with { Ranks = [Math.Min(tracked.Ranks[0], MostRank)] }, ShortStatistics(task)),
            _ => new Adam<double>(new AdamOptions { LearningRate = 0.01, Learn = ["learning_rate", "beta1", "beta2"] }),
        };
    }

    private static UpdateRule<double> RuleOf(IStatisticsLearning learning, BoundStatistics statistics)
    {
        // Derivatives take bases for constants, differences don't: they stay where the first gradient puts them.
        var rules = StatisticsRules<double>.Of(learning, refreshes: false);
        StepCandidate first = learning.Candidates.First();
        return rules.Learned(rules.Bases(statistics, first.Rank), first);
    }

    private BoundStatistics ShortStatistics(LearningTask<double> task)
    {
        var observer = new StatisticsObserver<double>(new BoundStatistics(task.Layout));
        var problem = new InnerProblem<double>(task, new Adam<double>(new AdamOptions { LearningRate = 0.01 }), new TaskInitialPoint<double>(), new Unroll(30));
        problem.Start(problem.CreateMetaParameters(), new BatchKey(seed, 0, 1, 0));
        problem.Descent.Run(observer);
        return observer.Statistics;
    }

    /// <summary>Largest relative error of the derivative of E along random directions in raw meta-parameters.</summary>
    private double DirectionalError(InnerProblem<double> problem, MetaObjective<double> objective, MetaParameters<double> meta, BatchKey run, double[] natural)
    {
        double[] gradient = new double[meta.Length];
        meta.PullBack(natural, gradient);
        double[] raw = meta.Raw.ToArray();
        double worst = 0;
        for (int k = 0; k < Directions; k++)
        {
            double[] v = new double[meta.Length];
            var stream = new RandomStream(new StreamKey(seed, (uint)k, 0, StreamPurpose.Test, 0));
            stream.FillNormal(v.AsSpan());
            meta.PullBack(v, v);
            double norm = Math.Sqrt(Vectors.SquaredNorm<double>(v));
            Vectors.Scale<double>(1 / Math.Max(norm, 1e-300), v);
            double Slope(double h) => (ValueAt(h) - ValueAt(-h)) / (2 * h);
            double ValueAt(double h)
            {
                double[] moved = [.. raw];
                Vectors.AddScaled<double>(h, v, moved);
                var there = new MetaParameters<double>(meta);
                there.SetRaw(moved);
                var evaluation = new double[2];
                problem.Start(there, run);
                while (problem.Descent.Position < problem.Descent.Unroll.Steps && problem.Descent.Evaluate())
                {
                    evaluation[0] += objective.PathTerm(problem.Descent.Point(), there);
                    problem.Descent.Advance();
                }

                return evaluation[0];
            }

            // A kink of ReLU between the two ends of a stencil spoils the difference, not the gradient: shorter stencils step over fewer of them,
            // and a wrong gradient is met by none.
            double exact = Vectors.Dot<double>(gradient, v);
            double least = double.PositiveInfinity;
            foreach (double h in Stencils)
            {
                double difference = ((4 * Slope(h / 2)) - Slope(h)) / 3;
                least = Math.Min(least, Math.Abs(difference - exact) / Math.Max(Math.Sqrt(Vectors.SquaredNorm<double>(gradient)), 1e-300));
            }

            worst = Math.Max(worst, least);
        }

        return worst;
    }
}
