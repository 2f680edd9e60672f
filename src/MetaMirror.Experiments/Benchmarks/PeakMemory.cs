using System.Diagnostics;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>The most memory this process ever held, as the operating system counts it.</summary>
internal static class PeakMemory
{
    private const double BytesPerMegabyte = 1 << 20;

    /// <summary>Megabytes (2^20 bytes); null where the system does not say.</summary>
    public static double? Megabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 is > 0 and long bytes ? bytes / BytesPerMegabyte : null;
    }
}
