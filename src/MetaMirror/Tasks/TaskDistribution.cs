using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Tasks;

/// <summary>p(T): where meta-training draws its tasks from (MetaMD v1 section 4.1, Algorithm 1).</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class TaskDistribution<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Names and shapes shared by all tasks.</summary>
    public abstract ParameterLayout Layout { get; }

    /// <summary>Number of tasks of a finite family; null when tasks are drawn without end.</summary>
    public abstract int? Count { get; }

    /// <summary>Task number <paramref name="index"/>; the same number is always the same task.</summary>
    public abstract LearningTask<T> this[int index] { get; }

    /// <summary>The number that names the random streams of a task's runs: initial weights, mini-batches. Default: its index.</summary>
    public virtual int StreamOf(int index) => index;

    /// <summary>
    /// Task numbers of one outer step: all tasks in order when <paramref name="size"/> is at least <see cref="Count"/>, otherwise
    /// a draw without replacement from the stream; of an endless distribution, distinct fresh numbers below 2^24, in the order drawn.
    /// </summary>
    public int[] Sample(int size, ref RandomStream stream)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (Count is not { } count)
        {
            // Distinct, since a task's buffers serve one thread at a time.
            ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 1 << 24);
            int[] drawn = new int[size];
            var seen = new HashSet<int>(size);
            for (int i = 0; i < size; i++)
            {
                do
                    drawn[i] = (int)stream.NextBounded(1 << 24);
                while (!seen.Add(drawn[i]));
            }

            return drawn;
        }

        int[] order = [.. Enumerable.Range(0, count)];
        if (size >= count)
            return order;
        stream.Shuffle(order);
        Array.Resize(ref order, size);
        Array.Sort(order);
        return order;
    }
}

/// <summary>A finite family: the tasks of a plan.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TaskFamily<T> : TaskDistribution<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly LearningTask<T>[] _tasks;
    private readonly int[] _streams;

    /// <summary>Collects the tasks.</summary>
    /// <param name="tasks">All of one layout.</param>
    /// <param name="streams">Number of each task's random streams, each from 0: a part of a family that keeps the numbers of the whole repeats its runs. Null: 0, 1, 2, ...</param>
    /// <exception cref="ArgumentException">There are none, their layouts differ, or the streams are not one distinct number per task.</exception>
    public TaskFamily(IEnumerable<LearningTask<T>> tasks, IEnumerable<int>? streams = null)
    {
        _tasks = [.. tasks];
        _streams = [.. streams ?? Enumerable.Range(0, _tasks.Length)];
        if (_streams.Length != _tasks.Length || _streams.Distinct().Count() != _streams.Length || _streams.Any(s => s < 0))
            throw new ArgumentException($"Expected one distinct number from 0 for each of {_tasks.Length} tasks, found {string.Join(", ", _streams)}.", nameof(streams));
        if (_tasks.Length == 0)
            throw new ArgumentException("A task family needs at least one task.", nameof(tasks));
        LearningTask<T>? other = Array.Find(_tasks, t => !t.Layout.Matches(_tasks[0].Layout));
        if (other is not null)
            throw new ArgumentException($"Task '{other.Name}' has the parameters {other.Layout}, expected {_tasks[0].Layout} as in '{_tasks[0].Name}'.", nameof(tasks));
    }

    /// <inheritdoc/>
    public override ParameterLayout Layout => _tasks[0].Layout;

    /// <inheritdoc/>
    public override int? Count => _tasks.Length;

    /// <inheritdoc/>
    public override LearningTask<T> this[int index] => _tasks[index];

    /// <inheritdoc/>
    public override int StreamOf(int index) => _streams[index];
}
