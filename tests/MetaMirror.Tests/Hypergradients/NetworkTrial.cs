using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;
using Draws = MetaMirror.Tests.Objectives.Draws;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>Mini-batch training of a network, to be differentiated.</summary>
internal sealed class NetworkTrial<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MetaObjective<T> _objective;

    public NetworkTrial(Network network, UpdateRule<T> rule, MetaObjective<T> objective, int steps, bool regularized = false, Func<Objective<T>, Objective<T>>? around = null, T[]? initial = null)
    {
        Dataset<T> data = Draws.Classification<T>(40, network.Input.Size, network.Output.Size);
        var task = new ObjectiveTask<T>(
            "network",
            () =>
            {
                Objective<T> loss = new NetworkObjective<T>(network, data, new Minibatches(40, 7, BatchOrder.Epochs));
                loss = regularized ? new Regularized<T>(loss, new RegularizerWeight(0.05)) : loss;
                return around is null ? loss : around(loss);
            },
            initial ?? Draws.Normal<T>(network.Layout.Length, 71, 0.4));
        Inner = new InnerProblem<T>(task, rule, new TaskInitialPoint<T>(), new Unroll(steps));
        _objective = objective.ForThread(rule, task.Layout);
        Meta = Inner.CreateMetaParameters();
        Total = new T[Meta.Length];
        Direct = new T[Meta.Length];
    }

    public InnerProblem<T> Inner { get; }

    public MetaParameters<T> Meta { get; }

    public T[] Total { get; }

    public T[] Direct { get; }

    public HypergradientReport Compute(Hypergradient<T> mode, CancellationToken cancellationToken = default)
    {
        HypergradientReport report = Run(mode, cancellationToken);
        Assert.True(report.Succeeded, report.Verdict);
        Assert.True(Vectors.AllFinite<T>(Total));
        return report;
    }

    /// <summary>Without looking at what comes out.</summary>
    public HypergradientReport Run(Hypergradient<T> mode, CancellationToken cancellationToken = default) =>
        mode.Compute(Inner, _objective, Meta, new BatchKey(1, 0, 2, 3), Total, Direct, null, cancellationToken);

    public T[] Of(Hypergradient<T> mode)
    {
        Compute(mode);
        return [.. Total];
    }
}
