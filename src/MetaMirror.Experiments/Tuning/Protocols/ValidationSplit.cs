using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Tuning.Protocols;

/// <summary>Parts a task's training data into data to train on and data to tune on; test data are out of reach.</summary>
public static class ValidationSplit
{
    /// <summary>Inner step of the stream that draws the split.</summary>
    private const uint Drawing = 2;

    /// <summary>
    /// The task with its validation data in place of its test data: its own, or a share of the training data, drawn by the stream
    /// (seed, 2, 0, Search, number). What is drawn is not trained on. Test data cannot be reached from the result.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="task">The task.</param>
    /// <param name="number">Its number in its family.</param>
    /// <param name="share">Share that is drawn, between 0 and 1.</param>
    /// <param name="seed">Master seed.</param>
    /// <exception cref="ArgumentException">The share is out of range, or there is only one training example.</exception>
    public static SupervisedTask<T> Of<T>(SupervisedTask<T> task, int number, double share, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(task);
        if (!(share > 0 && share < 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "The share of validation data must lie between 0 and 1.");
        if (task.Data.Validation is { } own)
            return new SupervisedTask<T>(new TaskData<T>(task.Name, task.Data.Train, test: own), task.Network, task.Options);
        Dataset<T> all = task.Data.Train.Examples;
        if (all.Count < 2)
            throw new ArgumentException($"Expected at least 2 training examples of '{task.Name}' to draw validation data from, found {all.Count}.", nameof(task));
        int[] order = [.. Enumerable.Range(0, all.Count)];
        var stream = new RandomStream(new StreamKey(seed, Drawing, 0, StreamPurpose.Search, (uint)number));
        stream.Shuffle(order);
        int drawn = Math.Clamp((int)Math.Round(share * all.Count), 1, all.Count - 1);
        Array.Sort(order, 0, drawn);
        Array.Sort(order, drawn, order.Length - drawn);
        var data = new TaskData<T>(
            task.Name,
            DataSplit<T>.Of($"training part of {task.Name}", all.Select(order.AsSpan(drawn))),
            test: DataSplit<T>.Of($"validation part of {task.Name}", all.Select(order.AsSpan(0, drawn))));
        return new SupervisedTask<T>(data, task.Network, task.Options);
    }
}
