using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;

namespace MetaMirror.Hypergradients;

/// <summary>
/// The explicit part of dE/dmu alone, trajectories held fixed: the run itself, no way back, no Hessian-vector products of the path. Total and
/// direct are the same.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class DirectMode<T> : Hypergradient<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _aLoss = new T[1];
    private T[] _aTheta = [];
    private T[] _aOther = [];

    /// <inheritdoc/>
    public override string Name => "direct";

    private protected override bool DifferentiatesRule => false;

    /// <inheritdoc/>
    public override Hypergradient<T> ForThread() => new DirectMode<T>();

    private protected override HypergradientReport ComputeCore(
        InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        Span<T> indirect, Span<T> direct, DescentObserver<T>? observer, CancellationToken cancellationToken)
    {
        Descent<T> descent = problem.Descent;
        int n = descent.Layout.Length;
        Grow(ref _aTheta, n);
        Grow(ref _aOther, n);
        Span<T> aTheta = _aTheta.AsSpan(0, n), aOther = _aOther.AsSpan(0, n);
        aTheta.Clear();
        aOther.Clear();
        _aLoss[0] = T.Zero;
        problem.Start(meta, run);
        double value = 0;
        while (descent.Position < descent.Unroll.Steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!descent.Evaluate())
                return Report(double.NaN, descent.Divergence());
            observer?.Visit(descent.Point(), descent.State);
            if (metaObjective.HasPathTerm)
            {
                value += metaObjective.PathTerm(descent.Point(), meta);
                metaObjective.AddPathGradient(descent.Point(), meta, new PathCotangent<T> { Theta = aTheta, Gradient = aOther, Loss = _aLoss, Meta = direct });
            }

            descent.Advance();
        }

        if (!Vectors.AllFinite(descent.Theta))
            return Report(double.NaN, descent.Divergence());
        observer?.Finish(descent.Initial, descent.Theta);
        RunEnds<T> ends = EndsOf(problem, metaObjective);
        value += metaObjective.FinalTerm(ends, meta);
        metaObjective.AddFinalGradient(ends, meta, aOther, aTheta, direct);
        return Report(value, new DescentResult(descent.Position, Diverged: false, Tensor: null));
    }

    private unsafe HypergradientReport Report(double value, DescentResult inner) =>
        new(Name, value, inner, 0, 0, sizeof(T) * ((long)_aTheta.Length + _aOther.Length));
}
