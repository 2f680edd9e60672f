using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Objectives;

namespace MetaMirror.Certificates;

/// <summary>
/// Shows an observer the whole training set's loss and gradient at every point of a run on mini-batches. The universal certificate holds for any points, so a
/// run on mini-batches gets a certificate of the full loss, at the cost of one full gradient a step.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="inner">Sees the full gradients.</param>
/// <param name="objective">An objective of its own for the same task.</param>
/// <param name="meta">Its meta-parameters are read from here.</param>
public sealed class FullGradientObserver<T>(DescentObserver<T> inner, Objective<T> objective, MetaParameters<T> meta) : DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _gradient = new T[objective.Layout.Length];

    /// <inheritdoc/>
    public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state)
    {
        double loss = objective.Evaluate(point.Theta, meta.Of(MetaPlace.Objective), BatchKey.Full, _gradient);
        inner.Visit(new PathPoint<T> { Step = point.Step, Steps = point.Steps, Theta = point.Theta, Gradient = _gradient, Loss = loss }, state);
    }

    /// <inheritdoc/>
    public override void Finish(ReadOnlySpan<T> initial, ReadOnlySpan<T> final) => inner.Finish(initial, final);
}
