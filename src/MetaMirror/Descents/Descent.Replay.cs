using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Descents;

/// <summary>
/// Steps of the current run on buffers of the caller, who names the points (<see cref="Objective{T}.NamePoint"/>). The objective's state is left out: no training loss
/// looks at it. Theta and memory of the descent itself stay as they are, but its position moves along.
/// </summary>
public sealed partial class Descent<T>
{
    /// <summary>Gradients finished from kept evaluations since this object was made: no forward pass, the parameters' part of the backward pass.</summary>
    public long RecalledGradientCount { get; private set; }

    /// <summary>Makes <see cref="Batch"/> and the rule's probe those of a position.</summary>
    internal void MoveTo(int position) => Position = position;

    /// <summary>Loss and gradient on the batch of a position.</summary>
    internal double EvaluateAt(int position, long point, ReadOnlySpan<T> theta, Span<T> gradient)
    {
        GradientCount++;
        return FinishAt(position, point, theta, gradient);
    }

    /// <summary>The same gradient from what <see cref="Objective{T}.KeepEvaluation"/> kept of it.</summary>
    internal double RecallAt(int position, long point, ReadOnlySpan<T> theta, ReadOnlySpan<T> kept, Span<T> gradient)
    {
        RecallAt(position, point, theta, kept);
        RecalledGradientCount++;
        return FinishAt(position, point, theta, gradient);
    }

    /// <summary>Gives the objective back what was kept, for a product to follow.</summary>
    internal void RecallAt(int position, long point, ReadOnlySpan<T> theta, ReadOnlySpan<T> kept)
    {
        Objective.Point = point;
        try
        {
            Objective.RecallEvaluation(theta, BatchAt(position), kept);
        }
        finally
        {
            Objective.Point = 0;
        }
    }

    /// <summary>Applies the rule at a position. The gradient keeps its bits.</summary>
    internal void StepAt(int position, double loss, Span<T> theta, Span<T> gradient, Span<T> state)
    {
        Position = position;
        if (!_keepsGradient)
            gradient.CopyTo(_work);
        _scale[0] = T.One;
        Rule.Step(ContextAt(position, loss), new Iterate<T>(theta, _keepsGradient ? gradient : _work, _scale, state));
    }

    /// <summary>sum += H v on the batch of a position.</summary>
    internal void AddHessianVectorProductAt(int position, long point, ReadOnlySpan<T> theta, ReadOnlySpan<T> tangent, Span<T> sum, Span<T> work)
    {
        HessianVectorCount++;
        Objective.Point = point;
        try
        {
            Objective.AddHessianVectorProduct(theta, Meta.Of(MetaPlace.Objective), BatchAt(position), tangent, sum, work);
        }
        finally
        {
            Objective.Point = 0;
        }
    }

    private double FinishAt(int position, long point, ReadOnlySpan<T> theta, Span<T> gradient)
    {
        Position = position;
        Objective.Point = point;
        try
        {
            return Objective.Evaluate(theta, Meta.Of(MetaPlace.Objective), BatchAt(position), gradient);
        }
        finally
        {
            Objective.Point = 0;
        }
    }
}
