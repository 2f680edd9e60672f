using System.Numerics;

namespace MetaMirror.Networks;

/// <summary>
/// Values, cotangents, tangents and cotangent tangents of all layers for one batch of rows, in memory planned once. Layer l's block
/// holds what belongs to its output. Call order: Value, (loss writes Cotangent), Cotangents, then for each tangent Tangents, (loss writes
/// CotangentTangent), CotangentTangents.
/// </summary>
internal sealed class NetworkPass<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Network _network;
    private readonly AlignedBlocks<T> _values;
    private readonly AlignedBlocks<T>? _saved;
    private readonly AlignedBlocks<T> _cotangents;
    private AlignedBlocks<T>? _tangents;
    private AlignedBlocks<T>? _cotangentTangents;
    private int _rows;

    public NetworkPass(Network network, int capacity, bool derivatives)
    {
        _network = network;
        Capacity = capacity;
        _values = Outputs(0);
        _saved = derivatives ? new AlignedBlocks<T>([.. network.Nodes.Select(n => (long)capacity * n.Layer.SavedSize(n.Input))]) : null;

        // Without derivatives only the loss writes one, for the last layer.
        _cotangents = Outputs(derivatives ? network.FirstTrained : Last);
    }

    /// <summary>Largest number of rows.</summary>
    public int Capacity { get; }

    /// <summary>The network's outputs, shape [rows x outputs].</summary>
    public ReadOnlySpan<T> Scores => Of(_values, Last);

    /// <summary>dL/dz, for the loss to write.</summary>
    public Span<T> Cotangent => Of(_cotangents, Last);

    /// <summary>dz of the last <see cref="Tangents"/>.</summary>
    public ReadOnlySpan<T> Tangent => Of(_tangents!, Last);

    /// <summary>d(dL/dz), for the loss to write.</summary>
    public Span<T> CotangentTangent => Of(_cotangentTangents!, Last);

    private int Last => _network.Nodes.Length - 1;

    public void Value(ReadOnlySpan<T> theta, int rows, ReadOnlySpan<T> x)
    {
        _rows = rows;
        for (int l = 0; l <= Last; l++)
            _network.Nodes[l].Layer.Value(At(theta, x, l));
    }

    /// <summary>Fills all cotangents from the last one; adds to the gradient unless that is empty.</summary>
    public void Cotangents(ReadOnlySpan<T> theta, ReadOnlySpan<T> x, Span<T> gradient)
    {
        for (int l = Last; l >= _network.FirstTrained; l--)
            _network.Nodes[l].Layer.Cotangent(At(theta, x, l), CotangentsAt(_cotangents, gradient, l));
    }

    /// <summary>Fills all tangents for theta's tangent.</summary>
    public void Tangents(ReadOnlySpan<T> theta, ReadOnlySpan<T> x, ReadOnlySpan<T> dTheta)
    {
        _tangents ??= Outputs(_network.FirstTrained);
        for (int l = _network.FirstTrained; l <= Last; l++)
            _network.Nodes[l].Layer.Tangent(At(theta, x, l), TangentsAt(dTheta, l));
    }

    /// <summary>Makes room for <see cref="CotangentTangent"/>.</summary>
    public void PrepareCotangentTangents() => _cotangentTangents ??= Outputs(_network.FirstTrained);

    /// <summary>Fills all cotangent tangents from the last one; adds to the product.</summary>
    public void CotangentTangents(ReadOnlySpan<T> theta, ReadOnlySpan<T> x, ReadOnlySpan<T> dTheta, Span<T> product)
    {
        for (int l = Last; l >= _network.FirstTrained; l--)
        {
            _network.Nodes[l].Layer.CotangentTangent(
                At(theta, x, l), TangentsAt(dTheta, l), CotangentsAt(_cotangents, default, l), CotangentsAt(_cotangentTangents!, product, l));
        }
    }

    private LayerValues<T> At(ReadOnlySpan<T> theta, ReadOnlySpan<T> x, int l)
    {
        NetworkNode node = _network.Nodes[l];
        return new LayerValues<T>
        {
            Rows = _rows,
            Shape = node.Input,
            Parameters = theta.Slice(node.Offset, node.Length),
            Input = l == 0 ? x : Of(_values, l - 1),
            Output = Of(_values, l),
            Saved = _saved is null ? default : _saved.Take(l, _rows * node.Layer.SavedSize(node.Input)),
        };
    }

    private LayerTangents<T> TangentsAt(ReadOnlySpan<T> dTheta, int l)
    {
        NetworkNode node = _network.Nodes[l];
        return new LayerTangents<T>(
            dTheta.Slice(node.Offset, node.Length), l == _network.FirstTrained ? default : Of(_tangents!, l - 1), Of(_tangents!, l));
    }

    private LayerCotangents<T> CotangentsAt(AlignedBlocks<T> cotangents, Span<T> gradient, int l)
    {
        NetworkNode node = _network.Nodes[l];
        return new LayerCotangents<T>(
            gradient.IsEmpty ? default : gradient.Slice(node.Offset, node.Length),
            l == _network.FirstTrained ? default : Of(cotangents, l - 1),
            Of(cotangents, l));
    }

    private Span<T> Of(AlignedBlocks<T> blocks, int l) => blocks.Take(l, _rows * _network.Nodes[l].Output.Size);

    /// <summary>A block for the output of each layer from <paramref name="first"/> on.</summary>
    private AlignedBlocks<T> Outputs(int first) => new([.. _network.Nodes.Select((n, l) => l < first ? 0 : (long)Capacity * n.Output.Size)]);
}
