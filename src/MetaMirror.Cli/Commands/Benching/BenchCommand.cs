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

    private static readonly string Names = string.Join(", ", Workloads.All.Select(w => w.Name));

    private readonly BenchEngine _engine;
    private readonly ValueOption<string?> _only = new(
        "--only", "NAME[,NAME]", ValueKinds.Text("names of workloads, with commas between them"), $"Measure these workloads only, of {Names}; peak memory counts for one that is measured alone.");
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
            + "least time that its measured peaks allow. The machine should be idle.",
            new("bench", "All workloads on all cores."),
            new("bench --only mlp-b128-gradient,mlp-b128-hvp --threads 1", "Two of them on one thread."),
            new("bench --only gemm-512x512x512 --repeats 100 --json", "One, more often, as JSON."))
        {
            _only,
            _repeats,
            _scaling,
        };
        Command.Validators.Add(line =>
        {
            if (line.GetResult(_only) is not { Tokens: [var only] })
                return;
            if (line.GetResult(_scaling) is { Implicit: false })
                line.AddError($"{_only.Name}: expected none beside {_scaling.Name}, found {Found.Text(only.Value)}");
            else if (Split(only.Value).FirstOrDefault(n => Find(n) is null) is { } unknown)
                line.AddError(Unknown(unknown));
        });
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        if (session.Get(_scaling))
            return Scale(session);
        IReadOnlyList<Workload> workloads = session.Get(_only) is { } only ? [.. Split(only).Select(n => Find(n)!)] : Workloads.All;
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

    private static IEnumerable<string> Split(string names) => names.Split(',', StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal);

    private static Workload? Find(string name) => Workloads.All.FirstOrDefault(w => string.Equals(w.Name, name, StringComparison.Ordinal));

    private string Unknown(string name)
    {
        string nearest = NearestName.Of(name, [.. Workloads.All.Select(w => w.Name)]) is { } near ? $" (did you mean '{near}'?)" : "";
        return $"{_only.Name}: expected a workload among {Names}, found {Found.Text(name)}{nearest}";
    }
}
