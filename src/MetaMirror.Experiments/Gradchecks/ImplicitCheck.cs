using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Gradchecks;

/// <summary>
/// The implicit estimators where they hold and where they do not: on the hyperparameters of a loss (a proximal term's metric, gamma and center), where all must
/// equal reverse mode through the converged run; in the proximal form against differences; on the rule, where reverse mode shows what they miss.
/// </summary>
internal sealed class ImplicitCheck(LearningTask<double> task, int steps, ulong seed, EstimatorBench bench)
{
    private const double Gamma = 1;
    private const int Products = 2000;

    /// <summary>Solvers and run stop near 1e-10; conditions of the proximal problems take a few digits.</summary>
    private const double Agreement = 1e-6;

    /// <summary>A run that still moves by more is not compared: reverse mode then sees the way, implicit modes the end.</summary>
    private const double Converged = 1e-9;

    /// <summary>The rule's own meta-parameters: an approximation off convergence, zero at it.</summary>
    public IEnumerable<EstimatorCheck> OfRule(UpdateRule<double> rule)
    {
        MetaObjective<double> final = new FinalLoss<double>().ForThread(rule, task.Layout);
        var problem = new InnerProblem<double>(task, rule, new TaskInitialPoint<double>(), new Unroll(steps, FullBatch: true));
        MetaParameters<double> meta = problem.CreateMetaParameters();
        (double[] reverse, _, _) = bench.Compute(problem, final, meta, new ReverseMode<double>());
        foreach (Hypergradient<double> mode in (Hypergradient<double>[])[
                     new ImplicitMode<double>(ImplicitMethod.Neumann, 0, 0), new ImplicitMode<double>(ImplicitMethod.Neumann, 20, 0),
                     new ImplicitMode<double>(ImplicitMethod.FixedPoint, 20, 0), new ImplicitMode<double>(ImplicitMethod.NormalConjugateGradient, 50)])
        {
            (double[] value, HypergradientReport report, double took) = bench.Compute(problem, final, meta, mode);
            yield return EstimatorBench.Row(
                report, $"reverse through {steps} full-batch steps", EstimatorBench.Distance(reverse, value), null, took,
                (report.Solver is { Iterations: 0 } ? "T1-T2. " : "") + EstimatorBench.Sentence(report));
        }
    }

    /// <summary>The hyperparameters of L + gamma B(theta || theta_1), E = L at the minimizer.</summary>
    public IEnumerable<EstimatorCheck> OfLoss()
    {
        double[] start = new double[task.Layout.Length];
        var stream = new RandomStream(new StreamKey(seed, 0, 0, StreamPurpose.InitialPoint, 0));
        task.Initialize(ref stream, start);
        Objective<double> Loss() => new BregmanProximal<double>(task.CreateTrainingObjective(), new ScaledIdentity<double>(), Gamma, [.. start]);
        var rule = new Sgd<double>(new SgdOptions { LearningRate = 1 / (1.5 * Curvature(start)), Learn = [] });
        MetaObjective<double> outer = new LossAt(task.CreateTrainingObjective());
        InnerProblem<double> Problem(double[] from, int count) =>
            new(new ObjectiveTask<double>("proximal", Loss, from), rule, new TaskInitialPoint<double>(), new Unroll(count, FullBatch: true));
        InnerProblem<double> whole = Problem(start, steps);
        MetaParameters<double> meta = whole.CreateMetaParameters();
        double[] reverse = OfObjective(meta, bench.Compute(whole, outer, meta, new ReverseMode<double>()).Total);

        // The implicit modes need the end alone: they begin there.
        whole.Start(meta, bench.Run);
        whole.Descent.Run();
        InnerProblem<double> end = Problem(whole.Descent.Theta.ToArray(), 1);
        foreach (ImplicitMethod method in Enum.GetValues<ImplicitMethod>())
        {
            (double[] value, HypergradientReport report, double took) = bench.Compute(end, outer, meta, new ImplicitMode<double>(method, Products));
            bool compared = report.Succeeded && report.FixedPointResidual <= Converged;
            EstimatorCheck row = EstimatorBench.Row(
                report, $"reverse through {steps} proximal steps", EstimatorBench.Distance(reverse, OfObjective(meta, value)), compared ? Agreement : null, took,
                EstimatorBench.Sentence(report));
            yield return row with { Estimator = row.Estimator + ", loss" };
        }

        yield return Proximal(outer);
    }

    /// <summary>The proximal estimator in eta and the metric of mirror descent, against differences of the point it finds.</summary>
    private EstimatorCheck Proximal(MetaObjective<double> outer)
    {
        var rule = new MirrorDescent<double>(new BlockScaled<double>(), 1 / (Gamma * steps), learnRate: true);
        var problem = new InnerProblem<double>(task, rule, new TaskInitialPoint<double>(), new Unroll(steps, FullBatch: true));
        MetaParameters<double> meta = problem.CreateMetaParameters();
        var mode = new ProximalMode<double>();
        (double[] total, HypergradientReport report, double took) = bench.Compute(problem, outer, meta, mode);
        double[] natural = meta.Natural.ToArray(), differences = new double[total.Length];
        for (int i = 0; i < total.Length && report.Succeeded; i++)
        {
            double h = 1e-3 * natural[i];
            differences[i] = ((4 * Slope(i, h / 2)) - Slope(i, h)) / 3;
        }

        // A kink of ReLU between two proximal points spoils the difference, not the gradient, so smooth tasks alone must agree: the row says what was found.
        double error = EstimatorBench.Distance(differences, total);
        return EstimatorBench.Row(report, "differences of the proximal point", error, null, took, EstimatorBench.Sentence(report));

        double Slope(int index, double h) => (At(index, h) - At(index, -h)) / (2 * h);
        double At(int index, double h)
        {
            double[] moved = [.. natural];
            moved[index] += h;
            var there = new MetaParameters<double>(meta);
            there.SetNatural(moved);
            return bench.Compute(problem, outer, there, mode).Report.Value;
        }
    }

    /// <summary>The loss's own part: the rule's weight decay moves the fixed point of the update too, and only some methods are about the rule.</summary>
    private static double[] OfObjective(MetaParameters<double> meta, double[] total) => meta.Slice(total.AsSpan(), MetaPlace.Objective).ToArray();

    /// <summary>About the largest curvature of L + gamma/2 ||theta||^2, by power iteration.</summary>
    private double Curvature(double[] theta)
    {
        Objective<double> objective = task.CreateTrainingObjective();
        double[] meta = [.. new MetaParameters<double>([], [], objective.MetaSpecs).Natural], x = new double[theta.Length], y = new double[theta.Length];
        new RandomStream(new StreamKey(seed, 0, 0, StreamPurpose.Noise, 0)).FillNormal(x.AsSpan());
        double largest = 0;
        for (int i = 0; i < 15; i++)
        {
            Vectors.Scale<double>(1 / Math.Max(Math.Sqrt(Vectors.SquaredNorm<double>(x)), 1e-300), x);
            objective.HessianVectorProducts(theta, meta, BatchKey.Full, 1, x, y);
            largest = Math.Max(largest, Math.Sqrt(Vectors.SquaredNorm<double>(y)));
            y.CopyTo(x, 0);
        }

        return largest + Gamma;
    }

    /// <summary>E = L(theta_T) of a given loss, at the start values of its own meta-parameters.</summary>
    private sealed class LossAt(Objective<double> loss) : MetaObjective<double>
    {
        private readonly double[] _gradient = new double[loss.Layout.Length];
        private readonly double[] _meta = [.. new MetaParameters<double>([], [], loss.MetaSpecs).Natural];

        public override string Name => "loss-at-the-end";

        public override bool HasPathTerm => false;

        public override MetaObjective<double> ForThread(UpdateRule<double> rule, ParameterLayout layout) => new LossAt(loss);

        public override double FinalTerm(in RunEnds<double> ends, MetaParameters<double> meta) => loss.Evaluate(ends.Final, _meta, BatchKey.Full, _gradient);

        public override void AddFinalGradient(in RunEnds<double> ends, MetaParameters<double> meta, Span<double> aInitial, Span<double> aFinal, Span<double> aMeta) =>
            Vectors.AddScaled<double>(1, _gradient, aFinal);
    }
}
