using System.Numerics;

namespace MetaMirror.UpdateRules.Tracking;

/// <summary>The work space of a tracked basis: the largest tensor's need of each kind.</summary>
/// <param name="Factors">Factors after a step, for derivatives.</param>
/// <param name="Moments">Rotated entries: three times.</param>
/// <param name="Block">One tensor in its own coordinates.</param>
/// <param name="Inner">For refreshes and rotations.</param>
internal sealed record TrackedScratch(int Factors, int Moments, int Block, int Inner)
{
    public int Length => Factors + (3 * Moments) + Block + Inner;

    public TrackedSpans<T> Of<T>(Span<T> scratch)
        where T : unmanaged, IFloatingPointIeee754<T> => new()
        {
            Factors = scratch[..Factors],
            Value = scratch.Slice(Factors, Moments),
            Moved = scratch.Slice(Factors + Moments, Moments),
            First = scratch.Slice(Factors + (2 * Moments), Moments),
            Whole = scratch.Slice(Factors + (3 * Moments), Block),
            Work = scratch.Slice(Factors + (3 * Moments) + Block, Inner),
        };
}

/// <summary>The parts of the work space.</summary>
internal readonly ref struct TrackedSpans<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public required Span<T> Factors { get; init; }

    public required Span<T> Value { get; init; }

    public required Span<T> Moved { get; init; }

    /// <summary>First moments in the bases of the step.</summary>
    public required Span<T> First { get; init; }

    public required Span<T> Whole { get; init; }

    public required Span<T> Work { get; init; }
}
