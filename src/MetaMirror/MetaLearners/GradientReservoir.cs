using MetaMirror.Numerics;

namespace MetaMirror.MetaLearners;

/// <summary>
/// A weighted sample of one task's gradients whose weighted sums of squares are unbiased: priority sampling (Duffield, Lund and Thorup, "Priority
/// sampling for estimation of arbitrary subset sums", 2007). Gradient g has priority |g|^2 / u with u uniform in (0, 1] from the stream of its own
/// step; the k of largest priority are kept, tau is the largest one left out, and g stands for max(1, tau / |g|^2) of its kind.
/// </summary>
/// <remarks>Differs from the design's sample per tensor: whole gradients are kept, so that one sample serves every tensor and every metric.</remarks>
internal sealed class GradientReservoir(uint task, int capacity)
{
    private readonly List<Entry> _entries = [];

    public uint Task { get; } = task;

    public int Capacity { get; } = capacity;

    /// <summary>tau; 0 while nothing was left out.</summary>
    public double Threshold { get; set; }

    public int Count => _entries.Count;

    public double Priority(int index) => _entries[index].Priority;

    public ReadOnlySpan<double> Gradient(int index) => _entries[index].Gradient;

    public double Weight(int index) => Math.Max(1, Threshold / _entries[index].SquaredNorm);

    /// <summary>u of one step: the same whoever draws it, and whenever.</summary>
    public static double Uniform(in BatchKey key) =>
        1 - new RandomStream(new StreamKey(key.Seed, key.InnerStep, key.OuterStep, StreamPurpose.Reservoir, key.Task)).NextDouble();

    /// <summary>Takes a gradient in, if its priority is high enough; copied. Zero gradients add nothing to any sum.</summary>
    public void Offer(double uniform, ReadOnlySpan<double> gradient)
    {
        double square = Vectors.SquaredNorm(gradient);
        double priority = square / uniform;
        if (double.IsFinite(priority) && priority > 0)
            Insert(priority, square, gradient);
    }

    /// <summary>Takes in an entry whose priority is known, e.g. from a file.</summary>
    public void Insert(double priority, ReadOnlySpan<double> gradient) => Insert(priority, Vectors.SquaredNorm(gradient), gradient);

    /// <summary>The sample of both together, as if all gradients had been offered to one.</summary>
    public void Merge(GradientReservoir other)
    {
        Threshold = Math.Max(Threshold, other.Threshold);
        foreach (Entry entry in other._entries)
            Insert(entry.Priority, entry.SquaredNorm, entry.Gradient);
    }

    private void Insert(double priority, double square, ReadOnlySpan<double> gradient)
    {
        double[]? values = null;
        if (_entries.Count == Capacity)
        {
            Entry last = _entries[^1];
            if (!(priority > last.Priority))
            {
                Threshold = Math.Max(Threshold, priority);
                return;
            }

            Threshold = Math.Max(Threshold, last.Priority);
            values = last.Gradient;
            _entries.RemoveAt(_entries.Count - 1);
        }

        values ??= new double[gradient.Length];
        gradient.CopyTo(values);
        int at = _entries.Count;
        while (at > 0 && _entries[at - 1].Priority < priority)
            at--;
        _entries.Insert(at, new Entry(priority, square, values));
    }

    private readonly record struct Entry(double Priority, double SquaredNorm, double[] Gradient);
}
