using System.Globalization;
using MetaMirror.Experiments.Runs;
using MetaMirror.Hypergradients;
using MetaMirror.Networks;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>How the cost of a gradient and a Hessian-vector product grows with batch, width and depth, and that of a hypergradient with the number of steps.</summary>
/// <param name="context">Threads and seed.</param>
/// <param name="clock">The clock.</param>
public sealed class ScalingStudy(WorkloadContext context, TimeProvider clock)
{
    private const int Width = 256, Depth = 2, Batch = 128, Outputs = 10;

    /// <summary>Batches of the hypergradients: more steps see them again, so that data do not grow with T.</summary>
    private const int MostBatches = 100;

    private const double Mega = 1 << 20, FlopsPerMillisecondOfGigaflops = 1e6;

    private readonly WorkloadTimer _timer = new(clock);
    private int _done;

    /// <summary>The points. Default: those of the documentation.</summary>
    public ScalingPlan Plan { get; init; } = new();

    /// <summary>Told before every point. Default: nobody.</summary>
    public IProgress<RunProgress>? Progress { get; init; }

    /// <summary>Measures all points.</summary>
    /// <param name="repeats">Timed calls of each, at least 1; fewer of hypergradients.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public ScalingResult Run(int repeats, CancellationToken cancellationToken = default)
    {
        _done = 0;
        List<DerivativeCost> derivatives =
        [
            .. Plan.Batches.Select(b => Derivatives("batch", b, Sizes(Width, Depth), b, repeats, cancellationToken)),
            .. Plan.Widths.Select(w => Derivatives("width", w, Sizes(w, Depth), Batch, repeats, cancellationToken)),
            .. Plan.Depths.Select(d => Derivatives("depth", d, Sizes(Width, d), Batch, repeats, cancellationToken)),
        ];
        List<HypergradientCost> hypergradients =
        [
            .. Plan.Steps.Select(t => Hypergradient("mlp", Plan.HypergradientNetwork, t, repeats, cancellationToken)),
            .. Plan.LeNetSteps.Select(t => Hypergradient("lenet", Network.LeNet5(), t, repeats, cancellationToken)),
        ];
        return new ScalingResult(context.Team.Threads, derivatives, hypergradients);
    }

    /// <summary>Inputs as wide as the hidden layers, so that a network grows evenly.</summary>
    private static int[] Sizes(int width, int depth) => [.. Enumerable.Repeat(width, depth + 1), Outputs];

    private DerivativeCost Derivatives(string grows, int value, int[] sizes, int batch, int repeats, CancellationToken cancellationToken)
    {
        string name = string.Join('-', sizes.Select(s => s.ToString(CultureInfo.InvariantCulture)));
        Tell(string.Create(CultureInfo.InvariantCulture, $"{grows} {value}"));
        var network = Network.Mlp(sizes);
        var workloads = new NetworkWorkloads("perceptron", network, batch);
        Workload gradient = workloads.Gradient(), product = workloads.Product();
        double gradientMs = _timer.Measure(gradient, context, repeats, cancellationToken).Median;
        double productMs = _timer.Measure(product, context, repeats, cancellationToken).Median;
        return new DerivativeCost(
            grows, value, name, batch, network.Layout.Length, gradientMs, productMs,
            gradient.Work.Flops / gradientMs / FlopsPerMillisecondOfGigaflops, product.Work.Flops / productMs / FlopsPerMillisecondOfGigaflops);
    }

    private HypergradientCost Hypergradient(string name, Network network, int steps, int repeats, CancellationToken cancellationToken)
    {
        Tell(string.Create(CultureInfo.InvariantCulture, $"hypergradient of {name} through {steps} steps"));
        HypergradientWorkload.HypergradientOfMetric? made = null;
        Workload workload = new Workload("hypergradient", default, _ =>
        {
            SupervisedTask<float> task = HypergradientWorkload.Task(context, name, network, Batch, Math.Min(steps, MostBatches));
            return () => (made = new HypergradientWorkload.HypergradientOfMetric(task, steps, context.Seed, context.Team)).Compute;
        }).Long();
        double milliseconds = _timer.Measure(workload, context, repeats, cancellationToken).Median;
        HypergradientReport report = made!.Report!;
        double all = 2.0 * sizeof(float) * network.Layout.Length * steps;
        return new HypergradientCost(name, steps, milliseconds, report.Gradients, report.HessianVectorProducts, report.PeakBytes / Mega, all / Mega);
    }

    private void Tell(string point) => Progress?.Report(new RunProgress("measuring", _done++, Plan.Points, point, double.NaN));
}
