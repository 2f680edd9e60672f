using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.MetaObjectives;

namespace MetaMirror.Hypergradients;

/// <summary>
/// Truncated backpropagation through time: reverse mode through every step, where derivatives flow back within windows of K steps alone, [1, K], [K + 1, 2K], ...: a window starts at parameters and rule
/// state that count as constants, and the loss after its last step is its own. Unlike <see cref="TruncatedReverseMode{T}"/> it sees the whole run.
/// </summary>
/// <remarks>With constant gradients, d grad_t / d mu counts as zero too (Andrychowicz et al. 2016, section 2, the dashed edges of Figure 2): no Hessian-vector products.</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="window">K, at least 1.</param>
/// <param name="constantGradients">Whether the gradients that the rule is given count as constants.</param>
/// <param name="options">Memory. The result does not depend on it.</param>
public sealed class WindowedReverseMode<T>(int window, bool constantGradients = false, ReverseOptions? options = null) : Hypergradient<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReverseSweep<T> _sweep = new(ReverseOptions.Checked(options), window, constantGradients);

    /// <summary>K.</summary>
    public int Window { get; } = window >= 1 ? window : throw new ArgumentOutOfRangeException(nameof(window), window, "A window needs at least one step.");

    /// <summary>Whether the gradients that the rule is given count as constants.</summary>
    public bool ConstantGradients { get; } = constantGradients;

    /// <inheritdoc/>
    public override string Name => $"windowed-reverse-{Window}{(ConstantGradients ? ", gradients constant" : "")}";

    /// <inheritdoc/>
    public override Hypergradient<T> ForThread() => new WindowedReverseMode<T>(Window, ConstantGradients, options);

    private protected override HypergradientReport ComputeCore(
        InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        Span<T> indirect, Span<T> direct, DescentObserver<T>? observer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return _sweep.Compute(Name, problem, metaObjective, meta, run, problem.Descent.Unroll.Steps, indirect, direct, observer, cancellationToken);
    }
}
