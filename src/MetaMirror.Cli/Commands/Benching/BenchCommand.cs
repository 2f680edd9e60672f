using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Machines;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands.Benching;

/// <summary><c>bench</c>: how fast this machine does the work that everything else waits for, and how far that is from its limits.</summary>
internal sealed class BenchCommand : ICommandSpec
{
    private const int UsualRepeats = 30, MostRepeats = 1_000_000;

    private readonly BenchEngine _engine;
    private readonly ValueOption<string?> _only = new(
        "--only", "NAME[,NAME]", ValueKinds.Text("names of workloads, with commas between them"), "Measure these workloads only; peak memory counts for one that is measured alone.");
    private readonly ValueOption<int> _repeats = new(
        "--repeats", "N", ValueKinds.Whole(1, MostRepeats), "Timed calls of each workload, of which the median counts; those that take about a second have 3 at most. Default 30.",
        UsualRepeats);
    private readonly Flag _scaling = new(
        "--scaling", "Measure instead how a gradient and a Hessian-vector product grow with batch, width and depth, and a hypergradient with the number of steps.");

    public BenchCommand(BenchEngine engine)
    {
        _engine = engine;
        Command = new(
            "bench",
            "Times matrix products, network gradients and Hessian-vector products, training steps, update rules and hypergradients on this machine, beside the "
            + "least time that its measured peaks allow.",
            new("bench", "All workloads on all cores."),
            new("bench --only mlp-b128-gradient,mlp-b128-hvp --threads 1", "Two of them on one thread."),
            new("bench --only gemm-512x512x512 --repeats 100 --json", "One, more often, as JSON."))
        {
            _only,
            _repeats,
            _scaling,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        string? only = session.Get(_only);
        if (session.Get(_scaling))
            return only is null ? Scale(session) : throw new UsageException(_only.Name, $"expected none beside {_scaling.Name}, found {Found.Text(only)}");
        IReadOnlyList<Workload> workloads = Chosen(only);
        BenchmarkResult result;
        using (var progress = new ProgressScreen(session.Terminal))
            result = _engine.Time(new BenchRequest(workloads, session.Get(_repeats)), session.EngineContext(progress));

        var document = BenchDocument.Of(result, Machine.Describe(session.Threads));
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.BenchDocument);
        else
            BenchScreen.Show(session, result);
        ExtraDocument.Write(session, "bench.json", document, DocumentJson.Plain.BenchDocument);
        return ExitCodes.Done;
    }

    private int Scale(Session session)
    {
        ScalingResult result;
        using (var progress = new ProgressScreen(session.Terminal))
            result = _engine.Scale(session.Get(_repeats), session.EngineContext(progress));

        MachineInfo machine = Machine.Describe(session.Threads);
        var document = new ScalingDocument(result.Threads, result.Derivatives, result.Hypergradients, Provenance.Version, machine);
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.ScalingDocument);
        else
            BenchScreen.Show(session, result);
        ExtraDocument.Write(session, "scaling.json", document, DocumentJson.Plain.ScalingDocument);
        return ExitCodes.Done;
    }

    private IReadOnlyList<Workload> Chosen(string? names) => names is null
        ? Workloads.All
        : [.. names.Split(',', StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).Select(Named)];

    private Workload Named(string name)
    {
        if (Workloads.All.FirstOrDefault(w => string.Equals(w.Name, name, StringComparison.Ordinal)) is { } workload)
            return workload;
        string[] names = [.. Workloads.All.Select(w => w.Name)];
        string nearest = NearestName.Of(name, names) is { } near ? $" (did you mean '{near}'?)" : "";
        throw new UsageException(_only.Name, $"expected a workload among {string.Join(", ", names)}, found {Found.Text(name)}{nearest}");
    }
}
