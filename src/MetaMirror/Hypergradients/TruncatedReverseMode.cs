using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.MetaObjectives;

namespace MetaMirror.Hypergradients;

/// <summary>Reverse mode through the last K steps only; the state K steps before the end counts as a constant.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="steps">K, at least 1.</param>
/// <param name="options">Memory, with K for T. The result does not depend on it.</param>
public sealed class TruncatedReverseMode<T>(int steps, ReverseOptions? options = null) : Hypergradient<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReverseSweep<T> _sweep = new(ReverseOptions.Checked(options));

    /// <summary>K.</summary>
    public int Steps { get; } = steps >= 1 ? steps : throw new ArgumentOutOfRangeException(nameof(steps), steps, "Truncation needs at least one step.");

    /// <inheritdoc/>
    public override string Name => $"truncated-reverse-{Steps}";

    /// <inheritdoc/>
    public override Hypergradient<T> ForThread() => new TruncatedReverseMode<T>(Steps, options);

    private protected override HypergradientReport ComputeCore(
        InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        Span<T> indirect, Span<T> direct, DescentObserver<T>? observer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(problem);
        int back = Math.Min(Steps, problem.Descent.Unroll.Steps);
        return _sweep.Compute(Name, problem, metaObjective, meta, run, back, indirect, direct, observer, cancellationToken);
    }
}
