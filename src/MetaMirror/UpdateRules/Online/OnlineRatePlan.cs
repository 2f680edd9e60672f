using System.Collections.Immutable;
using System.Numerics;

namespace MetaMirror.UpdateRules.Online;

/// <summary>A range of parameters that share a rate.</summary>
/// <param name="Start">First parameter.</param>
/// <param name="Length">How many.</param>
internal readonly record struct RateGroup(int Start, int Length);

/// <summary>Where things are in state and scratch for one layout. State: w, what normalizes, the sum, d, the hint, the guard's costs, sizes and last d, then the base rule's.</summary>
internal sealed class OnlineRatePlan<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public OnlineRatePlan(OnlineRateOptions o, UpdateRule<T> rule, ParameterLayout layout)
    {
        N = layout.Length;
        Groups = o.Granularity switch
        {
            RateGranularity.Scalar => [new(0, N)],
            RateGranularity.Block => [.. layout.Blocks.Select(b => new RateGroup(b.Offset, b.Length))],
            _ => [],
        };
        Rates = o.Granularity == RateGranularity.Element ? N : Groups.Length;
        MetaLength = rule.MetaSpecs(layout).Sum(s => s.Length);
        NormLength = o.Normalization is RateNormalization.RunningRms or RateNormalization.AdaGrad ? Rates : 0;
        SumLength = o.Form == RateForm.Anchored ? Rates : 0;
        KeepsGradient = o.Hint is RateHint.LastGradient or RateHint.AverageGradient or RateHint.LookAhead;
        HintLength = KeepsGradient ? N : o.Hint == RateHint.None ? 0 : Rates;
        CopiesGradient = rule.ChangesGradient;
        LooksAhead = o.Hint == RateHint.LookAhead;
        RuleState = rule.StateLength(layout);
        RuleScratch = rule.ScratchLength(layout);
        IsGuarded = o.Memory > 0;
        StateLength = checked(Rates + NormLength + SumLength + N + HintLength + (IsGuarded ? (2 * Rates) + N : 0) + RuleState);
        int copies = CopiesGradient ? 1 : 0;
        ScratchLength = checked(LooksAhead || !rule.IsDifferentiable ? ((1 + copies + (LooksAhead ? 2 : 0)) * N) + (LooksAhead ? 1 + RuleState : 0) + RuleScratch : ((3 + copies) * N) + RuleState + 1 + RuleScratch);
    }

    public int N { get; }

    public ImmutableArray<RateGroup> Groups { get; }

    public int Rates { get; }

    public int MetaLength { get; }

    public int NormLength { get; }

    public int SumLength { get; }

    public int HintLength { get; }

    /// <summary>True if the hint is a guessed gradient, not a guessed hypergradient.</summary>
    public bool KeepsGradient { get; }

    /// <summary>True if rates follow slopes of many steps, within a budget of what the last steps alone have cost.</summary>
    public bool IsGuarded { get; }

    public bool CopiesGradient { get; }

    public bool LooksAhead { get; }

    public int RuleState { get; }

    public int RuleScratch { get; }

    public int StateLength { get; }

    public int ScratchLength { get; }

    /// <summary>The parameters of one rate.</summary>
    public RateGroup Group(int rate) => Groups.IsEmpty ? new RateGroup(rate, 1) : Groups[rate];

    /// <summary>The parts of a state.</summary>
    public OnlineRateState<T> Parts(Span<T> state)
    {
        int v = Rates, z = v + NormLength, d = z + SumLength, hint = d + N, cost = hint + HintLength, rates = IsGuarded ? Rates : 0, last = cost + (2 * rates), rule = last + (IsGuarded ? N : 0);
        return new OnlineRateState<T>(state[..v], state[v..z], state[z..d], state[d..hint], state[hint..cost], rule)
        {
            Cost = state.Slice(cost, rates),
            Size = state.Slice(cost + rates, rates),
            Last = state[last..rule],
        };
    }

    /// <summary>Scratch: theta before the step, the gradient if the rule may change it, the point ahead and the gradient there, scale and the rule's state before, the rule's.</summary>
    public OnlineRateScratch<T> Scratch(Span<T> scratch, Span<T> gradient)
    {
        int at = N;
        Span<T> old = scratch[..N];
        if (CopiesGradient)
        {
            gradient.CopyTo(scratch.Slice(at, N));
            gradient = scratch.Slice(at, N);
            at += N;
        }

        Span<T> point = default, ahead = default, before = default;
        if (LooksAhead)
        {
            point = scratch.Slice(at, N);
            ahead = scratch.Slice(at + N, N);
            before = scratch.Slice(at + (2 * N), 1 + RuleState);
            at += (2 * N) + 1 + RuleState;
        }

        return new OnlineRateScratch<T>(old, gradient, point, ahead, before, scratch.Slice(at, RuleScratch));
    }
}
