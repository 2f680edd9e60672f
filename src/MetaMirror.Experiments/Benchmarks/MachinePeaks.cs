namespace MetaMirror.Experiments.Benchmarks;

/// <summary>What a machine was measured to do at best.</summary>
/// <param name="Threads">N.</param>
/// <param name="MultiplyAddGigaflops">Fused multiply-adds of single precision in registers, N threads, GFLOP/s.</param>
/// <param name="MultiplyAddGigaflopsOneThread">The same, one thread.</param>
/// <param name="StreamGigabytesPerSecond">y = a x + y over arrays larger than the caches, N threads, 10^9 bytes read or written a second.</param>
/// <param name="StreamGigabytesPerSecondOneThread">The same, one thread.</param>
public sealed record MachinePeaks(
    int Threads, double MultiplyAddGigaflops, double MultiplyAddGigaflopsOneThread, double StreamGigabytesPerSecond, double StreamGigabytesPerSecondOneThread);
