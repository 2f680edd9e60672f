using System.Runtime.CompilerServices;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>Measures what the machine can do, and from that the least time of some work. The best of many bursts counts: a peak is what nothing disturbs.</summary>
/// <param name="team">N threads.</param>
/// <param name="clock">The clock.</param>
public sealed class PeakMeasurement(WorkerTeam team, TimeProvider clock)
{
    private const int Bursts = 100;

    /// <summary>About a millisecond a burst: less than a time slice, so that some bursts are undisturbed on a busy machine too.</summary>
    private const int Rounds = 400_000;

    /// <summary>Longer bursts of several threads: it takes a while until all are awake.</summary>
    private const int Longer = 4;

    /// <summary>Numbers of each of the two arrays of the stream: 32 MiB, more than the caches.</summary>
    private const int StreamLength = 1 << 23;

    /// <summary>Numbers updated in a burst at least: about a millisecond.</summary>
    private const int BurstLength = 1 << 22;

    /// <summary>Two reads and one write.</summary>
    private const double BytesPerNumber = 3 * sizeof(float);

    private const double Giga = 1e9;

    private readonly WorkerTeam _one = new(1);
    private readonly Dictionary<int, (double Team, double One)> _bandwidths = [];
    private (double Team, double One)? _flops;
    private float _sum;

    /// <summary>Peaks of one thread and of N.</summary>
    public MachinePeaks Peaks()
    {
        (double flops, double flopsOfOne) = Flops();
        (double stream, double streamOfOne) = Bandwidth(StreamLength);
        return new MachinePeaks(team.Threads, flops / Giga, flopsOfOne / Giga, stream / Giga, streamOfOne / Giga);
    }

    /// <summary>max(flops / multiply-add peak, bytes / bandwidth at the working set's size), N threads, milliseconds.</summary>
    /// <param name="work">The work.</param>
    public double FloorMilliseconds(Work work)
    {
        double seconds = work.Flops / Flops().Team;
        if (work.Bytes > 0)
            seconds = Math.Max(seconds, work.Bytes / Bandwidth((int)Math.Clamp(work.WorkingSet / (2 * sizeof(float)), 1, StreamLength)).Team);
        return 1e3 * seconds;
    }

    private (double Team, double One) Flops() => _flops ??= Both(MeasureFlops);

    private (double Team, double One) Bandwidth(int length)
    {
        if (!_bandwidths.TryGetValue(length, out (double Team, double One) bandwidth))
            _bandwidths.Add(length, bandwidth = Both(threads => MeasureBandwidth(threads, length)));
        return bandwidth;
    }

    /// <summary>Several threads can do what one can: where others keep all but one busy, the peak of one is the better measure.</summary>
    private (double Team, double One) Both(Func<WorkerTeam, double> measure)
    {
        double one = measure(_one);
        return (team.Threads == 1 ? one : Math.Max(measure(team), one), one);
    }

    private double MeasureFlops(WorkerTeam threads)
    {
        float[] sums = new float[threads.Threads];
        int rounds = threads.Threads == 1 ? Rounds : Longer * Rounds;
        double seconds = Best(() => threads.Run(threads.Threads, (item, _) => sums[item] = PeakLoops.MultiplyAdd(rounds)));
        _sum += sums[0];
        return PeakLoops.FlopsPerRound * rounds * threads.Threads / seconds;
    }

    /// <summary>Every thread updates its share of arrays of <paramref name="length"/> numbers, again and again.</summary>
    private unsafe double MeasureBandwidth(WorkerTeam threads, int length)
    {
        // Whole blocks of the unrolled loop, so that what is counted is done.
        const int block = 64;
        int share = Math.Max(block, length / threads.Threads / block * block);
        int passes = Math.Max(1, BurstLength / (share * threads.Threads)) * (threads.Threads == 1 || length >= BurstLength ? 1 : Longer);
        float[] x = GC.AllocateArray<float>(share * threads.Threads, pinned: true), y = GC.AllocateArray<float>(x.Length, pinned: true);
        Array.Fill(x, 1e-3f);
        var px = (float*)Unsafe.AsPointer(ref x[0]);
        var py = (float*)Unsafe.AsPointer(ref y[0]);
        nint addressX = (nint)px, addressY = (nint)py;
        double seconds = Best(() => threads.Run(threads.Threads, (item, _) =>
        {
            float* a = (float*)addressX + ((nint)item * share), b = (float*)addressY + ((nint)item * share);
            for (int pass = 0; pass < passes; pass++)
                PeakLoops.Update(a, b, share);
        }));
        GC.KeepAlive(x);
        _sum += y[0];
        return BytesPerNumber * share * threads.Threads * passes / seconds;
    }

    private double Best(Action burst)
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < Bursts; i++)
        {
            long start = clock.GetTimestamp();
            burst();
            best = Math.Min(best, clock.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
