using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="LearnedBasis{T}"/>.</summary>
public sealed record LearnedBasisOptions
{
    /// <summary>Step size. Default 0.008.</summary>
    public double LearningRate { get; init; } = 0.008;

    /// <summary>b1, Nesterov momentum. Default 0.9.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>b2, averaging of second moments. Default 0.99.</summary>
    public double Averaging { get; init; } = 0.99;

    /// <summary>c, weight of the prior beside the running average: its share is c / (1 - b2^t + c). Default 1.</summary>
    public double PriorWeight { get; init; } = 1;

    /// <summary>
    /// Names of the meta-parameters that hypergradients may move: learning_rate, momentum, averaging, prior_weight, or scales (one factor per
    /// tensor). Default: learning_rate and scales.
    /// </summary>
    public ImmutableArray<string> Learn { get; init; } = ["learning_rate", "scales"];
}

/// <summary>
/// Adaptive mirror descent in a learned basis ("basis + prior"): G' = V_L^T G, D = G' U, Q = G' - D U^T, moments of D and Q, a learned prior
/// on their second moments, W &lt;- W - step V_L (N_D U^T + N_Q). The metric is V diag(sqrt v) V^T: basis learned offline, diagonal adapted online.
/// </summary>
/// <remarks>Differentiable in step, momentum, averaging, prior weight and scales; the basis itself is a constant.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LearnedBasis<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0;
    private const int Momentum = 1;
    private const int Averaging = 2;
    private const int PriorWeight = 3;
    private const int FirstScale = 4;
    private readonly LearnedBasisOptions _options;
    private readonly int _largest;

    /// <summary>A rule over ready bases.</summary>
    public LearnedBasis(ImmutableArray<BasisBlock<T>> blocks, LearnedBasisOptions? options = null)
    {
        Blocks = blocks;
        _options = options ?? new LearnedBasisOptions();
        _largest = blocks.Max(b => (int?)Math.Max(b.Block.Length, b.Block.Rows * b.Rank)) ?? 0;
        string[] known = ["learning_rate", "momentum", "averaging", "prior_weight", "scales"];
        string? unknown = _options.Learn.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal));
        if (unknown is not null)
            throw new ArgumentException($"'{unknown}' is no meta-parameter of the learned basis; known are {string.Join(", ", known)}.", nameof(options));
    }

    /// <summary>Bases and priors from the statistics of source runs.</summary>
    /// <param name="statistics">Sums over source tasks, with factors.</param>
    /// <param name="rank">r, the input-side rank.</param>
    /// <param name="options">Step size and the rest.</param>
    public LearnedBasis(BoundStatistics statistics, int rank, LearnedBasisOptions? options = null)
        : this([.. Enumerable.Range(0, statistics.Layout.Blocks.Length).Select(k => BasisBlock<T>.FromStatistics(statistics, k, rank))], options)
    {
    }

    /// <summary>The bases, one per tensor.</summary>
    public ImmutableArray<BasisBlock<T>> Blocks { get; }

    /// <summary>Step size and the rest.</summary>
    public LearnedBasisOptions Options => _options;

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "learned-basis";

    /// <summary>The same rule with nothing learned: identity basis, no prior. The control of every comparison.</summary>
    public static LearnedBasis<T> Unlearned(ParameterLayout layout, LearnedBasisOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return new LearnedBasis<T>([.. layout.Blocks.Select(BasisBlock<T>.Identity)], (options ?? new LearnedBasisOptions()) with { PriorWeight = 1e-12 });
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout)
    {
        RequireLayout(layout);
        bool Learns(string name) => _options.Learn.Contains(name, StringComparer.Ordinal);
        return
        [
            MetaParameterSpec<T>.Scalar("learning_rate", _options.LearningRate, MetaTransform.Log, Learns("learning_rate")),
            MetaParameterSpec<T>.Scalar("momentum", _options.Momentum, MetaTransform.Logit, Learns("momentum")),
            MetaParameterSpec<T>.Scalar("averaging", _options.Averaging, MetaTransform.Logit, Learns("averaging")),
            MetaParameterSpec<T>.Scalar("prior_weight", _options.PriorWeight, MetaTransform.Log, Learns("prior_weight")),
            .. layout.Blocks.Select(b => MetaParameterSpec<T>.Scalar($"scale.{b.Name}", 1, MetaTransform.Log, Learns("scales"))),
        ];
    }

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        RequireLayout(layout);
        return Blocks.Sum(b => 2 * b.MomentLength);
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 5 * _largest;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        MomentMap<T> map = Map(context);
        int at = 0;
        for (int k = 0; k < Blocks.Length; k++)
        {
            BasisBlock<T> b = Blocks[k];
            var work = new BasisWork<T>(b, context.Scratch, _largest);
            work.Rotate(x.Gradient.Slice(b.Block.Offset, b.Block.Length));
            Span<T> m = x.State.Slice(at, b.MomentLength);
            Span<T> v = x.State.Slice(at + b.MomentLength, b.MomentLength);
            at += 2 * b.MomentLength;
            int kept = b.Block.Rows * b.Rank;
            map.Step(work.D, m[..kept], v[..kept], b.Prior);
            for (int i = 0; i < b.Block.Rows && !b.IsFull; i++)
            {
                int n = b.Block.Columns;
                map.Step(work.Q.Slice(i * n, n), m.Slice(kept + (i * n), n), v.Slice(kept + (i * n), n), b.Rest.Slice(i, 1));
            }

            work.RotateBack(-StepOf(context, x, k), x.Theta.Slice(b.Block.Offset, b.Block.Length));
        }
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        MomentMap<T> map = Map(context);
        int at = 0;
        for (int k = 0; k < Blocks.Length; k++)
        {
            BasisBlock<T> b = Blocks[k];
            int offset = b.Block.Offset;
            int length = b.Block.Length;
            int n = b.Block.Columns;
            int kept = b.Block.Rows * b.Rank;
            Span<T> m = x.State.Slice(at, b.MomentLength);
            Span<T> v = x.State.Slice(at + b.MomentLength, b.MomentLength);
            Span<T> dm = tangent.State.Slice(at, b.MomentLength);
            Span<T> dv = tangent.State.Slice(at + b.MomentLength, b.MomentLength);
            at += 2 * b.MomentLength;
            var value = new BasisWork<T>(b, context.Scratch, _largest);
            value.Rotate(x.Gradient.Slice(offset, length));
            var moved = new BasisWork<T>(b, context.Scratch[(2 * _largest)..], _largest);
            moved.Rotate(tangent.Gradient.Slice(offset, length));
            T dB1 = metaTangent[Momentum];
            T dB2 = metaTangent[Averaging];
            T dC = metaTangent[PriorWeight];
            map.Jvp(value.D, m[..kept], v[..kept], b.Prior, dB1, dB2, dC, moved.D, dm[..kept], dv[..kept]);
            for (int i = 0; i < b.Block.Rows && !b.IsFull; i++)
            {
                int from = i * n;
                map.Jvp(
                    value.Q.Slice(from, n), m.Slice(kept + from, n), v.Slice(kept + from, n), b.Rest.Slice(i, 1), dB1, dB2, dC,
                    moved.Q.Slice(from, n), dm.Slice(kept + from, n), dv.Slice(kept + from, n));
            }

            Span<T> dTheta = tangent.Theta.Slice(offset, length);
            moved.RotateBack(-StepOf(context, x, k), dTheta);
            T dStep = (metaTangent[Rate] * context.Meta[FirstScale + k] * x.Scale[0])
                + (context.Meta[Rate] * metaTangent[FirstScale + k] * x.Scale[0]) + (context.Meta[Rate] * context.Meta[FirstScale + k] * tangent.Scale[0]);
            Direction(map, b, value, m, v, context.Scratch[(2 * _largest)..]);
            value.RotateBack(-dStep, dTheta);
        }
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        MomentMap<T> map = Map(context);
        int at = 0;
        for (int k = 0; k < Blocks.Length; k++)
        {
            BasisBlock<T> b = Blocks[k];
            int offset = b.Block.Offset;
            int length = b.Block.Length;
            int n = b.Block.Columns;
            int kept = b.Block.Rows * b.Rank;
            Span<T> m = x.State.Slice(at, b.MomentLength);
            Span<T> v = x.State.Slice(at + b.MomentLength, b.MomentLength);
            Span<T> am = cotangent.State.Slice(at, b.MomentLength);
            Span<T> av = cotangent.State.Slice(at + b.MomentLength, b.MomentLength);
            at += 2 * b.MomentLength;
            Span<T> aTheta = cotangent.Theta.Slice(offset, length);

            // The step's own cotangent: <aTheta, direction>.
            var value = new BasisWork<T>(b, context.Scratch, _largest);
            value.Rotate(x.Gradient.Slice(offset, length));
            Direction(map, b, value, m, v, context.Scratch[(2 * _largest)..]);
            Span<T> direction = context.Scratch.Slice(4 * _largest, length);
            direction.Clear();
            value.RotateBack(T.One, direction);
            T aStep = T.CreateChecked(-Vectors.Dot<T>(aTheta, direction));
            metaCotangent[Rate] += aStep * context.Meta[FirstScale + k] * x.Scale[0];
            metaCotangent[FirstScale + k] += aStep * context.Meta[Rate] * x.Scale[0];
            cotangent.Scale[0] += aStep * context.Meta[Rate] * context.Meta[FirstScale + k];

            // N = N_D U^T + N_Q seen from theta: aN_D = aN U, aN_Q = aN.
            value.Rotate(x.Gradient.Slice(offset, length));
            var moved = new BasisWork<T>(b, context.Scratch[(2 * _largest)..], _largest);
            moved.RotateWhole(aTheta, -StepOf(context, x, k));
            (T B1, T B2, T C) a = map.Vjp(value.D, m[..kept], v[..kept], b.Prior, moved.D, am[..kept], av[..kept]);
            Add(metaCotangent, a);
            for (int i = 0; i < b.Block.Rows && !b.IsFull; i++)
            {
                int from = i * n;
                Add(metaCotangent, map.Vjp(
                    value.Q.Slice(from, n), m.Slice(kept + from, n), v.Slice(kept + from, n), b.Rest.Slice(i, 1),
                    moved.Q.Slice(from, n), am.Slice(kept + from, n), av.Slice(kept + from, n)));
            }

            moved.AddGradientCotangent(cotangent.Gradient.Slice(offset, length));
        }
    }

    private static void Add(Span<T> metaCotangent, (T B1, T B2, T C) a)
    {
        metaCotangent[Momentum] += a.B1;
        metaCotangent[Averaging] += a.B2;
        metaCotangent[PriorWeight] += a.C;
    }

    private static MomentMap<T> Map(in StepContext<T> context) =>
        new(context.Meta[Momentum], context.Meta[Averaging], context.Meta[PriorWeight], context.Age + 1);

    private static T StepOf(in StepContext<T> context, in Iterate<T> x, int block) => context.Meta[Rate] * context.Meta[FirstScale + block] * x.Scale[0];

    /// <summary>work's D and Q become N_D and N_Q; the moments before the step stay as they are.</summary>
    private static void Direction(MomentMap<T> map, BasisBlock<T> b, BasisWork<T> work, ReadOnlySpan<T> m, ReadOnlySpan<T> v, Span<T> copies)
    {
        int n = b.Block.Columns;
        int kept = b.Block.Rows * b.Rank;
        Advance(map, work.D, m[..kept], v[..kept], b.Prior, copies);
        for (int i = 0; i < b.Block.Rows && !b.IsFull; i++)
            Advance(map, work.Q.Slice(i * n, n), m.Slice(kept + (i * n), n), v.Slice(kept + (i * n), n), b.Rest.Slice(i, 1), copies);
    }

    private static void Advance(MomentMap<T> map, Span<T> d, ReadOnlySpan<T> m, ReadOnlySpan<T> v, ReadOnlySpan<T> prior, Span<T> copies)
    {
        m.CopyTo(copies);
        v.CopyTo(copies[d.Length..]);
        map.Step(d, copies[..d.Length], copies.Slice(d.Length, d.Length), prior);
    }

    private void RequireLayout(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (layout.Blocks.Length != Blocks.Length || layout.Blocks.Zip(Blocks).Any(p => !p.First.Shape.AsSpan().SequenceEqual(p.Second.Block.Shape.AsSpan())))
            throw new ArgumentException($"The basis was learned for {string.Join(" + ", Blocks.Select(b => b.Block))}, not for {layout}.", nameof(layout));
    }
}
