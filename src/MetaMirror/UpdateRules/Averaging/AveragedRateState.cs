using System.Numerics;

namespace MetaMirror.UpdateRules.Averaging;

/// <summary>The parts of an <see cref="AveragedRate{T}"/>'s state.</summary>
internal readonly ref struct AveragedRateState<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>ln(scale / w_1), one number.</summary>
    public Span<T> LogScale { get; init; }

    /// <summary>Average of squared lengths of moves, one number.</summary>
    public Span<T> MoveSquare { get; init; }

    public Span<T> Z { get; init; }

    /// <summary>xbar.</summary>
    public Span<T> Mean { get; init; }

    /// <summary>e_z.</summary>
    public Span<T> TraceZ { get; init; }

    /// <summary>e_x.</summary>
    public Span<T> TraceMean { get; init; }

    /// <summary>Shares; empty for one scale alone, as are their averages.</summary>
    public Span<T> Share { get; init; }

    /// <summary>m, average of g o e.</summary>
    public Span<T> Slope { get; init; }

    /// <summary>v, average of its square.</summary>
    public Span<T> Square { get; init; }

    /// <summary>z = xbar = theta_1, nothing of a path; a fresh state has shares 1.</summary>
    public void Start(ReadOnlySpan<T> theta, bool isFresh)
    {
        theta.CopyTo(Z);
        theta.CopyTo(Mean);
        TraceZ.Clear();
        TraceMean.Clear();
        Slope.Clear();
        Square.Clear();
        MoveSquare.Clear();
        if (isFresh)
            Share.Fill(T.One);
    }
}

/// <summary>The parts of its work space.</summary>
internal readonly ref struct AveragedRateScratch<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Theta before the step; then d.</summary>
    public Span<T> Old { get; init; }

    /// <summary>The gradient as it came.</summary>
    public Span<T> Gradient { get; init; }

    /// <summary>A chunk of e.</summary>
    public Span<T> Trace { get; init; }

    /// <summary>A chunk.</summary>
    public Span<T> Work { get; init; }

    /// <summary>The rule's.</summary>
    public Span<T> Rule { get; init; }
}
