using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Machines;

/// <summary>What this machine is, for reports and <c>doctor</c>.</summary>
internal static class Machine
{
    private const double BytesPerGibibyte = 1L << 30;
    private const string ProcessorList = "/proc/cpuinfo";

    /// <summary>The machine, with the threads in use.</summary>
    public static MachineInfo Describe(int threads) => new(
        Processor(), Environment.ProcessorCount, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription, Vectors(), threads)
    {
        MemoryGibibytes = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / BytesPerGibibyte, 1),
    };

    /// <summary>The widest vectors in use.</summary>
    public static string Vectors() =>
        Vector512.IsHardwareAccelerated ? "512-bit vectors"
        : Vector256.IsHardwareAccelerated ? "256-bit vectors"
        : Vector128.IsHardwareAccelerated ? "128-bit vectors"
        : "no vectors";

    private static string Processor()
    {
        string architecture = RuntimeInformation.ProcessArchitecture.ToString();
        if (Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") is { Length: > 0 } windows)
            return windows;
        if (!File.Exists(ProcessorList))
            return architecture;
        string? model = File.ReadLines(ProcessorList).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return model is null ? architecture : model[(model.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
