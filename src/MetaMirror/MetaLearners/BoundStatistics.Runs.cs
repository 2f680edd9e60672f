using System.Numerics;

namespace MetaMirror.MetaLearners;

/// <summary>What is kept of single runs beside the sums: displacements, and a weighted sample of gradients.</summary>
public sealed partial class BoundStatistics
{
    private readonly List<double[]> _displacements = [];
    private readonly List<GradientReservoir> _reservoirs = [];

    /// <summary>Displacements kept: one per completed run, or none.</summary>
    public int DisplacementCount => _displacements.Count;

    /// <summary>Gradients kept, of all tasks.</summary>
    public int GradientCount => _reservoirs.Sum(r => r.Count);

    /// <summary>Bytes of all sums and kept vectors: 8 (2n + factors + n (runs + gradients kept)), n parameters.</summary>
    public long Bytes => 8 * (Sums().Sum(s => s.Values.LongLength) + _work.Length + ((long)Layout.Length * (DisplacementCount + GradientCount)));

    internal IReadOnlyList<GradientReservoir> Reservoirs => _reservoirs;

    /// <summary>theta_T - theta_1 of a run, shape [n]; in the order of merging.</summary>
    public ReadOnlySpan<double> Displacement(int run) => _displacements[run];

    /// <summary>Kept gradient <paramref name="index"/>, shape [n], times the weight of its step; tasks in order, within a task by priority.</summary>
    public ReadOnlySpan<double> Gradient(int index)
    {
        (GradientReservoir reservoir, int at) = Find(index);
        return reservoir.Gradient(at);
    }

    /// <summary>How many gradients of its kind a kept one stands for, from 1: the sum of weight x g g^T over the kept ones is unbiased for the sum over all.</summary>
    public double GradientWeight(int index)
    {
        (GradientReservoir reservoir, int at) = Find(index);
        return reservoir.Weight(at);
    }

    internal void AddDisplacement(double[] displacement) => _displacements.Add(displacement);

    /// <summary>The sample of one task, made if there is none; tasks are kept in order.</summary>
    internal GradientReservoir ReservoirOf(uint task)
    {
        // In task order, as files and merges have them, the search is over at once.
        int at = _reservoirs.Count;
        while (at > 0 && _reservoirs[at - 1].Task >= task)
            at--;
        if (at == _reservoirs.Count || _reservoirs[at].Task != task)
            _reservoirs.Insert(at, new GradientReservoir(task, Options.Gradients));
        return _reservoirs[at];
    }

    private void KeepDisplacement<T>(ReadOnlySpan<T> initial, ReadOnlySpan<T> final)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] kept = new double[Layout.Length];
        for (int i = 0; i < kept.Length; i++)
            kept[i] = double.CreateTruncating(final[i]) - double.CreateTruncating(initial[i]);
        _displacements.Add(kept);
    }

    private void MergeRuns(BoundStatistics other)
    {
        _displacements.AddRange(other._displacements.Select(d => (double[])d.Clone()));
        foreach (GradientReservoir reservoir in other._reservoirs)
            ReservoirOf(reservoir.Task).Merge(reservoir);
    }

    private (GradientReservoir Reservoir, int At) Find(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        int at = index;
        foreach (GradientReservoir reservoir in _reservoirs)
        {
            if (at < reservoir.Count)
                return (reservoir, at);
            at -= reservoir.Count;
        }

        throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {GradientCount} gradients.");
    }
}
