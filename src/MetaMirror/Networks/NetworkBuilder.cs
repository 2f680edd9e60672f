namespace MetaMirror.Networks;

/// <summary>
/// Puts a network together: <c>new NetworkBuilder(new FeatureShape(1, 28, 28)).Conv2d(6, 5, padding: 2).ReLU().MaxPool2d(2).Flatten().Linear(10).Build()</c>.
/// Shapes are checked when it is built. A layer is named by its number unless a name is given.
/// </summary>
public sealed class NetworkBuilder
{
    private readonly FeatureShape? _input;
    private readonly List<NetworkPlan.Entry> _entries;
    private readonly List<(string Name, int[] Shape)> _unused;
    private readonly NetworkBuilder _trunk;
    private readonly string _numbered;
    private readonly string _named;
    private Layer? _first;
    private int _count;
    private int _last;
    private bool _hasParameters;

    /// <summary>Starts with nothing.</summary>
    /// <param name="input">Shape of an input row. Default: what the first layer takes.</param>
    /// <exception cref="ArgumentException">A size of the shape is below 1.</exception>
    public NetworkBuilder(FeatureShape? input = null)
    {
        _input = input?.Positive(nameof(input));
        (_entries, _unused, _trunk) = ([], [], this);
        _numbered = _named = string.Empty;
        _last = NetworkNode.Data;
    }

    /// <summary>A branch that starts where another builder stands.</summary>
    private NetworkBuilder(NetworkBuilder trunk, int start, string numbered, string named)
    {
        (_entries, _unused, _trunk) = (trunk._entries, trunk._unused, trunk._trunk);
        (_numbered, _named, _last) = (numbered, named, start);
    }

    /// <summary>Appends any layer; the same object appended twice shares its parameters.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="name">Prefix of its tensors' names. Default: its number.</param>
    public NetworkBuilder Add(Layer layer, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (_entries.Count == 0)
            _trunk._first = layer;
        return Append(_ => layer, name, layer.Parameters.Count > 0);
    }

    /// <summary>Appends Y = X W^T + 1 b^T.</summary>
    /// <param name="inputs">Numbers in an input row.</param>
    /// <param name="outputs">Numbers in an output row.</param>
    /// <param name="bias">Whether there is a bias b. Default: true.</param>
    /// <param name="name">Prefix of its tensors' names. Default: its number.</param>
    /// <exception cref="ArgumentException">A size is below 1; the message names the layer.</exception>
    public NetworkBuilder Linear(int inputs, int outputs, bool bias = true, string? name = null) => Add(() => new Linear(inputs, outputs, bias), name);

    /// <summary>Appends Y = X W^T + 1 b^T for as many inputs as come.</summary>
    /// <param name="outputs">Numbers in an output row.</param>
    /// <param name="bias">Whether there is a bias b. Default: true.</param>
    /// <param name="name">Prefix of its tensors' names. Default: its number.</param>
    /// <remarks>Sizes are checked by <see cref="Build"/>.</remarks>
    public NetworkBuilder Linear(int outputs, bool bias = true, string? name = null) => Append(x => new Linear(x.Size, outputs, bias), name);

    /// <summary>Appends max(x, 0).</summary>
    public NetworkBuilder ReLU() => Add(new ReLU());

    /// <summary>Appends tanh(x).</summary>
    public NetworkBuilder Tanh() => Add(new Tanh());

    /// <summary>Appends 1 / (1 + exp(-x)).</summary>
    public NetworkBuilder Sigmoid() => Add(new Sigmoid());

    /// <summary>Appends a convolution (<see cref="Networks.Conv2d"/>) of as many channels as come, with a square kernel.</summary>
    /// <param name="outputs">Channels of an output.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="stride">Pixels from one kernel position to the next. Default: 1.</param>
    /// <param name="padding">Zeros around an input. Default: 0.</param>
    /// <param name="bias">Whether there is a bias. Default: true.</param>
    /// <param name="name">Prefix of its tensors' names. Default: its number.</param>
    /// <remarks>Sizes are checked by <see cref="Build"/>.</remarks>
    public NetworkBuilder Conv2d(int outputs, int kernel, int stride = 1, int padding = 0, bool bias = true, string? name = null) =>
        Append(x => new Conv2d(x.Channels, outputs, kernel, stride, padding, bias), name);

    /// <summary>Appends batch normalization of as many channels as come.</summary>
    /// <param name="name">Prefix of its tensors' names. Default: its number.</param>
    public NetworkBuilder BatchNorm2d(string? name = null) => Append(x => new BatchNorm2d(x.Channels), name);

    /// <summary>Appends the largest number in each place of a square window.</summary>
    /// <param name="kernel">Rows and columns of the window.</param>
    /// <param name="stride">Pixels from one place to the next. Default: kernel.</param>
    /// <param name="padding">Pixels around an input that never win. Default: 0.</param>
    /// <exception cref="ArgumentException">A size is below 1, or the padding above half the kernel; the message names the layer.</exception>
    public NetworkBuilder MaxPool2d(int kernel, int? stride = null, int padding = 0) => Add(() => new MaxPool2d(kernel, stride, padding));

    /// <summary>Appends the mean over each place of a square window.</summary>
    /// <param name="kernel">Rows and columns of the window.</param>
    /// <param name="stride">Pixels from one place to the next. Default: kernel.</param>
    /// <param name="padding">Zeros around an input. Default: 0.</param>
    /// <exception cref="ArgumentException">A size is below 1, or the padding above half the kernel; the message names the layer.</exception>
    public NetworkBuilder AveragePool2d(int kernel, int? stride = null, int padding = 0) => Add(() => new AveragePool2d(kernel, stride, padding));

    /// <summary>Appends each channel's mean over its pixels.</summary>
    public NetworkBuilder GlobalAveragePool() => Add(new GlobalAveragePool());

    /// <summary>Appends nothing but another view: images as vectors. (Linear takes images as they are.)</summary>
    public NetworkBuilder Flatten() => Add(new Flatten());

    /// <summary>
    /// Appends y = body(x) + shortcut(x), or another join of the two. Tensors are named NAME.LAYER where both have a name (so may body and shortcut choose torchvision's),
    /// else NAME.body.NUMBER and NAME.shortcut.NUMBER.
    /// </summary>
    /// <param name="body">Appends the body to a builder that stands where this one does.</param>
    /// <param name="shortcut">Appends the shortcut. Default: x itself.</param>
    /// <param name="name">The block's name. Default: its number.</param>
    /// <param name="join">What makes y of the body's and the shortcut's output: a layer that <see cref="Layer.TakesSecond"/>. Default: their sum.</param>
    /// <exception cref="ArgumentException">The body appends nothing.</exception>
    /// <remarks>Whether body and shortcut give the same shape, and the join takes two inputs, is checked by <see cref="Build"/>.</remarks>
    public NetworkBuilder Residual(Action<NetworkBuilder> body, Action<NetworkBuilder>? shortcut = null, string? name = null, Layer? join = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        string number = NetworkPlan.NameOf(_count++);
        string prefix = name is null ? _numbered + number : _named + name;
        int start = _last;
        int Branch(Action<NetworkBuilder> append, string kind)
        {
            var branch = new NetworkBuilder(this, start, $"{prefix}.{kind}.", $"{prefix}.");
            append(branch);
            return branch._last;
        }

        int end = Branch(body, "body");
        if (end == start)
            throw new ArgumentException($"The body of the residual block {prefix} is empty.", nameof(body));
        int second = shortcut is null ? start : Branch(shortcut, "shortcut");
        _trunk._hasParameters |= join?.Parameters.Count > 0;
        _entries.Add(new NetworkPlan.Entry(_ => join ?? new Add(), prefix, end, second));
        _last = _entries.Count - 1;
        return this;
    }

    /// <summary>Adds a tensor that no layer reads, at the end of theta.</summary>
    public NetworkBuilder Unused(string name, params int[] shape)
    {
        _unused.Add((name, shape));
        return this;
    }

    /// <summary>The network.</summary>
    /// <exception cref="ArgumentException">There are no parameters, the shape of the input is not known, a layer has impossible sizes, or the layers don't fit each other; the message names the layer.</exception>
    /// <exception cref="InvalidOperationException">This is a branch inside a residual block.</exception>
    public Network Build()
    {
        if (_trunk != this)
            throw new InvalidOperationException("A branch of a residual block is not a network: build the builder that the block was appended to.");
        if ((_input ?? _first?.InputShape) is { } input)
            return new Network(input, _entries, _unused);
        throw new ArgumentException(_hasParameters
            ? $"The first layer, {_entries[0].Name}, fits inputs of many shapes: give the shape of the network's input to the builder."
            : Network.NoParameters);
    }

    private NetworkBuilder Add(Func<Layer> make, string? name = null) => Add(NetworkPlan.Checked(NextName(name), make), name);

    private NetworkBuilder Append(Func<FeatureShape, Layer> make, string? name, bool hasParameters = true)
    {
        _trunk._hasParameters |= hasParameters;
        _entries.Add(new NetworkPlan.Entry(make, NextName(name), _last, NetworkNode.None));
        _count++;
        _last = _entries.Count - 1;
        return this;
    }

    private string NextName(string? name) => name is null ? _numbered + NetworkPlan.NameOf(_count) : _named + name;
}
