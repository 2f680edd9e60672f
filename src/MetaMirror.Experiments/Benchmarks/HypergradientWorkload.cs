using System.Globalization;
using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>
/// d/dM of 1/2 |M (theta_T - theta_1)|^2 through T steps theta - 0.1 g / M^2 at M = 1, one new batch a step: reverse mode within its default memory.
/// </summary>
public static class HypergradientWorkload
{
    private const double LearningRate = 0.1;

    /// <summary>The hypergradient of a network's training. Least work: T gradients, and T products that keep values and cotangents.</summary>
    /// <param name="name">Name of the network.</param>
    /// <param name="network">The network.</param>
    /// <param name="batch">Examples of a batch.</param>
    /// <param name="steps">T.</param>
    public static Workload Of(string name, Network network, int batch, int steps) => new Workload(
        string.Create(CultureInfo.InvariantCulture, $"{name}-b{batch}-hypergradient-T{steps}"),
        new Work(steps * new NetworkFlops(network, batch).GradientAndProduct),
        context =>
        {
            SupervisedTask<float> task = Task(context, name, network, batch, steps);
            return () => new HypergradientOfMetric(task, steps, context.Seed, context.Team).Compute;
        }).Long();

    /// <summary>The task: as many examples as the steps need, each seen once, batch after batch as they lie.</summary>
    internal static SupervisedTask<float> Task(WorkloadContext context, string name, Network network, int batch, int steps)
    {
        int count = checked(batch * steps);
        var data = Dataset<float>.Classification(
            name, context.Normal(count * network.Input.Size), network.Input.Size, context.Labels(count, network.Output.Size), network.Output.Size);
        return new SupervisedTask<float>(new TaskData<float>(name, DataSplit<float>.Of(name, data)), network, new SupervisedOptions(batch) { Order = BatchOrder.InOrder });
    }

    /// <summary>The task's start, drawn on the first run: later ones begin at the same theta_1, which is no part of the work.</summary>
    private sealed class PlacedOnce : InitialPoint<float>
    {
        private readonly TaskInitialPoint<float> _drawn = new();
        private float[] _theta = [];

        public override IReadOnlyList<MetaParameterSpec<float>> MetaSpecs(ParameterLayout layout) => _drawn.MetaSpecs(layout);

        public override void Place(LearningTask<float> task, ref RandomStream stream, ReadOnlySpan<float> meta, Span<float> theta)
        {
            if (_theta.Length == 0)
            {
                _drawn.Place(task, ref stream, meta, theta);
                _theta = theta.ToArray();
            }

            _theta.CopyTo(theta);
        }

        public override void Jvp(ReadOnlySpan<float> metaTangent, Span<float> dTheta) => _drawn.Jvp(metaTangent, dTheta);

        public override void AddVjp(ReadOnlySpan<float> aTheta, Span<float> aMeta) => _drawn.AddVjp(aTheta, aMeta);
    }

    /// <summary>The hypergradient with all its buffers.</summary>
    /// <param name="task">The task.</param>
    /// <param name="steps">T.</param>
    /// <param name="seed">Names start and batches.</param>
    /// <param name="team">Threads for the kernels; null for the caller's alone.</param>
    internal sealed class HypergradientOfMetric(SupervisedTask<float> task, int steps, ulong seed, WorkerTeam? team = null)
    {
        private static readonly MirrorDescent<float> Rule = new(new DiagonalQuadratic<float>(), LearningRate);

        private readonly ReverseMode<float> _mode = new();
        private readonly InnerProblem<float> _problem = new(task, Rule, new PlacedOnce(), new Unroll(steps));
        private readonly MetaObjective<float> _objective = new MetricDisplacement<float>().ForThread(Rule, task.Layout);
        private MetaParameters<float>? _meta;
        private float[] _total = [];
        private float[] _direct = [];

        /// <summary>What the last call cost.</summary>
        public HypergradientReport? Report { get; private set; }

        /// <summary>dE/dM of the last call, shape [n].</summary>
        public ReadOnlySpan<float> InM => _total.AsSpan(0, task.Layout.Length);

        /// <summary>Runs forward and back.</summary>
        public void Compute()
        {
            if (_meta is null)
            {
                _problem.Descent.Objective.Team = team;
                _meta = _problem.CreateMetaParameters();
                _total = new float[_meta.Length];
                _direct = new float[_meta.Length];
            }

            Report = _mode.Compute(_problem, _objective, _meta, new BatchKey(seed, 0, 0, 0), _total, _direct);

            // P = M^2: dE/dM = 2 M dE/dP.
            ReadOnlySpan<float> p = _meta.Natural[..task.Layout.Length];
            Span<float> inM = _total.AsSpan(0, p.Length);
            for (int i = 0; i < inM.Length; i++)
                inM[i] *= 2 * MathF.Sqrt(p[i]);
        }
    }
}
