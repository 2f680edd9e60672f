using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands.Benching;

/// <summary>The document of <c>bench</c>: figures by the names of workloads.</summary>
/// <param name="Threads">Threads used.</param>
/// <param name="MedianMs">Median of the timed calls.</param>
/// <param name="FloorMs">The least time of the dense work on this machine.</param>
/// <param name="PeakMegabytes">Increase of the process's peak memory; means something for a workload run alone.</param>
/// <param name="Gigaflops">Flops over the median, where flops are counted.</param>
/// <param name="LeastMs">Shortest of the timed calls.</param>
/// <param name="Repeats">Timed calls.</param>
/// <param name="Peaks">What the machine does at best.</param>
/// <param name="Version">Version of this program.</param>
/// <param name="Machine">The machine.</param>
internal sealed record BenchDocument(
    int Threads,
    IReadOnlyDictionary<string, double> MedianMs,
    IReadOnlyDictionary<string, double> FloorMs,
    IReadOnlyDictionary<string, double> PeakMegabytes,
    IReadOnlyDictionary<string, double> Gigaflops,
    IReadOnlyDictionary<string, double> LeastMs,
    IReadOnlyDictionary<string, int> Repeats,
    MachinePeaks Peaks,
    string Version,
    MachineInfo Machine)
{
    private const int Decimals = 4, CoarseDecimals = 1;

    /// <summary>The document of a result.</summary>
    public static BenchDocument Of(BenchmarkResult result, MachineInfo machine)
    {
        IReadOnlyList<WorkloadFigures> all = result.Workloads;
        return new BenchDocument(
            result.Peaks.Threads,
            By(all, w => w.MedianMilliseconds, Decimals),
            By(all, w => w.FloorMilliseconds, Decimals),
            By(all, w => w.PeakMegabytes, CoarseDecimals),
            By(all, w => w.Gigaflops, CoarseDecimals),
            By(all, w => w.LeastMilliseconds, Decimals),
            all.ToDictionary(w => w.Name, w => w.Repeats, StringComparer.Ordinal),
            new MachinePeaks(
                result.Peaks.Threads, Coarse(result.Peaks.MultiplyAddGigaflops), Coarse(result.Peaks.MultiplyAddGigaflopsOneThread),
                Coarse(result.Peaks.StreamGigabytesPerSecond), Coarse(result.Peaks.StreamGigabytesPerSecondOneThread)),
            Provenance.Version,
            machine);
    }

    private static Dictionary<string, double> By(IReadOnlyList<WorkloadFigures> all, Func<WorkloadFigures, double?> figure, int decimals) =>
        all.Where(w => figure(w) is not null).ToDictionary(w => w.Name, w => Math.Round(figure(w)!.Value, decimals), StringComparer.Ordinal);

    private static double Coarse(double value) => Math.Round(value, CoarseDecimals);
}
