using MetaMirror.Objectives;

namespace MetaMirror.Descents;

/// <summary>
/// Steps of the current run taken again, on buffers of the caller. The objective's state is left out: no training loss looks at it.
/// Theta and state of the descent itself stay as they are; <see cref="Restore"/> ends the excursion.
/// </summary>
public sealed partial class Descent<T>
{
    /// <summary>Gradients finished from kept evaluations since this object was made: no forward pass, the parameters' part of the backward pass.</summary>
    public long RecalledGradientCount { get; private set; }

    /// <summary>Makes <see cref="Batch"/> and the rule's probe those of a position.</summary>
    internal void MoveTo(int position) => Position = position;

    /// <summary>Loss and gradient on the batch of a position.</summary>
    internal double EvaluateAt(int position, ReadOnlySpan<T> theta, Span<T> gradient)
    {
        Position = position;
        GradientCount++;
        return Objective.Evaluate(theta, Meta.Of(MetaPlace.Objective), Batch, gradient);
    }

    /// <summary>The same gradient from what <see cref="Objective{T}.KeepEvaluation"/> kept of it.</summary>
    internal double RecallAt(int position, ReadOnlySpan<T> theta, ReadOnlySpan<T> kept, Span<T> gradient)
    {
        Position = position;
        RecalledGradientCount++;
        Objective.RecallEvaluation(theta, Batch, kept);
        return Objective.Evaluate(theta, Meta.Of(MetaPlace.Objective), Batch, gradient);
    }

    /// <summary>Applies the rule at a position. The gradient keeps its bits.</summary>
    internal void StepAt(int position, double loss, Span<T> theta, Span<T> gradient, Span<T> state)
    {
        Position = position;
        Step(loss, theta, gradient, state);
    }
}
