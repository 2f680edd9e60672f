using System.Globalization;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;

namespace MetaMirror.Storage;

/// <summary>
/// The single runs inside a file of statistics: per tensor <c>NAME.displacements</c> [runs, shape] and <c>NAME.gradients</c> [kept, shape];
/// <c>reservoir.entries</c> [kept, 2] = (task, priority), <c>reservoir.thresholds</c> [tasks, 2] = (task, tau).
/// </summary>
internal static class RunTensors
{
    private const string Entries = "reservoir.entries";
    private const string Thresholds = "reservoir.thresholds";
    private const double TaskLimit = 1 << 24;

    /// <summary>Uniform draws are multiples of 2^-53; sums of squares made elsewhere may round a little otherwise.</summary>
    private const double LargestRatio = 2.0 * (1L << 53), Slack = 1e-6;

    public static IEnumerable<TensorEntry> Of(BoundStatistics statistics)
    {
        foreach (ParameterBlock block in statistics.Layout.Blocks)
        {
            if (statistics.Options.Displacements)
                yield return Gathered(block, "displacements", statistics.DisplacementCount, statistics.Displacement);
            if (statistics.Options.Gradients > 0)
                yield return Gathered(block, "gradients", statistics.GradientCount, statistics.Gradient);
        }

        if (statistics.Options.Gradients == 0)
            yield break;
        double[] entries = [.. statistics.Reservoirs.SelectMany(r => Enumerable.Range(0, r.Count).SelectMany(i => new[] { r.Task, r.Priority(i) }))];
        yield return TensorEntry.From<double>(Entries, entries, entries.Length / 2, 2);
        double[] thresholds = [.. statistics.Reservoirs.SelectMany(r => new[] { r.Task, r.Threshold })];
        yield return TensorEntry.From<double>(Thresholds, thresholds, thresholds.Length / 2, 2);
    }

    /// <summary>Names and shapes that the options ask for; the first size is given by the file, -1.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Expected(ParameterLayout layout, BoundStatisticsOptions options)
    {
        foreach (ParameterBlock block in layout.Blocks)
        {
            long[] shape = [-1, .. block.Shape.Select(s => (long)s)];
            if (options.Displacements)
                yield return ($"{block.Name}.displacements", shape);
            if (options.Gradients > 0)
                yield return ($"{block.Name}.gradients", shape);
        }

        if (options.Gradients == 0)
            yield break;
        yield return (Entries, [-1, 2]);
        yield return (Thresholds, [-1, 2]);
    }

    /// <summary>Fills statistics that are otherwise complete.</summary>
    /// <exception cref="StorageException">The vectors contradict each other, or no runs have them.</exception>
    public static void Read(SafetensorsFile file, BoundStatistics statistics)
    {
        if (statistics.Options.Displacements)
        {
            foreach (double[] displacement in Scattered(file, statistics.Layout, "displacements", statistics.Runs))
                statistics.AddDisplacement(displacement);
        }

        if (statistics.Options.Gradients > 0)
            ReadReservoirs(file, statistics);
    }

    private static void ReadReservoirs(SafetensorsFile file, BoundStatistics statistics)
    {
        double[] entries = file.Tensor(Entries).ToDoubles(), thresholds = file.Tensor(Thresholds).ToDoubles();
        int count = entries.Length / 2;
        if (count > statistics.Steps || (count > 0 && statistics.Layout.Length == 0))
            throw new StorageException($"tensor {Entries}: expected at most the {statistics.Steps} gradients of all steps, found {count}");
        Pairs(Entries, entries, ordered: false);
        Pairs(Thresholds, thresholds, ordered: true);
        double[][] gradients = Scattered(file, statistics.Layout, "gradients", count);
        int at = 0;
        for (int t = 0; t < thresholds.Length; t += 2)
        {
            GradientReservoir reservoir = statistics.ReservoirOf((uint)thresholds[t]);
            for (double last = double.PositiveInfinity; at < count && entries[2 * at] == thresholds[t]; at++)
            {
                double priority = entries[(2 * at) + 1];
                if (reservoir.Count == reservoir.Capacity || !(priority > 0) || priority > last)
                    throw Contradiction(at, $"at most {reservoir.Capacity} falling positive priorities of task {thresholds[t]}", priority.ToString(CultureInfo.InvariantCulture));
                double square = Vectors.SquaredNorm<double>(gradients[at]);
                if (!(square > 0) || priority < square * (1 - Slack) || priority > square * LargestRatio)
                    throw Contradiction(at, FormattableString.Invariant($"|g|^2 / u with |g|^2 = {square} and u in (0, 1]"), priority.ToString(CultureInfo.InvariantCulture));
                last = priority;
                reservoir.Insert(priority, gradients[at]);
            }

            bool isFull = reservoir.Count == reservoir.Capacity;
            double most = isFull ? reservoir.Priority(reservoir.Count - 1) : 0;
            if (thresholds[t + 1] > most)
                throw new StorageException(FormattableString.Invariant($"tensor {Thresholds}: expected a threshold up to {most} for task {thresholds[t]}, found {thresholds[t + 1]}"));
            reservoir.Threshold = thresholds[t + 1];
        }

        if (at < count)
            throw Contradiction(at, "tasks in the order of the thresholds", $"task {entries[2 * at]}");
    }

    private static StorageException Contradiction(int entry, string expected, string found) =>
        new($"tensor {Entries}, entry {entry}: expected {expected}, found {found}");

    private static void Pairs(string name, double[] pairs, bool ordered)
    {
        for (int i = 0; i < pairs.Length; i += 2)
        {
            bool isTask = pairs[i] >= 0 && pairs[i] < TaskLimit && pairs[i] == Math.Floor(pairs[i]) && !(ordered && i > 0 && pairs[i] <= pairs[i - 2]);
            if (!isTask || !double.IsFinite(pairs[i + 1]) || pairs[i + 1] < 0)
                throw new StorageException(FormattableString.Invariant($"tensor {name}: expected rising task numbers and values from 0, found ({pairs[i]}, {pairs[i + 1]}) in row {i / 2}"));
        }
    }

    private static TensorEntry Gathered(ParameterBlock block, string what, int count, Rows rows)
    {
        double[] values = new double[checked(count * block.Length)];
        for (int i = 0; i < count; i++)
            rows(i).Slice(block.Offset, block.Length).CopyTo(values.AsSpan(i * block.Length));
        return TensorEntry.From<double>($"{block.Name}.{what}", values, [count, .. block.Shape.Select(s => (long)s)]);
    }

    private static double[][] Scattered(SafetensorsFile file, ParameterLayout layout, string what, long count)
    {
        foreach (ParameterBlock block in layout.Blocks)
        {
            long found = file.Tensor($"{block.Name}.{what}").Shape[0];
            if (found != count)
                throw new StorageException($"tensor {Quoted.Text($"{block.Name}.{what}")}: expected {count} of them, found {found}");
        }

        // Without parameters there is nothing in the file that bounds the count.
        double[][] vectors = [.. Enumerable.Range(0, layout.Length == 0 ? 0 : (int)count).Select(_ => new double[layout.Length])];
        foreach (ParameterBlock block in layout.Blocks)
        {
            string name = $"{block.Name}.{what}";
            double[] values = file.Tensor(name).ToDoubles();
            int bad = Array.FindIndex(values, v => !double.IsFinite(v));
            if (bad >= 0)
                throw new StorageException(FormattableString.Invariant($"tensor {Quoted.Text(name)}: expected finite values, found {values[bad]} at entry {bad}"));
            for (int i = 0; i < vectors.Length; i++)
                values.AsSpan(i * block.Length, block.Length).CopyTo(vectors[i].AsSpan(block.Offset));
        }

        return vectors;
    }

    private delegate ReadOnlySpan<double> Rows(int index);
}
