using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Bootstrapping;

/// <summary>
/// Where things are in meta-parameters, state and scratch for one layout. State: steps since the cycle began, meta-updates, w, what normalizes, d_0, the K - 1 steps that are
/// differentiated (theta, gradient, scale, rule's state before each), x^(K) if L > 1, the rule's state, the target's.
/// </summary>
internal sealed class BootstrapPlan<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _keptLength;
    private readonly int _normLength;
    private readonly int _endLength;
    private readonly int _sizeLength;
    private readonly int _pointLength;
    private readonly int _copyLength;
    private readonly int _backLength;
    private readonly int _partScratch;
    private readonly bool _differentiates;

    public BootstrapPlan(UpdateRule<T> rule, UpdateRule<T>? target, IReadOnlyList<MetaParameterSpec<T>> own, BootstrapOptions o, ParameterLayout layout)
    {
        N = layout.Length;
        Groups = o.Granularity switch
        {
            RateGranularity.Scalar => [(0, N)],
            RateGranularity.Block => [.. layout.Blocks.Select(b => (b.Offset, b.Length))],
            _ => [],
        };
        Rates = o.Granularity == RateGranularity.Element ? N : Groups.Length;
        IReadOnlyList<MetaParameterSpec<T>> inside = rule.MetaSpecs(layout), aim = target?.MetaSpecs(layout) ?? [];
        RuleMeta = inside.Sum(s => s.Length);
        TargetMeta = aim.Sum(s => s.Length);
        Specs = [.. inside, .. aim.Select(s => s with { Name = $"target.{s.Name}", Learned = false }), .. own];
        MetaLength = Specs.Sum(s => s.Length);
        RuleState = rule.StateLength(layout);
        TargetState = target?.StateLength(layout) ?? 0;
        _differentiates = o.LearnedSteps > 1;
        _normLength = o.Normalization is RateNormalization.RunningRms or RateNormalization.AdaGrad ? Rates : 0;
        _keptLength = checked((2 * N) + 1 + RuleState);
        _endLength = o.TargetSteps > 1 ? N : 0;
        StateLength = checked(2 + Rates + _normLength + N + ((o.LearnedSteps - 1) * _keptLength) + _endLength + RuleState + TargetState);
        RuleStart = StateLength - TargetState - RuleState;
        _sizeLength = o.Normalization == RateNormalization.Cosine ? Rates : 0;
        _pointLength = target is null ? 0 : N;
        _copyLength = target is { ChangesGradient: true } || (_differentiates && rule.ChangesGradient) ? N : 0;
        _backLength = _differentiates ? checked((2 * N) + 1 + (2 * RuleState) + RuleMeta) : 0;
        _partScratch = Math.Max(rule.ScratchLength(layout), target?.ScratchLength(layout) ?? 0);
        ScratchLength = checked((2 * N) + 1 + TargetState + Rates + _sizeLength + _pointLength + _copyLength + _backLength + _partScratch);
    }

    public int N { get; }

    /// <summary>Parameters that share a rate; none for element-wise rates.</summary>
    public ImmutableArray<(int Start, int Length)> Groups { get; }

    public int Rates { get; }

    /// <summary>True for element-wise rates of one learned step: their meta-update and the step that they scale are one pass.</summary>
    public bool LearnsWhileMoving => Groups.IsEmpty && !_differentiates;

    public ImmutableArray<MetaParameterSpec<T>> Specs { get; }

    public int MetaLength { get; }

    public int RuleMeta { get; }

    public int TargetMeta { get; }

    public int StateLength { get; }

    public int RuleStart { get; }

    public int RuleState { get; }

    public int TargetState { get; }

    public int ScratchLength { get; }

    /// <summary>The parts of a state, without those of rule and target.</summary>
    public BootstrapState<T> Parts(Span<T> state)
    {
        int v = 2 + Rates, first = v + _normLength, kept = first + N, end = RuleStart - _endLength;
        return new BootstrapState<T>(state[..2], state[2..v], state[v..first], state[first..kept], state[kept..end], state[end..RuleStart]);
    }

    /// <summary>What was before the k-th learned step of the cycle, 1 &lt;= k &lt; K.</summary>
    public Iterate<T> Kept(in BootstrapState<T> s, int k)
    {
        Span<T> kept = s.Kept.Slice((k - 1) * _keptLength, _keptLength);
        return new Iterate<T>(kept[..N], kept.Slice(N, N), kept.Slice(2 * N, 1), kept[((2 * N) + 1)..]);
    }

    /// <summary>The parts of the scratch.</summary>
    public BootstrapScratch<T> Scratch(Span<T> scratch)
    {
        Span<T> rest = scratch;
        Span<T> old = Take(ref rest, N), v = Take(ref rest, N), scale = Take(ref rest, 1), target = Take(ref rest, TargetState), g = Take(ref rest, Rates), size = Take(ref rest, _sizeLength);
        Span<T> point = Take(ref rest, _pointLength), copy = Take(ref rest, _copyLength);
        Iterate<T> cotangent = default;
        Span<T> state = default, meta = default;
        if (_differentiates)
        {
            cotangent = new Iterate<T>(Take(ref rest, N), Take(ref rest, N), Take(ref rest, 1), Take(ref rest, RuleState));
            state = Take(ref rest, RuleState);
            meta = Take(ref rest, RuleMeta);
        }

        return new BootstrapScratch<T>(old, v, scale, target, g, size, point, copy, cotangent, state, meta, rest[.._partScratch]);
    }

    private static Span<T> Take(scoped ref Span<T> rest, int length)
    {
        Span<T> taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
