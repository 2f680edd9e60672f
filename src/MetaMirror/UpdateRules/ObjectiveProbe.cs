using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Lets a rule look at the objective at points of its own, on this step's batch or on that of an earlier step of the run; every look is counted.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class ObjectiveProbe<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What the objective is, for messages.</summary>
    public abstract string ObjectiveName { get; }

    /// <summary>Whether the objective's outputs at two points can be compared: <see cref="MatchOutputs"/>.</summary>
    public abstract bool MatchesOutputs { get; }

    /// <summary>Loss and gradient at <paramref name="point"/> on the current batch.</summary>
    public abstract double Evaluate(ReadOnlySpan<T> point, Span<T> gradient);

    /// <summary>Loss and gradient at <paramref name="point"/> on the batch of an earlier step.</summary>
    /// <param name="stepsBack">How many steps ago; 0 for the current one.</param>
    /// <param name="point">Shape [n].</param>
    /// <param name="gradient">Shape [n], overwritten.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run had not begun then.</exception>
    public abstract double Evaluate(int stepsBack, ReadOnlySpan<T> point, Span<T> gradient);

    /// <summary>Hessian at <paramref name="point"/> times <paramref name="v"/> on the current batch.</summary>
    public abstract void HessianVector(ReadOnlySpan<T> point, ReadOnlySpan<T> v, Span<T> product);

    /// <summary>Hessian at <paramref name="point"/> times <paramref name="v"/> on the batch of an earlier step.</summary>
    /// <param name="stepsBack">How many steps ago; 0 for the current one.</param>
    /// <param name="point">Shape [n].</param>
    /// <param name="v">Shape [n].</param>
    /// <param name="product">Shape [n], overwritten.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run had not begun then.</exception>
    public abstract void HessianVector(int stepsBack, ReadOnlySpan<T> point, ReadOnlySpan<T> v, Span<T> product);

    /// <summary>KL(p(target) || p(point)) of the objective's outputs on the batch of an earlier step, and its gradient in the point. Counts as one gradient.</summary>
    /// <param name="stepsBack">How many steps ago; 0 for the current one.</param>
    /// <param name="point">Shape [n].</param>
    /// <param name="target">Shape [n], held fixed.</param>
    /// <param name="gradient">Shape [n], overwritten.</param>
    /// <param name="share">In (0, 1]: on so much of the batch. Default: 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run had not begun then, or the share is not in (0, 1].</exception>
    /// <exception cref="ArgumentException">The objective has no outputs to match.</exception>
    public abstract double MatchOutputs(int stepsBack, ReadOnlySpan<T> point, ReadOnlySpan<T> target, Span<T> gradient, double share = 1);

    /// <summary>The same at the point and on the batch of this step's gradient, whose forward pass need not be taken again. The caller promises that theta was not moved since.</summary>
    internal virtual double MatchOutputsHere(ReadOnlySpan<T> theta, ReadOnlySpan<T> target, Span<T> gradient, double share) => MatchOutputs(0, theta, target, gradient, share);
}
