using MetaMirror.Numerics;

namespace MetaMirror.Objectives;

/// <summary>How mini-batches are drawn.</summary>
public enum BatchOrder
{
    /// <summary>Every index uniform and independent, one stream per step (the default; every comparison uses it).</summary>
    WithReplacement,

    /// <summary>Every example once per epoch in a new random order; the last batch of an epoch holds the remainder.</summary>
    Epochs,

    /// <summary>As <see cref="Epochs"/>, but all batches are full and an epoch's remainder is left out.</summary>
    EpochsDropRemainder,

    /// <summary>As <see cref="Epochs"/>, but without a shuffle: every epoch goes through the examples as they lie, so that objectives may use them where they lie.</summary>
    InOrder,
}

/// <summary>
/// Draws the example numbers of a batch from its key alone, so that any step can be drawn again. With replacement: the stream
/// (seed, inner step, outer step, MiniBatch, task) gives the indices in order. In epochs: step t is batch t mod B of epoch t / B, B batches
/// an epoch, whose order is the shuffle of the stream (seed, epoch, outer step, MiniBatch, task). In order: the same without a shuffle, so that of
/// the key the inner step alone counts.
/// </summary>
public sealed class Minibatches
{
    private readonly int[] _indices;
    private readonly int _perEpoch;
    private StreamKey _shuffled;
    private int[]? _all;

    /// <summary>Plans batches of <paramref name="size"/> out of <paramref name="count"/> examples.</summary>
    /// <param name="count">Number of examples, at least 1.</param>
    /// <param name="size">Examples in a batch, at least 1; with replacement it may exceed count.</param>
    /// <param name="order">How they are drawn.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or an epoch would have no batch.</exception>
    public Minibatches(int count, int size, BatchOrder order = BatchOrder.WithReplacement)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (order == BatchOrder.EpochsDropRemainder && size > count)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"Batches of {size} out of {count} examples leave no batch once the remainder is dropped.");
        Count = count;
        Size = size;
        Order = order;
        _perEpoch = order is BatchOrder.Epochs or BatchOrder.InOrder ? ((count - 1) / size) + 1 : count / size;
        _indices = order == BatchOrder.InOrder ? [] : new int[order == BatchOrder.WithReplacement ? size : count];
    }

    /// <summary>Number of examples.</summary>
    public int Count { get; }

    /// <summary>Examples in a full batch.</summary>
    public int Size { get; }

    /// <summary>How batches are drawn.</summary>
    public BatchOrder Order { get; }

    /// <summary>Largest number of examples <see cref="Draw"/> gives for a mini-batch.</summary>
    public int MaximumSize => Order == BatchOrder.WithReplacement ? Size : Math.Min(Size, Count);

    /// <summary>The example numbers of a batch; of the full batch 0, 1, ..., Count - 1. Valid until the next draw.</summary>
    public ReadOnlySpan<int> Draw(in BatchKey batch)
    {
        if (LiesInOrder(batch, out int first, out int length))
            return (_all ??= [.. Enumerable.Range(0, Count)]).AsSpan(first, length);
        if (Order == BatchOrder.WithReplacement)
        {
            var stream = new RandomStream(new StreamKey(batch.Seed, batch.InnerStep, batch.OuterStep, StreamPurpose.MiniBatch, batch.Task));
            stream.Fill(_indices, Count);
            return _indices;
        }

        (uint epoch, uint position) = Math.DivRem(batch.InnerStep, (uint)_perEpoch);
        Shuffle(new StreamKey(batch.Seed, epoch, batch.OuterStep, StreamPurpose.MiniBatch, batch.Task));
        int start = (int)position * Size;
        return _indices.AsSpan(start, Math.Min(Size, Count - start));
    }

    /// <summary>True if a batch is the examples start, ..., start + count - 1: the full batch, and every batch drawn in order.</summary>
    internal bool LiesInOrder(in BatchKey batch, out int start, out int count)
    {
        (start, count) = (0, Count);
        if (batch.IsFull)
            return true;
        if (Order != BatchOrder.InOrder)
            return false;

        // In long: a batch may be longer than all examples.
        start = (int)(batch.InnerStep % (uint)_perEpoch * (long)Size);
        count = Math.Min(Size, Count - start);
        return true;
    }

    private void Shuffle(in StreamKey key)
    {
        // The default key has no purpose, so it never equals a drawn one.
        if (key == _shuffled)
            return;
        for (int i = 0; i < _indices.Length; i++)
            _indices[i] = i;
        var stream = new RandomStream(key);
        stream.Shuffle(_indices);
        _shuffled = key;
    }
}
