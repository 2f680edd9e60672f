using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tasks;

/// <summary>What a trained model does on data that training never saw.</summary>
/// <param name="Loss">Mean loss.</param>
/// <param name="Accuracy">Share of right answers; null for regression.</param>
public readonly record struct TestMeasure(double Loss, double? Accuracy);

/// <summary>One training problem: its objective, its start, and its held-out data, which only measurement may open.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class LearningTask<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name, e.g. <c>rotation-45</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Names and shapes of the parameters.</summary>
    public abstract ParameterLayout Layout { get; }

    /// <summary>A training objective with buffers of its own; one per thread.</summary>
    public abstract Objective<T> CreateTrainingObjective();

    /// <summary>An objective on validation data, or null if the task has none.</summary>
    public virtual Objective<T>? CreateValidationObjective() => null;

    /// <summary>Writes the initial point; called once per run with a stream of its own.</summary>
    public abstract void Initialize(ref RandomStream stream, Span<T> theta);

    /// <summary>Measures theta on test data, or null if the task has none.</summary>
    /// <param name="theta">Shape [n].</param>
    /// <param name="state">The objective state that training left (BatchNorm's running statistics); empty for most.</param>
    public virtual TestMeasure? Test(ReadOnlySpan<T> theta, ReadOnlySpan<T> state = default) => null;
}
