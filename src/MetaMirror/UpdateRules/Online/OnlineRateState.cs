using System.Numerics;

namespace MetaMirror.UpdateRules.Online;

/// <summary>The parts of an <see cref="OnlineRate{T}"/>'s state.</summary>
internal readonly ref struct OnlineRateState<T>(Span<T> w, Span<T> v, Span<T> z, Span<T> d, Span<T> hint, int ruleStart)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rates used last.</summary>
    public Span<T> W { get; } = w;

    /// <summary>What normalizes; may be empty.</summary>
    public Span<T> V { get; } = v;

    /// <summary>Sum of hypergradients; may be empty.</summary>
    public Span<T> Z { get; } = z;

    /// <summary>Displacement of the base rule at the last step.</summary>
    public Span<T> D { get; } = d;

    /// <summary>Guessed gradient or hypergradients; may be empty.</summary>
    public Span<T> Hint { get; } = hint;

    /// <summary>What each rate has cost beside w_1, linearized; empty without a guard.</summary>
    public Span<T> Cost { get; init; }

    /// <summary>Sum of squares of slopes along the last step alone; empty without a guard.</summary>
    public Span<T> Size { get; init; }

    /// <summary>Displacement of the last step alone; empty without a guard.</summary>
    public Span<T> Last { get; init; }

    /// <summary>Where the base rule's state begins.</summary>
    public int RuleStart { get; } = ruleStart;
}

/// <summary>The parts of its work space.</summary>
internal readonly ref struct OnlineRateScratch<T>(Span<T> old, Span<T> gradient, Span<T> point, Span<T> ahead, Span<T> before, Span<T> rule)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Theta before the step.</summary>
    public Span<T> Old { get; } = old;

    /// <summary>The gradient as it came.</summary>
    public Span<T> Gradient { get; } = gradient;

    /// <summary>Where the present rate would lead.</summary>
    public Span<T> Point { get; } = point;

    /// <summary>The gradient there.</summary>
    public Span<T> Ahead { get; } = ahead;

    /// <summary>If it looks ahead: scale and the base rule's state before the step, for a step that is refused.</summary>
    public Span<T> Before { get; } = before;

    /// <summary>The base rule's.</summary>
    public Span<T> Rule { get; } = rule;
}
