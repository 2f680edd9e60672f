namespace MetaMirror.Networks;

public sealed partial class Network
{
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
}
