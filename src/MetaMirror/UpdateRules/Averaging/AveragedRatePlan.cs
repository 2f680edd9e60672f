using System.Numerics;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Averaging;

/// <summary>Where things are in state and scratch for one layout.</summary>
internal sealed class AveragedRatePlan<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // ln scale and the moves' mean square; z, xbar, e_z, e_x; the share with its two averages.
    private const int Numbers = 2, Vectors = 4, ShareVectors = 3;
    private readonly int _shares;
    private readonly bool _copiesGradient;
    private readonly int _ruleScratch;

    public AveragedRatePlan(AveragedRateOptions options, UpdateRule<T> rule, ParameterLayout layout)
    {
        N = layout.Length;
        _shares = options.Granularity == RateGranularity.Element ? N : 0;
        _copiesGradient = rule.ChangesGradient;
        _ruleScratch = rule.ScratchLength(layout);
        MetaLength = rule.MetaSpecs(layout).Sum(s => s.Length);
        RuleState = rule.StateLength(layout);
        RuleStart = checked(Numbers + (Vectors * N) + (ShareVectors * _shares));
        StateLength = checked(RuleStart + RuleState);
        ScratchLength = checked(((_copiesGradient ? 2 : 1) * N) + (2 * AveragedStep<T>.Chunk) + _ruleScratch);
    }

    public int N { get; }

    public int MetaLength { get; }

    public int RuleState { get; }

    public int RuleStart { get; }

    public int StateLength { get; }

    public int ScratchLength { get; }

    /// <summary>Where xbar begins.</summary>
    public int MeanStart => Numbers + N;

    /// <summary>State: ln(scale / w_1), mean square of moves, z, xbar, e_z, e_x, share, its two averages, then the rule's.</summary>
    public AveragedRateState<T> Parts(Span<T> state)
    {
        Span<T> vectors = state[Numbers..], shares = vectors[(Vectors * N)..];
        return new AveragedRateState<T>
        {
            LogScale = state[..1],
            MoveSquare = state.Slice(1, 1),
            Z = vectors[..N],
            Mean = vectors.Slice(N, N),
            TraceZ = vectors.Slice(2 * N, N),
            TraceMean = vectors.Slice(3 * N, N),
            Share = shares[.._shares],
            Slope = shares.Slice(_shares, _shares),
            Square = shares.Slice(2 * _shares, _shares),
        };
    }

    /// <summary>Scratch: theta before the step, the gradient if the rule may change it, two chunks, the rule's.</summary>
    public AveragedRateScratch<T> Scratch(Span<T> scratch, Span<T> gradient)
    {
        int at = N;
        if (_copiesGradient)
        {
            gradient.CopyTo(scratch.Slice(at, N));
            gradient = scratch.Slice(at, N);
            at += N;
        }

        return new AveragedRateScratch<T>
        {
            Old = scratch[..N],
            Gradient = gradient,
            Trace = scratch.Slice(at, AveragedStep<T>.Chunk),
            Work = scratch.Slice(at + AveragedStep<T>.Chunk, AveragedStep<T>.Chunk),
            Rule = scratch.Slice(at + (2 * AveragedStep<T>.Chunk), _ruleScratch),
        };
    }
}
