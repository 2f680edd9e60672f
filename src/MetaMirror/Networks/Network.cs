using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>A layer at its place in a network.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Input">Shape of an input row.</param>
/// <param name="Output">Shape of an output row.</param>
/// <param name="Offset">First index of its parameters in theta.</param>
/// <param name="Length">Number of its parameters.</param>
public sealed record NetworkNode(Layer Layer, FeatureShape Input, FeatureShape Output, int Offset, int Length);

/// <summary>
/// Layers one after the other: shapes, parameter names and places. Immutable, without weights. Names are those of a PyTorch Sequential
/// ("0.weight", "0.bias", "2.weight", ...): the number counts all layers. A layer object used twice shares its parameters, under its first number.
/// </summary>
public sealed class Network
{
    /// <summary>Checks shapes and lays out parameters.</summary>
    /// <param name="input">Shape of an input row.</param>
    /// <param name="layers">The layers in order.</param>
    /// <param name="unused">Further tensors of theta that no layer reads; their gradient is zero.</param>
    /// <exception cref="ArgumentException">There are no parameters, or a layer can't take what the one before it gives.</exception>
    public Network(FeatureShape input, IEnumerable<Layer> layers, params IEnumerable<(string Name, int[] Shape)> unused)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(unused);
        var nodes = ImmutableArray.CreateBuilder<NetworkNode>();
        var tensors = new List<(string Name, int[] Shape)>();
        int offset = 0;
        FeatureShape shape = input;
        foreach (Layer layer in layers)
        {
            ArgumentNullException.ThrowIfNull(layer, nameof(layers));
            NetworkNode? first = nodes.FirstOrDefault(n => ReferenceEquals(n.Layer, layer));
            FeatureShape output = OutputShape(layer, nodes.Count, shape);
            int length = layer.Parameters.Sum(p => p.Shape.Aggregate(1, (product, size) => checked(product * size)));
            if (first is null)
                tensors.AddRange(layer.Parameters.Select(p => (string.Create(CultureInfo.InvariantCulture, $"{nodes.Count}.{p.Name}"), p.Shape)));
            nodes.Add(new NetworkNode(layer, shape, output, first?.Offset ?? offset, length));
            offset = checked(offset + (first is null ? length : 0));
            shape = output;
        }

        if (offset == 0)
            throw new ArgumentException("The network has no parameters.", nameof(layers));
        Nodes = nodes.ToImmutable();
        Layout = new ParameterLayout([.. tensors, .. unused]);
        FirstTrained = Nodes.ToList().FindIndex(n => n.Length > 0);
        Input = input;
        Output = shape;
    }

    /// <summary>The layers at their places.</summary>
    public ImmutableArray<NetworkNode> Nodes { get; }

    /// <summary>Names and shapes of theta.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Shape of an input row.</summary>
    public FeatureShape Input { get; }

    /// <summary>Shape of an output row.</summary>
    public FeatureShape Output { get; }

    /// <summary>Number of the first layer with parameters: no derivative goes further back.</summary>
    public int FirstTrained { get; }

    /// <summary>A multi-layer perceptron with ReLU between its linear layers; with two sizes, a linear model.</summary>
    /// <param name="sizes">Inputs, hidden sizes, outputs, e.g. 64, 32, 10.</param>
    public static Network Mlp(params ReadOnlySpan<int> sizes) => Mlp(new ReLU(), sizes);

    /// <summary>A multi-layer perceptron with this activation between its linear layers.</summary>
    /// <exception cref="ArgumentException">There are fewer than two sizes.</exception>
    public static Network Mlp(Layer activation, params ReadOnlySpan<int> sizes)
    {
        ArgumentNullException.ThrowIfNull(activation);
        if (sizes.Length < 2)
            throw new ArgumentException($"A perceptron needs at least its numbers of inputs and outputs, but {sizes.Length} sizes were given.", nameof(sizes));
        var builder = new NetworkBuilder();
        for (int i = 1; i < sizes.Length; i++)
        {
            builder.Linear(sizes[i - 1], sizes[i]);
            if (i < sizes.Length - 1)
                builder.Add(activation);
        }

        return builder.Build();
    }

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

    /// <inheritdoc/>
    public override string ToString() => string.Join(" - ", Nodes.Select(n => n.Layer));

    private static FeatureShape OutputShape(Layer layer, int number, FeatureShape input)
    {
        try
        {
            return layer.OutputShape(input);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"Layer {number}: {error.Message}", nameof(layer), error);
        }
    }
}
