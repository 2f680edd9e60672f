using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.MetaObjectives;

namespace MetaMirror.Hypergradients;

/// <summary>
/// Reverse mode through all T steps with O(sqrt T) memory: one Hessian-vector product a step, and one replayed gradient for each step that the budget
/// could not store (MetaMD v1 Appendix C; PAPERS 1.3).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="options">Memory. The result does not depend on it.</param>
public sealed class ReverseMode<T>(ReverseOptions? options = null) : Hypergradient<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReverseSweep<T> _sweep = new(ReverseOptions.Checked(options));

    /// <inheritdoc/>
    public override string Name => "reverse";

    /// <inheritdoc/>
    public override Hypergradient<T> ForThread() => new ReverseMode<T>(options);

    private protected override HypergradientReport ComputeCore(
        InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        Span<T> indirect, Span<T> direct, DescentObserver<T>? observer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return _sweep.Compute(Name, problem, metaObjective, meta, run, problem.Descent.Unroll.Steps, indirect, direct, observer, cancellationToken);
    }
}
