using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.MetaObjectives;

namespace MetaMirror.Hypergradients;

/// <summary>
/// Reverse mode through all T steps with checkpoints every ceil(sqrt T) steps: one Hessian-vector product and one replayed gradient a step,
/// O(sqrt T) stored states (MetaMD v1 Appendix C; PAPERS 1.3).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="segmentLength">Steps between checkpoints; 0 (default) means ceil(sqrt T). The result does not depend on it.</param>
public sealed class ReverseMode<T>(int segmentLength = 0) : Hypergradient<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReverseSweep<T> _sweep = new();

    /// <inheritdoc/>
    public override string Name => "reverse";

    /// <inheritdoc/>
    public override Hypergradient<T> ForThread() => new ReverseMode<T>(segmentLength);

    private protected override HypergradientReport ComputeCore(
        InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        Span<T> indirect, Span<T> direct, DescentObserver<T>? observer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(problem);
        int steps = problem.Descent.Unroll.Steps;
        int length = segmentLength > 0 ? Math.Min(segmentLength, steps) : (int)Math.Ceiling(Math.Sqrt(steps));
        return _sweep.Compute(Name, problem, metaObjective, meta, run, steps, length, indirect, direct, observer, cancellationToken);
    }
}
