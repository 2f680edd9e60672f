using System.Collections.Immutable;
using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>
/// What of a pass has to be kept to come back to it: the scores, and of each layer only what its derivatives read. A multi-layer perceptron
/// with ReLU keeps half a layer's numbers: the ReLUs' outputs, and the cotangents of the linear layers between the first and the last two. Cotangents
/// behind the last layers are computed again where that takes no longer than to keep and copy them. Zeros, of which ReLU makes many, are left out.
/// </summary>
internal sealed unsafe partial class NetworkPass<T>
{
    /// <summary>Outputs of a linear layer up to which its input's cotangent costs about what its copies do.</summary>
    private const int FewOutputs = 16;

    private readonly Kept[] _kept;
    private readonly int _tail;

    /// <summary>The most numbers that <see cref="Keep"/> writes for a batch.</summary>
    public long KeptLength(int rows)
    {
        long length = 0;
        foreach (Kept k in _kept)
            length += NonzeroPacking.MaximumLength(k.PerBatch + ((long)rows * k.PerRow));
        return length;
    }

    /// <summary>The parameters that derivatives read, each layer's (first index, length) once.</summary>
    public ImmutableArray<(int Start, int Length)> ParametersRead =>
        [.. _nodes.Where(n => n.Length > 0 && ReadsOf(n).HasFlag(LayerReads.Parameters)).Select(n => (n.Offset, n.Length)).Distinct()];

    /// <summary>Writes what is kept, after <see cref="Cotangents"/>; gives how many numbers.</summary>
    public int Keep(Span<T> kept)
    {
        int written = 0;
        foreach (Kept k in _kept)
            written += NonzeroPacking.Pack<T>(k.Blocks.Take(k.Block, k.PerBatch + (_rows * k.PerRow)), kept[written..]);
        return written;
    }

    /// <summary>Takes it back: <see cref="Cotangents"/> and <see cref="Tangents"/> may follow. What depends on no parameter is computed again.</summary>
    public void Recall(ReadOnlySpan<T> theta, int rows, ReadOnlySpan<T> x, ReadOnlySpan<T> kept)
    {
        _rows = rows;
        foreach (Kept k in _kept)
            kept = kept[NonzeroPacking.Unpack(kept, k.Blocks.Take(k.Block, k.PerBatch + (rows * k.PerRow)))..];

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

            _kind = Kind.Cotangent;
            _result = null;
            for (int l = Last; l >= _tail; l--)
                Visit(l, WholeOf(_nodes[l]));
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
            if (l == Last || (reads.HasFlag(LayerReads.Cotangent) && !IsReadFrom(l, _tail)))
                kept.Add(new Kept(_cotangents, l, size, 0));
        }

        return [.. kept];
    }

    /// <summary>The first of the last nodes whose inputs' cotangents are computed again: a chain of small linear layers and elementwise ones.</summary>
    private int Tail()
    {
        int tail = Last + 1;
        while (tail > 0 && IsCheap(_nodes[tail - 1]) && _nodes[tail - 1].Source == tail - 2)
            tail--;

        // No further than to the first cotangent that is read, and not into inputs that others take, too.
        while (tail <= Last && (!IsReadFrom(tail - 1, tail) || !ReadsOf(_nodes[tail - 1]).HasFlag(LayerReads.Cotangent)))
            tail++;
        return tail;
    }

    private static bool IsCheap(NetworkNode node) => node.InputVaries && !node.SharesInput && node.Second == NetworkNode.None
        && (node.Layer is Linear ? node.Output.Size <= FewOutputs : node.Layer is ReLU or Tanh or Sigmoid);

    /// <summary>True if all readers of a node's output are among the nodes from <paramref name="first"/> on, and there are some.</summary>
    private bool IsReadFrom(int l, int first)
    {
        bool read = false;
        for (int r = 0; r < _nodes.Length; r++)
        {
            if (_nodes[r].Source != l && _nodes[r].Second != l)
                continue;
            read = true;
            if (r < first)
                return false;
        }

        return read;
    }

    private static LayerReads ReadsOf(NetworkNode node) => node.Layer.Reads(node.InputVaries || node.SecondVaries);

    /// <summary>A block, or the part of it that a batch fills.</summary>
    private readonly record struct Kept(AlignedBlocks<T> Blocks, int Block, int PerRow, int PerBatch);
}
