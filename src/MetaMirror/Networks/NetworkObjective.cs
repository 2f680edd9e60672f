using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using MetaMirror.Datasets;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Networks;

/// <summary>
/// Mean loss of a network over a batch of a data set, with exact gradient and Hessian-vector products (Pearlmutter 1994). Memory is planned
/// once; a mini-batch goes through in one piece, the whole set in blocks of rows (in one piece where BatchNorm couples rows). Products asked for at the point and
/// batch of the last evaluation reuse its values and cotangents.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class NetworkObjective<T> : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Minibatches? _batches;
    private NetworkPass<T> _pass;
    private readonly AlignedBlocks<T> _rows;
    private readonly int[] _labels;
    private readonly T[] _theta;
    private NetworkEvaluation<T>? _evaluation;
    private BatchKey _held;
    private BatchKey _gathered = BatchKey.Full;
    private int _gatheredCount;
    private int _loaded;
    private int _first;
    private bool _isInPlace;
    private double _loss;
    private long _heldPoint;
    private long _named;
    private Reached _reached;
    private bool _isRecalled;

    /// <summary>Plans the memory.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">Examples.</param>
    /// <param name="batches">Mini-batches of the data. Default: every batch is the whole set.</param>
    /// <param name="loss">The loss. Default: the usual one for the data's targets (<see cref="NetworkLoss.For"/>).</param>
    /// <exception cref="ArgumentException">The data set is empty, or inputs, targets or batches don't fit.</exception>
    public NetworkObjective(Network network, Dataset<T> data, Minibatches? batches = null, NetworkLoss? loss = null)
    {
        Loss = NetworkEvaluation<T>.RequireFit(network, data, loss);
        if (batches is not null && batches.Count != data.Count)
            throw new ArgumentException($"The batches are drawn from {batches.Count} examples, but data set '{data.Name}' has {data.Count}.", nameof(batches));
        Network = network;
        Data = data;
        _batches = batches;
        int size = batches?.MaximumSize ?? 0;
        _pass = new NetworkPass<T>(network, Math.Max(size, network.CouplesRows && batches is null ? data.Count : Math.Min(data.Count, network.BlockRows)), derivatives: true);
        int gathered = batches?.Order == BatchOrder.InOrder ? 0 : size;
        _rows = new AlignedBlocks<T>((long)gathered * data.Features, (long)gathered * data.Outputs);
        _labels = new int[data.IsClassification ? gathered : 0];
        _theta = new T[network.Layout.Length];
        RecalledReads = _pass.ParametersRead;
    }

    /// <summary>How far the pass holds the last point.</summary>
    private enum Reached
    {
        Nothing,
        Values,
        Cotangents,
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The examples.</summary>
    public Dataset<T> Data { get; }

    /// <summary>The loss.</summary>
    public NetworkLoss Loss { get; }

    /// <inheritdoc/>
    public override ParameterLayout Layout => Network.Layout;

    /// <inheritdoc/>
    public override ParameterLayout StateLayout => Network.StateLayout;

    /// <inheritdoc/>
    /// <remarks>Known for linear models: one linear layer, and a loss that is convex in its outputs.</remarks>
    public override LossCurvature Curvature(ReadOnlySpan<T> meta) =>
        Network.LinearModel is { } linear && Loss.LargestCurvature(Network.Output.Size) is { } curvature
            ? new LossCurvature(IsConvex: true, 0, curvature * SecondMoments.Largest(Data, linear.Parameters.Count > 1))
            : LossCurvature.Unknown;

    /// <inheritdoc/>
    public override WorkerTeam? Team
    {
        get => _pass.Team;
        set
        {
            _pass.Team = value;
            if (_evaluation is not null)
                _evaluation.Team = value;
        }
    }

    /// <summary>Passes through the network since this object was made, each over one batch or block of rows; those of products aside.</summary>
    internal PassCount Passes { get; private set; }

    /// <inheritdoc/>
    public override long Point { get; set; }

    /// <inheritdoc/>
    public override long NamePoint() => ++_named;

    /// <summary>Mean loss and share of right answers (null for real targets) over the whole data set, without derivatives.</summary>
    /// <param name="theta">Shape [Layout.Length].</param>
    /// <param name="state">The objective state to evaluate with, shape [StateLayout.Length]; empty where the network has none.</param>
    public (double Loss, double? Accuracy) EvaluateAll(ReadOnlySpan<T> theta, ReadOnlySpan<T> state = default) =>
        (_evaluation ??= new NetworkEvaluation<T>(Network, Data, Loss) { Team = Team }).Measure(theta, state);

    /// <inheritdoc/>
    public override void InitializeState(Span<T> state) => Network.InitializeState(state);

    /// <inheritdoc/>
    public override void AdvanceState(ReadOnlySpan<T> theta, in BatchKey batch, Span<T> state)
    {
        StateLayout.RequireLength(state.Length, nameof(state));
        BatchKey key = KeyOf(batch);

        // What was kept for derivatives need not be all that the buffers look at.
        if (_isRecalled)
            _reached = Reached.Nothing;
        if (Holds(theta, key) == Reached.Nothing)
            Evaluate(theta, [], key, []);
        _pass.AdvanceState(theta, At(0).Inputs, state);
    }

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient)
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        if (!gradient.IsEmpty)
            Layout.RequireLength(gradient.Length, nameof(gradient));

        BatchKey key = KeyOf(batch);
        Reached reached = Holds(theta, key);
        if (reached == Reached.Nothing)
        {
            _loaded = Load(key);
            _loss = 0;
        }

        for (int start = 0; start < _loaded; start += _pass.Capacity)
        {
            Segment s = At(start);
            if (reached == Reached.Nothing)
                _loss += Value(theta, s);
            if (!gradient.IsEmpty)
                Pull(theta, s, gradient, fresh: start == 0);
        }

        if (reached == Reached.Nothing)
            Hold(theta, key);
        if (!gradient.IsEmpty)
            Reach(Reached.Cotangents);
        return _loss / _loaded;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A length is wrong, or tangents or products hold fewer than count vectors.</exception>
    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        long needed = (long)count * theta.Length;
        RequireAtLeast(tangents.Length, needed, "tangents", nameof(tangents), count);
        RequireAtLeast(products.Length, needed, "products", nameof(products), count);
        AddProducts(theta, batch, count, tangents, products[..(int)needed], fresh: true);
    }

    /// <inheritdoc/>
    public override void AddHessianVectorProduct(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> tangent, Span<T> sum, Span<T> work)
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        Layout.RequireLength(tangent.Length, nameof(tangent));
        Layout.RequireLength(sum.Length, nameof(sum));
        AddProducts(theta, batch, 1, tangent, sum, fresh: false);
    }

    private void AddProducts(ReadOnlySpan<T> theta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products, bool fresh)
    {
        int n = theta.Length;
        BatchKey key = KeyOf(batch);
        Reached reached = Holds(theta, key);
        if (reached == Reached.Nothing)
        {
            _loaded = Load(key);
            _loss = 0;
        }

        for (int start = 0; start < _loaded; start += _pass.Capacity)
        {
            Segment s = At(start);
            if (reached == Reached.Nothing)
                _loss += Value(theta, s);
            if (reached != Reached.Cotangents)
                Pull(theta, s, default, fresh: false);
            for (int j = 0, group; j < count; j += group)
            {
                group = Math.Min(NetworkPass<T>.MostTangents, count - j);
                ReadOnlySpan<T> v = tangents.Slice(j * n, group * n);
                _pass.Tangents(theta, s.Inputs, group, v);
                for (int i = 0; i < group; i++)
                    Loss.Tangent(s.Values(_pass.Scores), s.Scale, _pass.Cotangent, _pass.Tangent(i), _pass.CotangentTangent(i));
                _pass.CotangentTangents(theta, s.Inputs, group, v, products.Slice(j * n, group * n), fresh && start == 0);
            }
        }

        if (reached == Reached.Nothing)
            Hold(theta, key);
        Reach(Reached.Cotangents);
    }

    /// <inheritdoc/>
    /// <remarks>The loss, and of each layer what its derivatives read; 0 for a batch that goes through in blocks. The rows are gathered again.</remarks>
    public override int EvaluationLength(bool fullBatch)
    {
        int rows = fullBatch || _batches is null ? Data.Count : _batches.MaximumSize;
        long length = LossLength + _pass.KeptLength(rows);
        return (rows <= _pass.Capacity || Network.CouplesRows) && length <= Array.MaxLength ? (int)length : 0;
    }

    /// <inheritdoc/>
    public override ImmutableArray<(int Start, int Length)> RecalledReads { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The last call was no evaluation with a gradient, nor a product.</exception>
    /// <exception cref="ArgumentException"><paramref name="kept"/> is shorter than what may be kept of the batch.</exception>
    public override int KeepEvaluation(Span<T> kept)
    {
        if (_reached != Reached.Cotangents)
            throw new InvalidOperationException("There is no evaluation to keep: evaluate with a gradient first.");
        RequireAtLeast(kept.Length, LossLength + _pass.KeptLength(_loaded), "an evaluation", nameof(kept));
        MemoryMarshal.Write(MemoryMarshal.AsBytes(kept[..LossLength]), _loss);
        return LossLength + _pass.Keep(kept[LossLength..]);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A length is wrong, or <paramref name="kept"/> is not what was kept of the batch.</exception>
    public override void RecallEvaluation(ReadOnlySpan<T> theta, in BatchKey batch, ReadOnlySpan<T> kept)
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        BatchKey key = KeyOf(batch);
        _loaded = Load(key);
        RequireAtLeast(kept.Length, LossLength, "an evaluation", nameof(kept));
        _loss = MemoryMarshal.Read<double>(MemoryMarshal.AsBytes(kept[..LossLength]));
        _pass.Recall(theta, _loaded, At(0).Inputs, kept[LossLength..]);
        Hold(theta, key);
        Reach(Reached.Cotangents);
        _isRecalled = true;
    }

    private static void RequireAtLeast(int length, long needed, string what, string name, int? count = null)
    {
        if (length < needed)
            throw new ArgumentException($"Expected {needed} numbers or more for {(count is { } k ? $"{k} {what}" : what)}, but found {length}.", name);
    }

    /// <summary>Entries that hold a loss in double.</summary>
    private static unsafe int LossLength => sizeof(double) / sizeof(T);

    private double Value(ReadOnlySpan<T> theta, in Segment s)
    {
        Passes = Passes with { Forward = Passes.Forward + 1 };
        _pass.Value(theta, s.Rows, s.Inputs);
        return Loss.Value(s.Values(_pass.Scores), s.Scale, _pass.Cotangent);
    }

    private void Pull(ReadOnlySpan<T> theta, in Segment s, Span<T> gradient, bool fresh)
    {
        Passes = Passes with { Backward = Passes.Backward + 1 };
        _pass.Cotangents(theta, s.Inputs, gradient, fresh);
    }

    /// <summary>Remembers whose values the pass holds, if it holds the whole batch.</summary>
    private void Hold(ReadOnlySpan<T> theta, in BatchKey batch)
    {
        _isRecalled = false;
        _held = batch;
        _reached = _loaded <= _pass.Capacity ? Reached.Values : Reached.Nothing;
        _heldPoint = Point;
        if (_reached != Reached.Nothing && Point == 0)
            theta.CopyTo(_theta);
    }

    private void Reach(Reached reached) => _reached = _reached == Reached.Nothing ? Reached.Nothing : reached;

    /// <summary>How far the pass holds this point: of the same name, or, without names, of the same bits.</summary>
    private Reached Holds(ReadOnlySpan<T> theta, in BatchKey batch)
    {
        if (_reached == Reached.Nothing || _held != batch || _heldPoint != Point)
            return Reached.Nothing;
        return Point != 0 || MemoryMarshal.AsBytes(theta).SequenceEqual(MemoryMarshal.AsBytes<T>(_theta)) ? _reached : Reached.Nothing;
    }

    /// <summary>The one key of the whole set for every key that means it.</summary>
    private BatchKey KeyOf(in BatchKey batch) => batch.IsFull || _batches is null ? BatchKey.Full : batch;

    /// <summary>Finds the rows of a batch in the data, or gathers them unless they lie there; gives the number of examples.</summary>
    private int Load(in BatchKey key)
    {
        _reached = Reached.Nothing;
        int count = Data.Count;
        _first = 0;
        _isInPlace = _batches?.LiesInOrder(key, out _first, out count) ?? true;
        if (!_isInPlace)
        {
            count = key == _gathered ? _gatheredCount : Gather(_batches!.Draw(key));
            (_gathered, _gatheredCount) = (key, count);
        }

        // Rows that depend on each other can't go through in pieces.
        if (Network.CouplesRows && count > _pass.Capacity)
            _pass = new NetworkPass<T>(Network, count, derivatives: true) { Team = _pass.Team };
        return count;
    }

    private int Gather(ReadOnlySpan<int> examples)
    {
        int d = Data.Features, k = Data.Outputs;
        Span<T> x = _rows.Take(0, examples.Length * d);
        Span<T> y = _rows.Take(1, examples.Length * k);
        for (int i = 0; i < examples.Length; i++)
        {
            int example = examples[i];
            Data.Inputs.Slice(example * d, d).CopyTo(x[(i * d)..]);
            if (k == 0)
                _labels[i] = Data.Labels[example];
            else
                Data.Targets.Slice(example * k, k).CopyTo(y[(i * k)..]);
        }

        return examples.Length;
    }

    /// <summary>The rows of the loaded batch from <paramref name="start"/> on that fit into the pass.</summary>
    private Segment At(int start) => At(start, _loaded);

    /// <summary>The same of a batch's first examples, whose mean is taken.</summary>
    private Segment At(int start, int count)
    {
        int rows = Math.Min(_pass.Capacity, count - start), d = Data.Features, k = Data.Outputs, i = _first + start;
        T scale = T.One / T.CreateChecked(count);
        return _isInPlace
            ? new Segment(rows, scale, Data.Inputs.Slice(i * d, rows * d), k == 0 ? Data.Labels.Slice(i, rows) : default, Data.Targets.Slice(i * k, rows * k))
            : new Segment(rows, scale, _rows.Take(0, rows * d), k == 0 ? _labels.AsSpan(0, rows) : default, _rows.Take(1, rows * k));
    }

    private readonly ref struct Segment(int rows, T scale, ReadOnlySpan<T> inputs, ReadOnlySpan<int> labels, ReadOnlySpan<T> targets)
    {
        private readonly ReadOnlySpan<int> _labels = labels;
        private readonly ReadOnlySpan<T> _targets = targets;

        public int Rows { get; } = rows;

        public T Scale { get; } = scale;

        public ReadOnlySpan<T> Inputs { get; } = inputs;

        public LossValues<T> Values(ReadOnlySpan<T> scores) => new(Rows, scores, _labels, _targets);
    }
}
