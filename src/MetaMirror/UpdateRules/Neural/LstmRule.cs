using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Neural;

/// <summary>Options of <see cref="LstmRule{T}"/>.</summary>
public sealed record LstmRuleOptions
{
    /// <summary>Factor of the network's output, positive: the step of every parameter at the start. Default: 0.01.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Units of a layer, from 1 to 256. Default: 20, as in the paper.</summary>
    public int Units { get; init; } = 20;

    /// <summary>Layers, from 1 to 8. Default: 1; the paper has 2, which takes three times as long.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>p, positive: gradients below e^-p count as small. Default: 10, as in the paper.</summary>
    public double Range { get; init; } = 10;

    /// <summary>Standard deviation of the output weights at the start, at least 0. Default: 0.</summary>
    public double OutputDeviation { get; init; }

    /// <summary>Seed of the weights that start at random. Default: 0.</summary>
    public ulong Seed { get; init; }
}

/// <summary>
/// The learned optimizer of Andrychowicz et al. 2016 ("Learning to learn by gradient descent by gradient descent", arXiv 1606.04474, sections 2.1 and Appendix A): a small LSTM with shared weights on each
/// coordinate, theta' = theta + eta (w . h + d . x), where x = (log|g| / p, sign g) for |g| >= e^-p, else (-1, e^p g), and h is the state of the last layer. eta = learning_rate times the scale.
/// </summary>
/// <remarks>
/// Meta-parameters: for each layer l = 0, 1, ... l.input W [4 units, inputs], l.recurrent U [4 units, units] and l.bias [4 units], rows in the order of input, forget and output gate and candidate; output w, direct d,
/// learning_rate (not learned: w and d hold it already). State: for every piece of 128 coordinates in their order h and c of each layer, [units, coordinates of the piece].
/// Differs from the paper: the direct connection d, which is not there. It starts at (0, -1) and w at 0 (or small random numbers), so that learning starts at descent along the gradient's sign, linear below e^-p; a
/// network that starts at random would have to learn that first.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LstmRule<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Coordinates at once: what they need stays in a second-level cache.</summary>
    internal const int Piece = 128;

    // e^80 and e^-80 are normal floats.
    private const double MostRange = 80;

    // After the layers' weights: output, direct, learning rate.
    private readonly IReadOnlyList<MetaParameterSpec<T>> _specs;
    private readonly LstmLayer<T>[] _layers;
    private readonly LogSignInput<T> _input;
    private readonly int _units;
    private readonly int _metaLength;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public LstmRule(LstmRuleOptions? options = null)
    {
        Options = options ?? new LstmRuleOptions();
        StartingWeights<T>.Require(Name, "units", Options.Units, StartingWeights<T>.MostUnits);
        StartingWeights<T>.Require(Name, "layers", Options.Layers, StartingWeights<T>.MostLayers);
        if (Options.Range > MostRange)
            throw new ArgumentOutOfRangeException(nameof(options), Options.Range, $"The range of {Name} must be at most {MostRange}: e^range and its inverse are to be numbers.");
        _ = new RuleMetas<T>(Name, []).Positive("range", Options.Range).NotNegative("output deviation", Options.OutputDeviation);
        _units = Options.Units;
        _input = new LogSignInput<T>(Options.Range);
        _layers = [.. Enumerable.Range(0, Options.Layers).Select(l => new LstmLayer<T>(l == 0 ? LogSignInput<T>.Rows : Options.Units, Options.Units))];
        var weights = new StartingWeights<T>(Options.Seed);
        for (int l = 0; l < _layers.Length; l++)
            _layers[l].Declare($"{l}", weights);
        _specs = weights.Normal("output", [_units], Options.OutputDeviation).Given("direct", [LogSignInput<T>.Rows], 0, -1).Rate(Name, Options.LearningRate).Specs;
        _metaLength = _specs.Sum(s => s.Length);
    }

    /// <summary>The options.</summary>
    public LstmRuleOptions Options { get; }

    /// <inheritdoc/>
    public override string Name => "lstm-rule";

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    private int StatePerCoordinate => 2 * _units * _layers.Length;

    private AffineColumns<T> Output => new(1, _units);

    private static AffineColumns<T> Direct => new(1, LogSignInput<T>.Rows);

    /// <inheritdoc/>
    public override UpdateRule<T> Resized(ParameterLayout layout) => this;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return checked(StatePerCoordinate * layout.Length);
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return Work.LengthOf(_units, _layers.Length, Math.Min(Piece, layout.Length));
    }

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        RequireLength("meta-parameters", context.Meta.Length, _metaLength);
        Parts meta = new(this, context.Meta);
        T eta = context.Meta[^1] * x.Scale[0];
        for (int start = 0, n; start < x.Theta.Length; start += n)
        {
            n = Math.Min(Piece, x.Theta.Length - start);
            Work work = new(context.Scratch, _units, n);
            Span<T> state = StateOf(x.State, start, n);
            Forward(meta, x.Gradient.Slice(start, n), state, n, work);
            Vectors.AddScaled<T>(eta, work.Y, x.Theta.Slice(start, n));
            for (int l = 0; l < _layers.Length; l++)
            {
                _layers[l].Hidden(work.Values(l), n).CopyTo(Hidden(state, l, n));
                _layers[l].Cell(work.Values(l), n).CopyTo(Cell(state, l, n));
            }
        }
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        RequireLength("meta-parameters", context.Meta.Length, _metaLength);
        RequireLength("tangents of meta-parameters", metaTangent.Length, _metaLength);
        Parts meta = new(this, context.Meta), dMeta = new(this, metaTangent);
        T eta = context.Meta[^1] * x.Scale[0], dEta = (metaTangent[^1] * x.Scale[0]) + (context.Meta[^1] * tangent.Scale[0]);
        for (int start = 0, n; start < x.Theta.Length; start += n)
        {
            n = Math.Min(Piece, x.Theta.Length - start);
            Work work = new(context.Scratch, _units, n);
            Span<T> state = StateOf(x.State, start, n), dState = StateOf(tangent.State, start, n), dTheta = tangent.Theta.Slice(start, n);
            Forward(meta, x.Gradient.Slice(start, n), state, n, work);
            _input.Tangent(x.Gradient.Slice(start, n), tangent.Gradient.Slice(start, n), work.DX);
            ReadOnlySpan<T> below = work.X, dBelow = work.DX;
            for (int l = 0; l < _layers.Length; l++)
            {
                Span<T> values = work.Values(l), tangents = work.Tangents(l, _layers.Length);
                _layers[l].Tangent(
                    meta.Layer(l), dMeta.Layer(l), below, dBelow, Hidden(state, l, n), Hidden(dState, l, n), Cell(state, l, n), Cell(dState, l, n), n, values, tangents);
                below = _layers[l].Hidden(values, n);
                dBelow = _layers[l].Hidden(tangents, n);
                dBelow.CopyTo(Hidden(dState, l, n));
                _layers[l].Cell(tangents, n).CopyTo(Cell(dState, l, n));
            }

            work.DY.Clear();
            Output.AddTangent(meta.Output, dMeta.Output, below, dBelow, n, work.DY);
            Direct.AddTangent(meta.Direct, dMeta.Direct, work.X, work.DX, n, work.DY);
            Vectors.AddScaled<T>(eta, work.DY, dTheta);
            Vectors.AddScaled<T>(dEta, work.Y, dTheta);
        }
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        RequireLength("meta-parameters", context.Meta.Length, _metaLength);
        Parts meta = new(this, context.Meta);
        T eta = context.Meta[^1] * x.Scale[0];
        int after = metaCotangent.Length - 1 - LogSignInput<T>.Rows - _units;
        Span<T> aOutput = metaCotangent.Slice(after, _units), aDirect = metaCotangent.Slice(after + _units, LogSignInput<T>.Rows);
        double aEta = 0;
        for (int start = 0, n; start < x.Theta.Length; start += n)
        {
            n = Math.Min(Piece, x.Theta.Length - start);
            Work work = new(context.Scratch, _units, n);
            Span<T> state = StateOf(x.State, start, n), aState = StateOf(cotangent.State, start, n), aY = work.DY, aX = work.DX;
            ReadOnlySpan<T> g = x.Gradient.Slice(start, n), aTheta = cotangent.Theta.Slice(start, n);
            Forward(meta, g, state, n, work);
            aEta += Vectors.Dot<T>(aTheta, work.Y);
            aTheta.CopyTo(aY);
            Vectors.Scale(eta, aY);
            int last = _layers.Length - 1;
            Output.AddOuter(_layers[last].Hidden(work.Values(last), n), aY, n, aOutput);
            Direct.AddOuter(work.X, aY, n, aDirect);
            Output.PullBack(meta.Output, aY, n, T.One, Hidden(aState, last, n));
            for (int l = last; l >= 0; l--)
            {
                ReadOnlySpan<T> below = l == 0 ? work.X : _layers[l - 1].Hidden(work.Values(l - 1), n);
                Span<T> aBelow = l == 0 ? aX : work.ABelow(_layers.Length), aWeights = metaCotangent.Slice(meta.StartOf(l), _layers[l].Length);
                _layers[l].Cotangent(
                    meta.Layer(l), below, Hidden(state, l, n), Cell(state, l, n), n, work.Values(l), Hidden(aState, l, n), Cell(aState, l, n), aWeights, aBelow, work.AZ(_layers.Length));
                if (l > 0)
                    Vectors.AddScaled<T>(T.One, aBelow, Hidden(aState, l - 1, n));
            }

            Direct.PullBack(meta.Direct, aY, n, T.One, aX);
            _input.Cotangent(g, aX, cotangent.Gradient.Slice(start, n));
        }

        metaCotangent[^1] += T.CreateTruncating(aEta) * x.Scale[0];
        cotangent.Scale[0] += T.CreateTruncating(aEta) * context.Meta[^1];
    }

    /// <summary>x, all values of the layers, and y = w . h + d . x.</summary>
    private void Forward(in Parts meta, ReadOnlySpan<T> g, ReadOnlySpan<T> state, int n, in Work work)
    {
        _input.Value(g, work.X);
        ReadOnlySpan<T> below = work.X;
        for (int l = 0; l < _layers.Length; l++)
        {
            _layers[l].Value(meta.Layer(l), below, Hidden(state, l, n), Cell(state, l, n), n, work.Values(l));
            below = _layers[l].Hidden(work.Values(l), n);
        }

        work.Y.Clear();
        Output.Add(meta.Output, below, n, work.Y);
        Direct.Add(meta.Direct, work.X, n, work.Y);
    }

    private Span<T> StateOf(Span<T> state, int start, int n) => state.Slice(StatePerCoordinate * start, StatePerCoordinate * n);

    private Span<T> Hidden(Span<T> state, int layer, int n) => state.Slice(2 * layer * _units * n, _units * n);

    private ReadOnlySpan<T> Hidden(ReadOnlySpan<T> state, int layer, int n) => state.Slice(2 * layer * _units * n, _units * n);

    private Span<T> Cell(Span<T> state, int layer, int n) => state.Slice(((2 * layer) + 1) * _units * n, _units * n);

    private ReadOnlySpan<T> Cell(ReadOnlySpan<T> state, int layer, int n) => state.Slice(((2 * layer) + 1) * _units * n, _units * n);

    /// <summary>The weights, or their tangents.</summary>
    private readonly ref struct Parts(LstmRule<T> rule, ReadOnlySpan<T> meta)
    {
        private readonly ReadOnlySpan<T> _meta = meta;

        public ReadOnlySpan<T> Output => _meta.Slice(_meta.Length - 1 - LogSignInput<T>.Rows - rule._units, rule._units);

        public ReadOnlySpan<T> Direct => _meta.Slice(_meta.Length - 1 - LogSignInput<T>.Rows, LogSignInput<T>.Rows);

        public ReadOnlySpan<T> Layer(int l) => _meta.Slice(StartOf(l), rule._layers[l].Length);

        public int StartOf(int l) => l == 0 ? 0 : rule._layers[0].Length + ((l - 1) * rule._layers[^1].Length);
    }

    /// <summary>Scratch of a piece of n coordinates: x and its derivative [2, n], y and its derivative [n], the layers' values, then their tangents or work of the cotangent map.</summary>
    private readonly ref struct Work(Span<T> scratch, int units, int n)
    {
        private const int Before = 6;

        private readonly Span<T> _scratch = scratch;

        private int OfLayer => LstmLayer<T>.Values * units * n;

        public Span<T> X => _scratch[..(2 * n)];

        public Span<T> DX => _scratch.Slice(2 * n, 2 * n);

        public Span<T> Y => _scratch.Slice(4 * n, n);

        public Span<T> DY => _scratch.Slice(5 * n, n);

        public static int LengthOf(int units, int layers, int n) => n * (Before + (2 * layers * LstmLayer<T>.Values * units));

        public Span<T> Values(int layer) => _scratch.Slice((Before * n) + (layer * OfLayer), OfLayer);

        public Span<T> Tangents(int layer, int layers) => Values(layers + layer);

        public Span<T> AZ(int layers) => Tangents(0, layers)[..(4 * units * n)];

        public Span<T> ABelow(int layers) => Tangents(0, layers).Slice(4 * units * n, units * n);
    }
}
