using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>What workloads are made with: threads and random data.</summary>
/// <param name="team">The threads.</param>
/// <param name="seed">Master seed.</param>
public sealed class WorkloadContext(WorkerTeam team, ulong seed)
{
    private uint _draws;

    /// <summary>The threads.</summary>
    public WorkerTeam Team => team;

    /// <summary>Master seed.</summary>
    public ulong Seed => seed;

    /// <summary>Standard normal numbers.</summary>
    /// <param name="length">How many.</param>
    public float[] Normal(int length)
    {
        float[] values = new float[length];
        RandomStream stream = Stream();
        stream.FillNormal<float>(values);
        return values;
    }

    /// <summary>Classes, uniform.</summary>
    /// <param name="length">How many.</param>
    /// <param name="classes">Number of classes.</param>
    public int[] Labels(int length, int classes)
    {
        int[] labels = new int[length];
        RandomStream stream = Stream();
        stream.Fill(labels, classes);
        return labels;
    }

    /// <summary>A stream of its own for everything that is drawn.</summary>
    public RandomStream Stream() => new(new StreamKey(seed, 0, 0, StreamPurpose.Data, _draws++));
}
