using System.Collections.Immutable;
using System.Globalization;

namespace MetaMirror.Networks;

/// <summary>Puts layers in their places: shapes, names, offsets, and where cotangents meet.</summary>
internal sealed class NetworkPlan
{
    private NetworkPlan(ImmutableArray<NetworkNode> nodes, List<(string Name, int[] Shape)> tensors, List<(string Name, int[] Shape)> buffers) =>
        (Nodes, Tensors, Buffers) = (nodes, tensors, buffers);

    public ImmutableArray<NetworkNode> Nodes { get; }

    public List<(string Name, int[] Shape)> Tensors { get; }

    public List<(string Name, int[] Shape)> Buffers { get; }

    public static IReadOnlyList<Entry> InOrder(IEnumerable<Layer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return [.. layers.Select((layer, i) => new Entry(_ => layer ?? throw new ArgumentNullException(nameof(layers)), NameOf(i), i - 1, NetworkNode.None))];
    }

    public static string NameOf(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <exception cref="ArgumentException">A layer can't take what it gets, with the layer's name, expected and found shapes.</exception>
    public static NetworkPlan Of(FeatureShape input, IReadOnlyList<Entry> entries)
    {
        var nodes = new List<NetworkNode>();
        var tensors = new List<(string Name, int[] Shape)>();
        var buffers = new List<(string Name, int[] Shape)>();
        int offset = 0, stateOffset = 0;
        foreach (Entry entry in entries)
        {
            FeatureShape Shape(int source) => source == NetworkNode.Data ? input : nodes[source].Output;
            bool Varies(int source) => source >= 0 && nodes[source].Varies;
            FeatureShape shape = Shape(entry.Source);
            Layer layer = Checked(entry.Name, () => entry.Make(shape));
            if (layer.TakesSecond != (entry.Second != NetworkNode.None))
                throw new ArgumentException($"Layer {entry.Name}: {layer} takes {(layer.TakesSecond ? "two inputs" : "one input")}; use the builder's Residual.");
            if (layer.TakesSecond && Shape(entry.Second) != shape)
                throw new ArgumentException($"Layer {entry.Name}: {layer} takes two inputs of one shape, but gets {shape} and {Shape(entry.Second)}.");
            FeatureShape output = Checked(entry.Name, () => layer.OutputShape(shape));
            int length = Count(layer.Parameters), stateLength = Count(layer.Buffers);
            NetworkNode? first = nodes.Find(n => ReferenceEquals(n.Layer, layer));
            nodes.Add(new NetworkNode(
                layer, entry.Name, entry.Source, entry.Second, shape, output, first?.Offset ?? offset, length, first?.StateOffset ?? stateOffset, stateLength)
            {
                InputVaries = Varies(entry.Source),
                SecondVaries = Varies(entry.Second),
            });
            if (first is not null)
                continue;
            tensors.AddRange(layer.Parameters.Select(p => ($"{entry.Name}.{p.Name}", p.Shape)));
            buffers.AddRange(layer.Buffers.Select(p => ($"{entry.Name}.{p.Name}", p.Shape)));
            offset = checked(offset + length);
            stateOffset = checked(stateOffset + stateLength);
        }

        return new NetworkPlan([.. WithMeetings(nodes)], tensors, buffers);
    }

    /// <summary>Cotangents are written from the last node to the first: whoever isn't the last reader of a node adds.</summary>
    private static IEnumerable<NetworkNode> WithMeetings(List<NetworkNode> nodes)
    {
        var lastReader = new Dictionary<int, (int Node, bool Second)>();
        for (int l = 0; l < nodes.Count; l++)
        {
            lastReader[nodes[l].Source] = (l, false);
            if (nodes[l].Second != NetworkNode.None)
                lastReader[nodes[l].Second] = (l, true);
        }

        return nodes.Select((node, l) => node with
        {
            SharesInput = lastReader[node.Source] != (l, false),
            SharesSecond = node.Second != NetworkNode.None && lastReader[node.Second] != (l, true),
        });
    }

    private static int Count(IReadOnlyList<(string Name, int[] Shape)> tensors) =>
        tensors.Sum(p => p.Shape.Aggregate(1, (product, size) => checked(product * size)));

    /// <exception cref="ArgumentException">What was found wrong, with the layer's name.</exception>
    internal static TResult Checked<TResult>(string name, Func<TResult> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"Layer {name}: {error.Message}", error);
        }
    }

    /// <summary>A layer to be, made once the shape of its input is known.</summary>
    internal sealed record Entry(Func<FeatureShape, Layer> Make, string Name, int Source, int Second);
}
