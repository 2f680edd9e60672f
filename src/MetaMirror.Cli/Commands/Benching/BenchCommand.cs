using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Machines;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using Spectre.Console;

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
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        IReadOnlyList<Workload> workloads = Chosen(session.Get(_only));
        BenchmarkResult result;
        using (var progress = new ProgressScreen(session.Terminal))
            result = _engine(new BenchRequest(workloads, session.Get(_repeats)), session.EngineContext(progress));

        MachineInfo machine = Machine.Describe(session.Threads);
        var document = BenchDocument.Of(result, machine);
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.BenchDocument);
        else
            Show(session, result);
        ExtraDocument.Write(session, "bench.json", document, DocumentJson.Plain.BenchDocument);
        return ExitCodes.Done;
    }

    private IReadOnlyList<Workload> Chosen(string? names)
    {
        if (names is null)
            return Workloads.All;
        string[] chosen = [.. names.Split(',', StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];
        return [.. chosen.Select(Named)];
    }

    private Workload Named(string name)
    {
        if (Workloads.All.FirstOrDefault(w => string.Equals(w.Name, name, StringComparison.Ordinal)) is { } workload)
            return workload;
        string[] names = [.. Workloads.All.Select(w => w.Name)];
        string nearest = NearestName.Of(name, names) is { } near ? $" (did you mean '{near}'?)" : "";
        throw new UsageException(_only.Name, $"expected a workload among {string.Join(", ", names)}, found {Found.Text(name)}{nearest}");
    }

    private static void Show(Session session, BenchmarkResult result)
    {
        MachinePeaks peaks = result.Peaks;
        session.People.WriteLine(
            $"Peaks of {Threads(peaks.Threads)}: {NumberText.Significant(peaks.MultiplyAddGigaflops)} GFLOP/s of multiply-adds, "
            + $"{NumberText.Significant(peaks.StreamGigabytesPerSecond)} GB/s of memory");
        if (peaks.Threads > 1)
        {
            session.People.WriteLine(
                $"Peaks of one thread: {NumberText.Significant(peaks.MultiplyAddGigaflopsOneThread)} GFLOP/s, {NumberText.Significant(peaks.StreamGigabytesPerSecondOneThread)} GB/s");
        }

        Tables.Write(
            session.Screen,
            [new("workload"), new("ms", true), new("floor ms", true), new("ms / floor", true), new("GFLOP/s", true), new("peak MB", true), new("calls", true)],
            result.Workloads.Select(w => (IReadOnlyList<string>)
            [
                Markup.Escape(w.Name),
                NumberText.Significant(w.MedianMilliseconds),
                NumberText.Significant(w.FloorMilliseconds),
                NumberText.Ratio(w.OverFloor),
                NumberText.Significant(w.Gigaflops ?? double.NaN),
                NumberText.Count(Math.Round(w.PeakMegabytes ?? double.NaN, 1)),
                NumberText.Count(w.Repeats),
            ]));
        session.People.WriteLine("Medians after warm-up. The floor is the work's flops over the peak, or its bytes over the bandwidth, whichever takes longer.");
    }

    private static string Threads(int count) => count == 1 ? "one thread" : $"{NumberText.Count(count)} threads";
}
