using System.Collections.Immutable;

namespace MetaMirror.Networks;

/// <summary>
/// What of a pass has to be kept to come back to it: the scores, and of each layer only what its derivatives read. A multi-layer perceptron
/// with ReLU keeps half a layer's numbers: the ReLUs' outputs, and the cotangents of all linear layers but the first.
/// </summary>
internal sealed unsafe partial class NetworkPass<T>
{
    private readonly Kept[] _kept;

    /// <summary>Numbers that <see cref="Keep"/> writes for a batch.</summary>
    public long KeptLength(int rows)
    {
        long length = 0;
        foreach (Kept k in _kept)
            length += k.PerBatch + ((long)rows * k.PerRow);
        return length;
    }

    /// <summary>The parameters that derivatives read, each layer's (first index, length) once.</summary>
    public ImmutableArray<(int Start, int Length)> ParametersRead =>
        [.. _nodes.Where(n => n.Length > 0 && ReadsOf(n).HasFlag(LayerReads.Parameters)).Select(n => (n.Offset, n.Length)).Distinct()];

    /// <summary>Writes what is kept, after <see cref="Cotangents"/>.</summary>
    public void Keep(Span<T> kept)
    {
        foreach (Kept k in _kept)
        {
            int length = k.PerBatch + (_rows * k.PerRow);
            k.Blocks.Take(k.Block, length).CopyTo(kept);
            kept = kept[length..];
        }
    }

    /// <summary>Takes it back: <see cref="Cotangents"/> and <see cref="Tangents"/> may follow. What depends on no parameter is computed again.</summary>
    public void Recall(ReadOnlySpan<T> theta, int rows, ReadOnlySpan<T> x, ReadOnlySpan<T> kept)
    {
        _rows = rows;
        foreach (Kept k in _kept)
        {
            int length = k.PerBatch + (rows * k.PerRow);
            kept[..length].CopyTo(k.Blocks.Take(k.Block, length));
            kept = kept[length..];
        }

        fixed (T* t = theta, data = x)
        {
            _theta = t;
            _x = data;
            _kind = Kind.Value;
            for (int l = 0; l < _nodes.Length; l++)
            {
                if (!_nodes[l].Varies)
                    Visit(l, WholeOf(_nodes[l]));
            }
        }
    }

    private Kept[] KeptBlocks()
    {
        var kept = new List<Kept>();
        for (int l = 0; l < _nodes.Length; l++)
        {
            NetworkNode node = _nodes[l];
            if (!node.Varies)
                continue;
            int size = node.Output.Size, saved = node.Layer.SavedSize(node.Input), statistics = node.Layer.StatisticsSize(node.Input);
            LayerReads reads = ReadsOf(node);
            if (l == Last || reads.HasFlag(LayerReads.Output) || _nodes.Any(n => (n.Source == l || n.Second == l) && ReadsOf(n).HasFlag(LayerReads.Input)))
                kept.Add(new Kept(_values, l, size, 0));
            if (saved > 0)
                kept.Add(new Kept(_saved!, l, saved, 0));
            if (statistics > 0)
                kept.Add(new Kept(_statistics, l, 0, statistics));
            if (l == Last || reads.HasFlag(LayerReads.Cotangent))
                kept.Add(new Kept(_cotangents, l, size, 0));
        }

        return [.. kept];
    }

    private static LayerReads ReadsOf(NetworkNode node) => node.Layer.Reads(node.InputVaries || node.SecondVaries);

    /// <summary>A block, or the part of it that a batch fills.</summary>
    private readonly record struct Kept(AlignedBlocks<T> Blocks, int Block, int PerRow, int PerBatch);
}
