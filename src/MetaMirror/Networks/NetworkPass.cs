using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>
/// Values, cotangents, tangents and cotangent tangents of all layers for one batch of rows, in memory planned once. Node l's block
/// holds what belongs to its output. Call order: Value, (loss writes Cotangent), Cotangents, then for each group of tangents Tangents, (loss
/// writes CotangentTangent), CotangentTangents.
/// </summary>
internal sealed unsafe partial class NetworkPass<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Tangents that go through the layers side by side.</summary>
    public const int MostTangents = 4;

    private readonly Network _network;
    private readonly NetworkNode[] _nodes;
    private readonly AlignedBlocks<T> _values;
    private readonly AlignedBlocks<T>? _saved;
    private readonly AlignedBlocks<T> _statistics;
    private readonly AlignedBlocks<T> _cotangents;
    private readonly AlignedBlocks<T>? _meetings;
    private readonly AlignedBlocks<T>?[] _tangents = new AlignedBlocks<T>?[MostTangents];
    private readonly AlignedBlocks<T>?[] _cotangentTangents = new AlignedBlocks<T>?[MostTangents];
    private readonly int _meetingSize;
    private readonly int _used;
    private readonly bool[] _first;
    private readonly int[] _places;
    private int _rows;
    private bool _fresh;

    public NetworkPass(Network network, int capacity, bool derivatives)
    {
        _network = network;
        _nodes = [.. network.Nodes];
        _segments = SegmentsOf(_nodes);
        _used = _nodes.Max(n => n.Offset + n.Length);
        _first = [.. _nodes.Select((n, l) => n.Length > 0 && !_nodes.Skip(l + 1).Any(m => m.Length > 0 && m.Offset == n.Offset))];
        _places = [.. _nodes.Select((_, l) => LiesWithNext(l) ? l + 1 : l)];
        _part = Part;
        Capacity = capacity;
        _values = Blocks((_, _) => true);
        _saved = derivatives ? new AlignedBlocks<T>([.. _nodes.Select(n => (long)capacity * n.Layer.SavedSize(n.Input))]) : null;

        _statistics = new AlignedBlocks<T>([.. _nodes.Select(n => (long)n.Layer.StatisticsSize(n.Input))]);

        // Without derivatives only the loss writes one, for the last layer.
        _cotangents = Blocks((n, l) => l == Last || (derivatives && n.Varies));
        _meetingSize = derivatives ? _nodes.Max(n => n.SharesInput || n.SharesSecond ? n.Input.Size : 0) : 0;
        long meeting = (long)capacity * _meetingSize;
        _meetings = meeting > 0 ? new AlignedBlocks<T>(meeting, meeting) : null;
        _tail = derivatives ? Tail() : 0;
        _kept = derivatives ? KeptBlocks() : [];
    }

    /// <summary>Largest number of rows.</summary>
    public int Capacity { get; }

    /// <summary>Threads; null for the caller's alone.</summary>
    public WorkerTeam? Team { get; set; }

    /// <summary>The network's outputs, shape [rows x outputs].</summary>
    public ReadOnlySpan<T> Scores => Of(_values, Last);

    /// <summary>dL/dz, for the loss to write.</summary>
    public Span<T> Cotangent => Of(_cotangents, Last);

    private int Last => _nodes.Length - 1;

    /// <summary>dz of the last <see cref="Tangents"/>.</summary>
    public ReadOnlySpan<T> Tangent(int j) => Of(_tangents[j]!, Last);

    /// <summary>d(dL/dz), for the loss to write.</summary>
    public Span<T> CotangentTangent(int j) => Of(_cotangentTangents[j]!, Last);

    /// <summary>Goes on with the first rows of those that values were taken of; they lie in front in every layer's memory. Not for networks that couple rows.</summary>
    public void KeepFirst(int rows) => _rows = Math.Min(rows, _rows);

    /// <summary>All values. With a state, layers that have buffers are evaluated with them; without, as in training.</summary>
    public void Value(ReadOnlySpan<T> theta, int rows, ReadOnlySpan<T> x, ReadOnlySpan<T> state = default)
    {
        _rows = rows;
        fixed (T* t = theta, data = x, s = state)
        {
            _theta = t;
            _x = data;
            _state = s;
            _kind = Kind.Value;
            foreach (Segment segment in _segments)
                Run(segment);
            _state = null;
        }
    }

    /// <summary>Fills all cotangents from the last one; adds to the gradient unless that is empty, or overwrites it where it is fresh.</summary>
    public void Cotangents(ReadOnlySpan<T> theta, ReadOnlySpan<T> x, Span<T> gradient, bool fresh = false)
    {
        if (fresh)
            gradient[_used..].Clear();
        fixed (T* t = theta, data = x, g = gradient)
        {
            _theta = t;
            _x = data;
            _result = g;
            _fresh = fresh;
            _kind = Kind.Cotangent;
            for (int i = _segments.Length - 1; i >= 0; i--)
                Run(_segments[i]);
        }
    }

    /// <summary>Fills all tangents for tangents of theta, shape [count x n], at most <see cref="MostTangents"/>.</summary>
    public void Tangents(ReadOnlySpan<T> theta, ReadOnlySpan<T> x, int count, ReadOnlySpan<T> dTheta)
    {
        for (int j = 0; j < count; j++)
        {
            _tangents[j] ??= Blocks((n, _) => n.Varies);
            _cotangentTangents[j] ??= Blocks((n, _) => n.Varies);
        }

        fixed (T* t = theta, data = x, d = dTheta)
        {
            _theta = t;
            _x = data;
            _dTheta = d;
            _count = count;
            _kind = Kind.Tangent;
            foreach (Segment segment in _segments)
                Run(segment);
        }
    }

    /// <summary>Fills all cotangent tangents from the last one; adds to the products, shape [count x n], or overwrites them where they are fresh.</summary>
    public void CotangentTangents(ReadOnlySpan<T> theta, ReadOnlySpan<T> x, int count, ReadOnlySpan<T> dTheta, Span<T> products, bool fresh = false)
    {
        for (int j = 0, n = _network.Layout.Length; fresh && j < count; j++)
            products[((j * n) + _used)..((j + 1) * n)].Clear();
        fixed (T* t = theta, data = x, d = dTheta, p = products)
        {
            _theta = t;
            _x = data;
            _dTheta = d;
            _result = p;
            _fresh = fresh;
            _count = count;
            _kind = Kind.CotangentTangent;
            for (int i = _segments.Length - 1; i >= 0; i--)
                Run(_segments[i]);
        }
    }

    /// <summary>Moves the layers' buffers on, after <see cref="Value"/>.</summary>
    public void AdvanceState(ReadOnlySpan<T> theta, ReadOnlySpan<T> x, Span<T> state)
    {
        fixed (T* t = theta, data = x)
        {
            _theta = t;
            _x = data;
            for (int l = 0; l < _nodes.Length; l++)
            {
                NetworkNode node = _nodes[l];
                if (node.StateLength > 0)
                    node.Layer.AdvanceBuffers(ValuesAt(l, WholeOf(node)), state.Slice(node.StateOffset, node.StateLength));
            }
        }
    }

    private Span<T> Of(AlignedBlocks<T> blocks, int l) => blocks.Take(l, _rows * _nodes[l].Output.Size);

    /// <summary>A block for the output of each chosen node.</summary>
    private AlignedBlocks<T> Blocks(Func<NetworkNode, int, bool> chosen) =>
        new([.. _nodes.Select((n, l) => chosen(n, l) ? (long)Capacity * n.Output.Size : 0)], _places);

    /// <summary>
    /// Whether a ReLU may overwrite what belongs to this node's output: nothing else reads it, neither as a value nor as a tangent nor as a cotangent. The
    /// last node's cotangent is the loss's to read.
    /// </summary>
    private bool LiesWithNext(int l) => l + 1 < Last && _nodes[l].Layer is Linear or Conv2d && _nodes[l + 1].Layer is ReLU
        && _nodes[l + 1].Source == l && _nodes.Count(n => n.Source == l || n.Second == l) == 1;
}
