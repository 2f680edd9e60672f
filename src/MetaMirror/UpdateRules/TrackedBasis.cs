using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Tracking;

namespace MetaMirror.UpdateRules;

/// <summary>
/// Adaptive mirror descent in bases that follow the run ("tracked basis"): as SOAP (Vyas et al. 2024), Adam with Nesterov momentum in the eigenbases V_L, V_R of
/// averages of G G^T and G^T G; but a factor with many columns is never formed: a basis Q of r columns is tracked in a stream, acc &lt;- b acc + (1-b) G^T (G Q),
/// and the residual G - G Q Q^T is divided elementwise. W &lt;- W - step (V_L N_D Q^T + N_E), D = V_L^T G Q.
/// </summary>
/// <remarks>
/// <para>Per entry d of D and E at the age t = 1, 2, ... of a step: m &lt;- b1 m + (1-b1) d, v &lt;- b2 v + (1-b2) d^2, u = b1 m + (1-b1) d,
/// N = clamp(u / (1 - b1^(t+1)) / ((v / (1 - b2^(t+1)))^e + 1e-8), -rho, rho). Differs from Adam: age 0 moves nothing, so v has t terms where t + 1 are divided by (right
/// for u, which looks a step ahead); the first steps are longer: at e = 1/2 and b2 = .99 by a factor of sqrt(1 + b2) = 1.41 at t = 1, 1.05 at t = 10, 1.01 at t = 30. A prior p of weight c adds c b2^(t+1) p to v and c b2^(t+1) to its divisor.</para>
/// <para>Meta-parameters: learning_rate, momentum (b1), averaging (b2), exponent (e), prior_weight (c), then scale.NAME, one per tensor. State, tensor by tensor: factors (left
/// [m, m] and V_L, right [n, n] or acc [r, n] and V_R or Q, as rows; sides that are not rotated have none), the prior in today's basis (zeros without one), first moments, second moments, and where residuals move seldom
/// the sum of gradients. A factor that overflows makes its tensor NaN: the run has diverged.</para>
/// <para>The metric is V diag(v^e) V^T. Q starts at the leading eigenvectors of the source tasks' mean G^T G (or at random, unlearned); hidden-unit bases V_L belong
/// to the run. The step at age 0 sets bases only. Momentum is carried in rotated coordinates and turned when bases are refreshed.</para>
/// <para>Differentiable in theta, gradient, moments and meta-parameters with the bases as constants: tangents and cotangents of factors are zero by definition. Between
/// refreshes the derivative is exact.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class TrackedBasis<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0;
    private const int Momentum = 1;
    private const int Averaging = 2;
    private const int Exponent = 3;
    private const int PriorWeight = 4;
    private const int FirstScale = 5;
    private const string Scales = "scales";
    private readonly ImmutableArray<TrackedBlock<T>> _blocks;
    private readonly IReadOnlyList<MetaParameterSpec<T>> _specs;
    private readonly TrackedScratch _scratch;
    private readonly int _stateLength;

    /// <summary>sqrt(s): how much longer the steps of a residual are that moves at every s-th.</summary>
    private readonly T _longer;

    /// <summary>A rule that starts from ready bases.</summary>
    /// <param name="start">
    /// Per tensor the right basis to start at, [n x r], and the prior; the left basis is not used. Where there is none (r = 0) for a tensor that is to be tracked,
    /// as statistics keep no factors that large, the start is random orthonormal columns.
    /// </param>
    /// <param name="options">Step size and the rest. The rank of a tracked basis is that of <paramref name="start"/>.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or a name to learn is unknown.</exception>
    public TrackedBasis(ImmutableArray<BasisBlock<T>> start, TrackedBasisOptions? options = null)
    {
        Options = options ?? new TrackedBasisOptions();
        Require(Options);
        Start = [.. start.Select((b, k) => b.Rank == 0 && b.Block.Columns > Options.LargestColumns ? RandomStart(b.Block, Options, UnlearnedKey(0, k)) : b)];
        _longer = T.CreateChecked(Math.Sqrt(Options.ResidualEvery));
        _blocks = [.. Start.Select(b => new TrackedBlock<T>(b, Options))];
        _scratch = new TrackedScratch(
            _blocks.Select(b => b.FactorLength).Append(0).Max(), _blocks.Select(b => b.MomentLength).Append(0).Max(), _blocks.Select(b => b.Block.Length).Append(0).Max(),
            _blocks.Select(b => Math.Max(b.AdvanceScratch, TrackedFrame<T>.Scratch(b))).Append(0).Max());
        _stateLength = _blocks.Sum(b => b.StateLength);
        _specs = Specs();
    }

    /// <summary>Start bases and priors from the statistics of source runs.</summary>
    /// <param name="statistics">Sums over source tasks, with factors.</param>
    /// <param name="options">Step size, rank and the rest.</param>
    public TrackedBasis(BoundStatistics statistics, TrackedBasisOptions? options = null)
        : this(FromStatistics(statistics, options ?? new TrackedBasisOptions()), options)
    {
    }

    /// <summary>Start bases and priors, one per tensor.</summary>
    public ImmutableArray<BasisBlock<T>> Start { get; }

    /// <summary>Step size and the rest.</summary>
    public TrackedBasisOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "tracked-basis";

    /// <summary>The same rule with nothing learned: tracked bases start at random orthonormal columns, no prior. The control of every comparison.</summary>
    /// <param name="layout">Parameters to train.</param>
    /// <param name="options">Step size and the rest.</param>
    /// <param name="seed">Of the random bases: stream (seed, 0, 0, MetaParameters, number of the tensor).</param>
    public static TrackedBasis<T> Unlearned(ParameterLayout layout, TrackedBasisOptions? options = null, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(layout);
        TrackedBasisOptions o = options ?? new TrackedBasisOptions();
        return new TrackedBasis<T>([.. layout.Blocks.Select((b, k) => RandomStart(b, o, UnlearnedKey(seed, k)))], o with { PriorWeight = 0 });
    }

    /// <summary>The rule for tensors of other sizes: tracked bases of as many columns start where they did, others at random. Null with a prior, or where the layers are others.</summary>
    /// <inheritdoc/>
    public override UpdateRule<T>? Resized(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return Options.PriorWeight == 0 && layout.HasLayersOf(new ParameterLayout(Start.Select(b => (b.Block.Name, b.Block.Shape.ToArray())))) ? new TrackedBasis<T>([.. Start.Zip(layout.Blocks, Resized)], Options) : null;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout)
    {
        RequireLayout(layout);
        return _specs;
    }

    /// <summary>A start without prior: only the right basis is used.</summary>
    private static BasisBlock<T> Resized(BasisBlock<T> start, ParameterBlock block) => start.Block.Columns == block.Columns
        ? new BasisBlock<T>(block, [], start.Right.ToArray(), new T[block.Rows * start.Rank], new T[block.Rows])
        : BasisBlock<T>.Identity(block);

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        RequireLayout(layout);
        return _stateLength;
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => _scratch.Length;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        RequireLengths(context, x, FirstScale + _blocks.Length, _stateLength, _scratch.Length);
        TrackedMoments<T> map = Map(context), restMap = Map(context, Options.ResidualEvery);
        TrackedSpans<T> s = _scratch.Of(context.Scratch);
        bool turns = context.Age > 0 && TrackedFactors<T>.IsDue(Options, context.Age);
        int at = 0;
        for (int k = 0; k < _blocks.Length; k++)
        {
            TrackedBlock<T> b = _blocks[k];
            Span<T> state = x.State.Slice(at, b.StateLength), factors = b.Factors(state), m = b.First(state), c = s.Value[..b.MomentLength], whole = s.Whole[..b.Block.Length];
            ReadOnlySpan<T> g = x.Gradient.Slice(b.Block.Offset, b.Block.Length);
            at += b.StateLength;
            var frame = new TrackedFrame<T>(b, factors, s.Work);
            if (turns)
                frame.BeginTurn(m, c, s.Factors, whole);

            bool hasProduct = new TrackedFactors<T>(b, Options).Advance(context.Age, g, factors, s.Work);
            if (context.Age == 0)
                continue;
            if (turns)
                frame.EndTurn(c, s.Factors, whole, m);
            Span<T> d = c[..b.KeptLength], v = b.Second(state), theta = x.Theta.Slice(b.Block.Offset, b.Block.Length);
            T step = StepOf(context, x, k);
            frame.ProjectKept(g, d, hasProduct);
            ReadOnlySpan<T> prior = b.Prior(factors);
            bool movesRest = b.IsTracked && TryRest(context.Age, frame, g, b.Sum(state), c[b.KeptLength..]);
            NormalizeKept(map, b, prior, d, m, v);
            if (!movesRest)
            {
                frame.LiftKept(-step, d, theta);
                continue;
            }

            restMap.Step(c[b.KeptLength..], m[b.KeptLength..], v[b.KeptLength..], prior[^1..]);
            if (b.SumLength > 0)
                Vectors.Scale(T.One / _longer, d);
            frame.Lift(-step * _longer, c, theta);
        }
    }

    /// <summary>E of this step, if the residual moves now; the sum of gradients moves on.</summary>
    private bool TryRest(int age, in TrackedFrame<T> frame, ReadOnlySpan<T> g, Span<T> sum, Span<T> rest)
    {
        if (sum.IsEmpty)
        {
            frame.ProjectRest(g, rest, hasProduct: true);
            return true;
        }

        Vectors.AddScaled(T.One, g, sum);
        if (!RestMoves(age))
            return false;
        Vectors.Scale(T.One / T.CreateChecked(Options.ResidualEvery), sum);
        frame.ProjectRest(sum, rest);
        sum.Clear();
        return true;
    }

    private static void NormalizeKept(TrackedMoments<T> map, TrackedBlock<T> b, ReadOnlySpan<T> prior, Span<T> d, Span<T> m, Span<T> v)
    {
        if (map.IgnoresPrior)
        {
            map.Step(d, m[..d.Length], v[..d.Length], prior[^1..]);
            return;
        }

        for (int i = 0; i < b.M; i++)
            map.Step(d.Slice(i * b.Columns, b.Columns), m.Slice(i * b.Columns, b.Columns), v.Slice(i * b.Columns, b.Columns), prior[..b.Columns]);
    }

    private static ImmutableArray<BasisBlock<T>> FromStatistics(BoundStatistics statistics, TrackedBasisOptions options)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return [.. Enumerable.Range(0, statistics.Layout.Blocks.Length).Select(k => BasisBlock<T>.FromStatistics(statistics, k, options.Rank))];
    }

    private static StreamKey UnlearnedKey(ulong seed, int tensor) => new(seed, 0, 0, StreamPurpose.MetaParameters, (uint)tensor);

    private static BasisBlock<T> RandomStart(ParameterBlock block, TrackedBasisOptions options, StreamKey key)
    {
        (int n, int r) = (block.Columns, block.Columns > options.LargestColumns ? Math.Min(options.Rank, block.Columns) : 0);
        double[] rows = new double[r * n];
        var stream = new RandomStream(key);
        stream.FillNormal<double>(rows);
        OrthonormalRows.Orthonormalize<double>(rows, r, n, [], new double[OrthonormalRows.Scratch(r)]);
        var right = new T[n * r];
        for (int i = 0; i < right.Length; i++)
            right[i] = T.CreateChecked(rows[(i % r * n) + (i / r)]);
        return new BasisBlock<T>(block, [], right, new T[block.Rows * r], new T[block.Rows]);
    }

    /// <summary>The map of entries that move at every <paramref name="every"/>-th step.</summary>
    private TrackedMoments<T> Map(in StepContext<T> context, int every = 1) => new(
        Power(context.Meta[Momentum], every), Power(context.Meta[Averaging], every), context.Meta[Exponent], context.Meta[PriorWeight], Options.TrustRegion, (context.Age / every) + 1);

    private static T Power(T x, int n) => n == 1 ? x : T.CreateChecked(Math.Pow(double.CreateChecked(x), n));

    private static T StepOf(in StepContext<T> context, in Iterate<T> x, int block) => context.Meta[Rate] * context.Meta[FirstScale + block] * x.Scale[0];

    private static void Require(TrackedBasisOptions o)
    {
        AtLeast(0, o.Rank, nameof(o.Rank));
        AtLeast(1, o.LargestColumns, nameof(o.LargestColumns));
        AtLeast(0, o.LargestRows, nameof(o.LargestRows));
        AtLeast(1, o.RefreshEvery, nameof(o.RefreshEvery));
        AtLeast(1, o.ResidualEvery, nameof(o.ResidualEvery));
        AtLeast(1, o.FactorEvery, nameof(o.FactorEvery));
        AtLeast(1, o.TrackEvery, nameof(o.TrackEvery));
        if (!(o.Exponent is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(o), o.Exponent, "The exponent of a tracked basis must be between 0 and 1.");
        if (!(o.LargestAspect > 0))
            throw new ArgumentOutOfRangeException(nameof(o), o.LargestAspect, "The largest aspect of a tracked basis must be positive.");
        if (!(o.TrustRegion > 0))
            throw new ArgumentOutOfRangeException(nameof(o), o.TrustRegion, "The trust region of a tracked basis must be positive.");
        if (!(o.FactorAveraging is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(o), o.FactorAveraging, "The factor averaging of a tracked basis must be at least 0 and below 1.");
    }

    private static void AtLeast(int least, int found, string name)
    {
        if (found < least)
            throw new ArgumentOutOfRangeException(name, found, $"The option {name} of a tracked basis must be at least {least}.");
    }

    private IReadOnlyList<MetaParameterSpec<T>> Specs()
    {
        ImmutableArray<string> learn = Options.Learn;
        RuleMetas<T> metas = new RuleMetas<T>(Name, learn.Remove(Scales)).Positive("learning_rate", Options.LearningRate).Fraction("momentum", Options.Momentum)
            .Fraction("averaging", Options.Averaging).Fraction("exponent", Options.Exponent).NotNegative("prior_weight", Options.PriorWeight).Checked();
        return
        [
            .. metas.Specs,
            .. _blocks.Select(b => MetaParameterSpec<T>.Scalar($"scale.{b.Block.Name}", 1, MetaTransform.Log, learn.Contains(Scales, StringComparer.Ordinal))),
        ];
    }

    private void RequireLayout(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (layout.Blocks.Length != Start.Length || layout.Blocks.Zip(Start).Any(p => !p.First.Shape.AsSpan().SequenceEqual(p.Second.Block.Shape.AsSpan())))
            throw new ArgumentException($"The tracked basis was made for {string.Join(" + ", Start.Select(b => b.Block))}, not for {layout}.", nameof(layout));
    }
}
