using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>
/// Layers and what feeds them: shapes, parameter names and places. Immutable, without weights. Names are PyTorch's: those of a Sequential
/// ("0.weight", "0.bias", "2.weight", ...; the number counts all layers), or those that the builder was given.
/// A layer object used twice shares its parameters and buffers, under its first name.
/// </summary>
public sealed partial class Network
{
    internal const string NoParameters = "The network has no parameters.";
    private const int MostBlockRows = 256;

    /// <summary>Values of a block, all layers together: 256 MB in float.</summary>
    private const long BlockNumbers = 1 << 26;

    /// <summary>Checks shapes and lays out the parameters of layers one after the other.</summary>
    /// <param name="input">Shape of an input row.</param>
    /// <param name="layers">The layers in order.</param>
    /// <param name="unused">Further tensors of theta that no layer reads; their gradient is zero.</param>
    /// <exception cref="ArgumentException">There are no parameters, a size of the input is below 1, or a layer can't take what the one before it gives.</exception>
    public Network(FeatureShape input, IEnumerable<Layer> layers, params IEnumerable<(string Name, int[] Shape)> unused)
        : this(input, NetworkPlan.InOrder(layers), unused)
    {
    }

    internal Network(FeatureShape input, IReadOnlyList<NetworkPlan.Entry> entries, IEnumerable<(string Name, int[] Shape)> unused)
    {
        ArgumentNullException.ThrowIfNull(unused);
        NetworkPlan plan = NetworkPlan.Of(input.Positive(nameof(input)), entries);
        if (plan.Tensors.Count == 0)
            throw new ArgumentException(NoParameters);
        Nodes = plan.Nodes;
        Layout = new ParameterLayout([.. plan.Tensors, .. unused]);
        StateLayout = new ParameterLayout(plan.Buffers);
        CouplesRows = Nodes.Any(n => n.Layer.Split == LayerSplit.Channels || n.StateLength > 0);
        Input = input;
        Output = Nodes[^1].Output;
    }

    /// <summary>Rows that a whole data set goes through at a time: 256, or fewer where the values of so many would not fit into memory well.</summary>
    internal int BlockRows => (int)Math.Clamp(BlockNumbers / Nodes.Sum(n => (long)n.Output.Size), 1, MostBlockRows);

    /// <summary>The linear layer of a network that is nothing else (but flattening), so that its outputs are linear in theta; null of other networks.</summary>
    internal Linear? LinearModel => Nodes.Count(n => n.Layer is not Flatten) == 1 && Nodes.All(n => n.Layer is Flatten or Linear)
        ? Nodes.Select(n => n.Layer).OfType<Linear>().Single()
        : null;

    /// <summary>The layers at their places.</summary>
    public ImmutableArray<NetworkNode> Nodes { get; }

    /// <summary>Names and shapes of theta.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Names and shapes of the layers' buffers, e.g. BatchNorm's running statistics; often empty.</summary>
    public ParameterLayout StateLayout { get; }

    /// <summary>Shape of an input row.</summary>
    public FeatureShape Input { get; }

    /// <summary>Shape of an output row.</summary>
    public FeatureShape Output { get; }

    /// <summary>True if in training the output of a row, or a buffer, depends on the other rows of its batch (BatchNorm).</summary>
    public bool CouplesRows { get; }

    /// <summary>Writes initial parameters, layer after layer (PyTorch's defaults); unused ones become zero.</summary>
    /// <param name="stream">Draws.</param>
    /// <param name="theta">Shape [Layout.Length].</param>
    public void Initialize<T>(ref RandomStream stream, Span<T> theta)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        theta.Clear();
        int next = 0;
        foreach (NetworkNode node in Nodes)
        {
            // A shared layer lies before the next free place: drawn once.
            if (node.Length == 0 || node.Offset < next)
                continue;
            node.Layer.Initialize(ref stream, theta.Slice(node.Offset, node.Length));
            next = node.Offset + node.Length;
        }
    }

    /// <summary>Writes the buffers as they are before training.</summary>
    /// <param name="state">Shape [StateLayout.Length].</param>
    public void InitializeState<T>(Span<T> state)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        StateLayout.RequireLength(state.Length, nameof(state));
        foreach (NetworkNode node in Nodes)
            node.Layer.InitializeBuffers(state.Slice(node.StateOffset, node.StateLength));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(" - ", Nodes.Select(n => n.Layer));
}
