using System.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Runs;

/// <summary>A task, its number in its family (which names its random streams), and the examples on which its training loss is measured.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MeasuredTask<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Func<Objective<T>>? _createEvaluation;
    private readonly Lock _testing = new();

    /// <summary>Puts a task and its measurement together.</summary>
    /// <param name="task">The task.</param>
    /// <param name="number">Its number in the family, below 2^24.</param>
    /// <param name="createEvaluation">Makes the objective whose whole set the training loss is measured on, one per thread; null: the task's whole training set.</param>
    public MeasuredTask(LearningTask<T> task, int number, Func<Objective<T>>? createEvaluation = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        Task = task;
        Number = number;
        _createEvaluation = createEvaluation;
    }

    /// <summary>The task.</summary>
    public LearningTask<T> Task { get; }

    /// <summary>Its number in the family.</summary>
    public int Number { get; }

    /// <summary>Whether the training loss is measured on the whole training set.</summary>
    public bool MeasuresWholeSet => _createEvaluation is null;

    /// <summary>An objective for measuring, or null where the training objective itself serves.</summary>
    public Objective<T>? CreateEvaluation() => _createEvaluation?.Invoke();

    /// <summary>Measures theta on test data; one thread at a time, as a task may keep buffers for it.</summary>
    public TestMeasure? Test(ReadOnlySpan<T> theta)
    {
        lock (_testing)
            return Task.Test(theta);
    }
}
