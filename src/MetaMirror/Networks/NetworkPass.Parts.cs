using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>How the nodes' work is cut into parts for caches and threads. What is computed doesn't depend on the cut.</summary>
internal sealed unsafe partial class NetworkPass<T>
{
    /// <summary>Bytes of inputs and outputs of rows that go through a segment together: they stay in the second-level cache.</summary>
    private const int PartBytes = 1 << 17;

    private readonly Segment[] _segments;
    private readonly Action<int, int> _part;
    private Segment _segment;
    private Kind _kind;
    private int _partSize;
    private int _count;
    private T* _theta;
    private T* _x;
    private T* _state;
    private T* _dTheta;
    private T* _result;

    private enum Kind
    {
        Value,
        Cotangent,
        Tangent,
        CotangentTangent,
    }

    /// <summary>Consecutive nodes split by rows go through together, part by part; any other node is alone.</summary>
    private static Segment[] SegmentsOf(NetworkNode[] nodes)
    {
        var segments = new List<Segment>();
        for (int first = 0, end; first < nodes.Length; first = end)
        {
            LayerSplit split = nodes[first].Layer.Split;
            end = first + 1;
            while (split == LayerSplit.Rows && end < nodes.Length && nodes[end].Layer.Split == LayerSplit.Rows)
                end++;
            segments.Add(new Segment(first, end, split, nodes[first..end].Max(n => n.Input.Size + n.Output.Size)));
        }

        return [.. segments];
    }

    private Range WholeOf(NetworkNode node) => new(0, _rows, 0, node.Input.Channels);

    private void Run(in Segment segment)
    {
        int size = segment.Split switch
        {
            LayerSplit.Rows => (int)Math.Clamp(PartBytes / ((long)sizeof(T) * segment.RowSize), 1, _rows),
            LayerSplit.Channels => (int)Math.Clamp(PartBytes / ((long)sizeof(T) * _rows * (segment.RowSize / _nodes[segment.First].Input.Channels)), 1, _nodes[segment.First].Input.Channels),
            _ => _rows,
        };
        if (_fresh && _kind is (Kind.Cotangent or Kind.CotangentTangent))
            ClearFresh(segment);
        int whole = segment.Split == LayerSplit.Channels ? _nodes[segment.First].Input.Channels : _rows;
        int parts = (whole + size - 1) / size;
        (_segment, _partSize) = (segment, size);
        if (Team is null || parts == 1)
        {
            for (int part = 0; part < parts; part++)
                Part(part, 0);
        }
        else
        {
            Team.Run(parts, _part);
        }
    }

    /// <summary>Layers that only add find zeros where nothing has been added yet.</summary>
    private void ClearFresh(in Segment segment)
    {
        for (int l = segment.First; l < segment.End; l++)
        {
            NetworkNode node = _nodes[l];
            for (int j = 0; _first[l] && !node.Layer.OverwritesFresh && j < (_kind == Kind.Cotangent ? 1 : _count); j++)
                new Span<T>(_result + ((long)j * _network.Layout.Length) + node.Offset, node.Length).Clear();
        }
    }

    private void Part(int part, int worker)
    {
        int start = part * _partSize;
        bool backwards = _kind is Kind.Cotangent or Kind.CotangentTangent;
        for (int i = _segment.First; i < _segment.End; i++)
        {
            int l = backwards ? _segment.First + _segment.End - 1 - i : i;
            NetworkNode node = _nodes[l];
            if (_kind == Kind.Value || node.Varies)
            {
                Range range = _segment.Split == LayerSplit.Channels
                    ? new Range(0, _rows, start, Math.Min(start + _partSize, node.Input.Channels))
                    : new Range(start, Math.Min(start + _partSize, _rows), 0, node.Input.Channels);
                Visit(l, range);
            }
        }
    }

    private void Visit(int l, in Range r)
    {
        NetworkNode node = _nodes[l];
        LayerValues<T> v = ValuesAt(l, r);
        switch (_kind)
        {
            case Kind.Value:
                node.Layer.Value(v);
                break;
            case Kind.Cotangent:
                node.Layer.Cotangent(v, CotangentsAt(_cotangents, _result, l, r, true));
                Meet(_cotangents, l, r);
                break;
            case Kind.Tangent:
                for (int j = 0; j < _count; j++)
                    node.Layer.Tangent(v, TangentsAt(j, l, r));
                break;
            default:
                int n = _network.Layout.Length;
                for (int j = 0; j < _count; j++)
                {
                    node.Layer.CotangentTangent(
                        v, TangentsAt(j, l, r), CotangentsAt(_cotangents, null, l, r, false), CotangentsAt(_cotangentTangents[j]!, _result + ((long)j * n), l, r, true));
                    Meet(_cotangentTangents[j]!, l, r);
                }

                break;
        }
    }

    private LayerValues<T> ValuesAt(int l, in Range r)
    {
        NetworkNode node = _nodes[l];
        return new LayerValues<T>
        {
            Rows = r.End - r.Start,
            Shape = node.Input,
            Parameters = new ReadOnlySpan<T>(_theta + node.Offset, node.Length),
            Input = node.Source == NetworkNode.Data ? new ReadOnlySpan<T>(_x + ((long)r.Start * node.Input.Size), (r.End - r.Start) * node.Input.Size) : Rows(_values, node.Source, r),
            Second = node.Second switch
            {
                NetworkNode.None => default,
                NetworkNode.Data => new ReadOnlySpan<T>(_x + ((long)r.Start * node.Input.Size), (r.End - r.Start) * node.Input.Size),
                _ => Rows(_values, node.Second, r),
            },
            Output = Rows(_values, l, r),
            Statistics = _statistics.Take(l, node.Layer.StatisticsSize(node.Input)),
            Saved = _saved is null ? default : SavedOf(_saved, l, r),
            Buffers = _state is null ? default : new ReadOnlySpan<T>(_state + node.StateOffset, node.StateLength),
            FirstChannel = r.FirstChannel,
            EndChannel = r.EndChannel,
            Team = node.Layer.Split == LayerSplit.Whole ? Team : null,
        };
    }

    private LayerTangents<T> TangentsAt(int j, int l, in Range r)
    {
        NetworkNode node = _nodes[l];
        AlignedBlocks<T> tangents = _tangents[j]!;
        T* dTheta = _dTheta + ((long)j * _network.Layout.Length);
        return new LayerTangents<T>(
            new ReadOnlySpan<T>(dTheta + node.Offset, node.Length), node.InputVaries ? Rows(tangents, node.Source, r) : default, Rows(tangents, l, r))
        {
            Second = node.SecondVaries ? Rows(tangents, node.Second, r) : default,
        };
    }

    /// <summary>Where an input has a later reader, which has written, this one writes beside it for <see cref="Meet"/> to add.</summary>
    private LayerCotangents<T> CotangentsAt(AlignedBlocks<T> cotangents, T* gradient, int l, in Range r, bool writes)
    {
        NetworkNode node = _nodes[l];
        return new LayerCotangents<T>(
            gradient is null ? default : new Span<T>(gradient + node.Offset, node.Length),
            !node.InputVaries ? default : writes && node.SharesInput ? Meeting(0, node, r) : Rows(cotangents, node.Source, r),
            Rows(cotangents, l, r))
        {
            IsFresh = writes && _fresh && _first[l] && node.Layer.OverwritesFresh,
            Second = !node.SecondVaries ? default : writes && node.SharesSecond ? Meeting(1, node, r) : Rows(cotangents, node.Second, r),
        };
    }

    private void Meet(AlignedBlocks<T> cotangents, int l, in Range r)
    {
        NetworkNode node = _nodes[l];
        if (node.InputVaries && node.SharesInput)
            Add(Meeting(0, node, r), Rows(cotangents, node.Source, r), node, r);
        if (node.SecondVaries && node.SharesSecond)
            Add(Meeting(1, node, r), Rows(cotangents, node.Second, r), node, r);
    }

    /// <summary>Adds what the part has computed: its rows, or its channels of all rows.</summary>
    private static void Add(ReadOnlySpan<T> from, Span<T> to, NetworkNode node, in Range r)
    {
        int channels = r.EndChannel - r.FirstChannel, plane = node.Input.Size / node.Input.Channels;
        if (channels == node.Input.Channels)
        {
            Vectors.AddScaled(T.One, from, to);
            return;
        }

        for (int start = r.FirstChannel * plane; start < to.Length; start += node.Input.Size)
            Vectors.AddScaled(T.One, from.Slice(start, channels * plane), to.Slice(start, channels * plane));
    }

    /// <summary>Rows of a meeting place lie equally far apart for all nodes: parts that are at different nodes don't touch.</summary>
    private Span<T> Meeting(int which, NetworkNode node, in Range r) =>
        _meetings!.Take(which, (r.Start * _meetingSize) + ((r.End - r.Start) * node.Input.Size))[(r.Start * _meetingSize)..];

    private Span<T> Rows(AlignedBlocks<T> blocks, int l, in Range r) => Slice(blocks, l, _nodes[l].Output.Size, r);

    private Span<T> SavedOf(AlignedBlocks<T> blocks, int l, in Range r) => Slice(blocks, l, _nodes[l].Layer.SavedSize(_nodes[l].Input), r);

    private static Span<T> Slice(AlignedBlocks<T> blocks, int block, int size, in Range r) => blocks.Take(block, r.End * size)[(r.Start * size)..];

    /// <summary>Nodes First..End-1, the way they are split, and the largest input and output of a row.</summary>
    private readonly record struct Segment(int First, int End, LayerSplit Split, int RowSize);

    /// <summary>Rows Start..End-1 and channels FirstChannel..EndChannel-1.</summary>
    private readonly record struct Range(int Start, int End, int FirstChannel, int EndChannel);
}
