namespace MetaMirror.Networks;

/// <summary>Puts a network together: <c>new NetworkBuilder().Linear(784, 100).ReLU().Linear(100, 10).Build()</c>.</summary>
/// <param name="input">Shape of an input row. Default: what the first layer takes.</param>
public sealed class NetworkBuilder(FeatureShape? input = null)
{
    private readonly List<Layer> _layers = [];
    private readonly List<(string Name, int[] Shape)> _unused = [];

    /// <summary>Appends any layer; the same object appended twice shares its parameters.</summary>
    public NetworkBuilder Add(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        _layers.Add(layer);
        return this;
    }

    /// <summary>Appends Y = X W^T + 1 b^T.</summary>
    /// <param name="inputs">Numbers in an input row.</param>
    /// <param name="outputs">Numbers in an output row.</param>
    /// <param name="bias">Whether there is a bias b. Default: true.</param>
    public NetworkBuilder Linear(int inputs, int outputs, bool bias = true) => Add(new Linear(inputs, outputs, bias));

    /// <summary>Appends max(x, 0).</summary>
    public NetworkBuilder ReLU() => Add(new ReLU());

    /// <summary>Appends tanh(x).</summary>
    public NetworkBuilder Tanh() => Add(new Tanh());

    /// <summary>Appends 1 / (1 + exp(-x)).</summary>
    public NetworkBuilder Sigmoid() => Add(new Sigmoid());

    /// <summary>Adds a tensor that no layer reads, at the end of theta.</summary>
    public NetworkBuilder Unused(string name, params int[] shape)
    {
        _unused.Add((name, shape));
        return this;
    }

    /// <summary>The network.</summary>
    /// <exception cref="ArgumentException">There are no parameters, or the layers don't fit each other.</exception>
    public Network Build() => new(input ?? _layers.FirstOrDefault()?.InputShape ?? new FeatureShape(1), _layers, _unused);
}
