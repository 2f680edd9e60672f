using System.Globalization;
using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>Work on one batch of random inputs and classes: gradient, training steps, Hessian-vector product.</summary>
/// <param name="name">Name of the network.</param>
/// <param name="network">The network.</param>
/// <param name="batch">Examples.</param>
public sealed class NetworkWorkloads(string name, Network network, int batch)
{
    /// <summary>Steps of a run; then it starts again, so that no run goes where gradients vanish.</summary>
    private const int RunSteps = 100;

    private readonly NetworkFlops _flops = new(network, batch);

    /// <summary>Steps with SGD and Adam, gradient, product.</summary>
    public IReadOnlyList<Workload> All() => [SgdStep(), AdamStep(), Gradient(), Product()];

    /// <summary>Loss and gradient, then SGD with momentum 0.9.</summary>
    public Workload SgdStep() => Step("sgdm", new Sgd<float>(new SgdOptions { LearningRate = 0.01, Momentum = 0.9 }));

    /// <summary>Loss and gradient, then Adam.</summary>
    public Workload AdamStep() => Step("adam", new Adam<float>(new AdamOptions { LearningRate = 1e-3 }));

    /// <summary>Loss and gradient, at a point that is new every time.</summary>
    public Workload Gradient() => new(Named("gradient"), new Work(_flops.Gradient), context =>
    {
        Dataset<float> data = Data(context);
        float[] theta = Start(context);
        return () =>
        {
            var objective = new NetworkObjective<float>(network, data) { Team = context.Team };
            float[] gradient = new float[theta.Length];
            return () =>
            {
                objective.Point = objective.NamePoint();
                objective.Evaluate(theta, [], BatchKey.Full, gradient);
            };
        };
    });

    /// <summary>H v, at a point that is new every time: nothing is kept from call to call.</summary>
    public Workload Product() => new(Named("hvp"), new Work(_flops.Product), context =>
    {
        Dataset<float> data = Data(context);
        float[] theta = Start(context), v = context.Normal(theta.Length);
        return () =>
        {
            var objective = new NetworkObjective<float>(network, data) { Team = context.Team };
            float[] product = new float[theta.Length];
            return () =>
            {
                objective.Point = objective.NamePoint();
                objective.HessianVectorProducts(theta, [], BatchKey.Full, 1, v, product);
            };
        };
    });

    private Workload Step(string rule, UpdateRule<float> update) => new(Named($"{rule}-step"), new Work(_flops.Gradient), context =>
    {
        Dataset<float> data = Data(context);
        float[] theta = Start(context);
        return () =>
        {
            var descent = new Descent<float>(new NetworkObjective<float>(network, data) { Team = context.Team }, update, new Unroll(RunSteps, FullBatch: true));
            var meta = new MetaParameters<float>([], update.MetaSpecs(network.Layout), []);
            descent.Start(theta, meta, default);
            return () =>
            {
                if (descent.Position == RunSteps)
                    descent.Start(theta, meta, default);
                descent.Evaluate();
                descent.Advance();
            };
        };
    });

    private string Named(string work) => string.Create(CultureInfo.InvariantCulture, $"{name}-b{batch}-{work}");

    private Dataset<float> Data(WorkloadContext context) => Dataset<float>.Classification(
        name, context.Normal(batch * network.Input.Size), network.Input.Size, context.Labels(batch, network.Output.Size), network.Output.Size);

    private float[] Start(WorkloadContext context)
    {
        float[] theta = new float[network.Layout.Length];
        RandomStream stream = context.Stream();
        network.Initialize<float>(ref stream, theta);
        return theta;
    }
}
