using System.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>How w_{t+1} comes from what was seen (PAPERS 3.2). An instance belongs to one run.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class ConvexMetaLearner<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>W.</summary>
    public abstract MetaDomain<T> Domain { get; }

    /// <summary>c, the w that is best before anything is seen, shape [m]; known after <see cref="Begin"/>.</summary>
    public abstract ReadOnlySpan<T> Center { get; }

    /// <summary>beta_t of the Euclidean regularizer that w_t was made with, of t; null for learners that the bounds of PAPERS 3.3 do not cover.</summary>
    public abstract double? RegularizedBy(int step);

    /// <summary>Takes up work: makes w_1.</summary>
    /// <param name="weight">alpha_1.</param>
    /// <param name="hint">g~_1, shape [m]: zero as a rule.</param>
    /// <param name="w">Shape [m], overwritten.</param>
    public abstract void Begin(double weight, ReadOnlySpan<T> hint, Span<T> w);

    /// <summary>w_t becomes w_{t+1}.</summary>
    /// <param name="step">What was seen.</param>
    /// <param name="w">Shape [m].</param>
    public abstract void Advance(in ConvexStep<T> step, Span<T> w);
}

/// <summary>What a meta-learner sees of step t.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct ConvexStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>t, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>alpha_t.</summary>
    public required double Weight { get; init; }

    /// <summary>alpha_{t+1}.</summary>
    public required double NextWeight { get; init; }

    /// <summary>g_t = D_t^T grad f(xbar_t), shape [m].</summary>
    public required ReadOnlySpan<T> MetaGradient { get; init; }

    /// <summary>g~_{t+1}, shape [m].</summary>
    public required ReadOnlySpan<T> NextHint { get; init; }

    /// <summary>x_t, shape [n].</summary>
    public required ReadOnlySpan<T> Point { get; init; }

    /// <summary>grad f(xbar_t), shape [n].</summary>
    public required ReadOnlySpan<T> Gradient { get; init; }

    /// <summary>y~_t, shape [n]; zero without a guess.</summary>
    public required ReadOnlySpan<T> Guess { get; init; }

    /// <summary>y~_{t+1}, shape [n].</summary>
    public required ReadOnlySpan<T> NextGuess { get; init; }

    /// <summary>varphi.</summary>
    public required UpdateFamily<T> Family { get; init; }

    /// <summary>Features of xbar_{t-1}: they give D_t.</summary>
    public required ReadOnlySpan<T> Features { get; init; }
}
