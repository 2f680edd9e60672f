using System.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Runs;

/// <summary>Mean training loss at theta over the examples that a comparison measures on.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="theta">Shape [n].</param>
/// <param name="state">The objective state there; empty for most.</param>
public delegate double LossMeasure<T>(ReadOnlySpan<T> theta, ReadOnlySpan<T> state = default)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>A task, its number in its family (which names its random streams), and the examples on which its training loss is measured.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MeasuredTask<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Func<LossMeasure<T>>? _createMeasure;
    private readonly Lock _testing = new();

    /// <summary>Puts a task and its measurement together.</summary>
    /// <param name="task">The task.</param>
    /// <param name="number">Its number in the family, below 2^24.</param>
    /// <param name="createMeasure">Makes what measures the training loss, one per thread; null: the training objective on the whole training set.</param>
    public MeasuredTask(LearningTask<T> task, int number, Func<LossMeasure<T>>? createMeasure = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        Task = task;
        Number = number;
        _createMeasure = createMeasure;
    }

    /// <summary>The task.</summary>
    public LearningTask<T> Task { get; }

    /// <summary>Its number in the family.</summary>
    public int Number { get; }

    /// <summary>What measures the training loss, for one thread; null where it is the training objective's value on the whole training set.</summary>
    public LossMeasure<T>? CreateMeasure() => _createMeasure?.Invoke();

    /// <summary>Measures theta on test data; one thread at a time, as a task may keep buffers for it.</summary>
    public TestMeasure? Test(ReadOnlySpan<T> theta, ReadOnlySpan<T> state)
    {
        lock (_testing)
            return Task.Test(theta, state);
    }
}
