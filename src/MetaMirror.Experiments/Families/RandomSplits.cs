using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Families;

/// <summary>
/// Subsets with as many examples of each class, and validation splits, drawn by random streams: (seed, 0, 1, Data, task) for the subset,
/// (seed, 0, 2, Data, task) for the split. The examples keep their order.
/// </summary>
public static class RandomSplits
{
    private const uint Subset = 1, Validation = 2;

    /// <summary>A subset with as many examples of each class: total / classes, or as many as the rarest class has.</summary>
    /// <param name="examples">Examples with classes.</param>
    /// <param name="total">Examples wanted of all classes together; at least one of each class is taken.</param>
    /// <param name="seed">Master seed.</param>
    /// <param name="task">Number of the task.</param>
    /// <exception cref="DataFormatException">A class is absent; the message names it.</exception>
    public static Dataset<T> Balanced<T>(Dataset<T> examples, int total, ulong seed, uint task)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentOutOfRangeException.ThrowIfLessThan(total, 1);
        int[][] classes = ByClass(examples, $"data set '{examples.Name}'", 1);
        int each = Math.Min(Math.Max(1, total / classes.Length), classes.Min(c => c.Length));
        var stream = new RandomStream(new StreamKey(seed, 0, Subset, StreamPurpose.Data, task));
        var chosen = new List<int>();
        foreach (int[] members in classes)
        {
            stream.Shuffle(members);
            chosen.AddRange(members.AsSpan(0, each));
        }

        chosen.Sort();
        return examples.Select([.. chosen]);
    }

    /// <summary>Parts training examples into some to train on and some to validate on, each class in the same proportion.</summary>
    /// <param name="examples">Examples with classes.</param>
    /// <param name="fraction">Share to validate on, above 0 and below 1; of each class at least one example, and not all.</param>
    /// <param name="seed">Master seed.</param>
    /// <param name="task">Number of the task.</param>
    /// <exception cref="DataFormatException">A class has too few examples for both; the message names it.</exception>
    public static (Dataset<T> Train, Dataset<T> Validation) Split<T>(Dataset<T> examples, double fraction, ulong seed, uint task)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (!(fraction > 0 && fraction < 1))
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "Expected a share above 0 and below 1.");
        int[][] classes = ByClass(examples, $"data set '{examples.Name}', to be parted into training and validation examples", 2);
        var stream = new RandomStream(new StreamKey(seed, 0, Validation, StreamPurpose.Data, task));
        List<int> train = [], validation = [];
        foreach (int[] members in classes)
        {
            stream.Shuffle(members);
            int held = Math.Clamp((int)Math.Round(fraction * members.Length, MidpointRounding.ToEven), 1, members.Length - 1);
            validation.AddRange(members.AsSpan(0, held));
            train.AddRange(members.AsSpan(held));
        }

        train.Sort();
        validation.Sort();
        return (examples.Select([.. train]), examples.Select([.. validation]));
    }

    /// <summary>A task whose training examples are parted into some to train on and some to validate on.</summary>
    /// <param name="data">A task with classes and without validation examples.</param>
    /// <param name="fraction">Share to validate on, above 0 and below 1.</param>
    /// <param name="seed">Master seed.</param>
    /// <param name="task">Number of the task.</param>
    /// <exception cref="DataFormatException">A class has too few examples for both; the message names it.</exception>
    public static TaskData<T> WithValidation<T>(TaskData<T> data, double fraction, ulong seed, uint task)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(data);
        var parts = new Lazy<(Dataset<T> Train, Dataset<T> Validation)>(() => Split(data.Train.Examples, fraction, seed, task));
        return new TaskData<T>(
            data.Name,
            DataSplit<T>.Lazily(data.Train.Name, () => parts.Value.Train),
            DataSplit<T>.Lazily($"validation of {data.Name}", () => parts.Value.Validation),
            data.Test);
    }

    /// <summary>The examples, if every class is among them.</summary>
    /// <param name="examples">Examples with classes.</param>
    /// <param name="split">Name of the split, for the message.</param>
    /// <exception cref="DataFormatException">A class is absent; the message names it.</exception>
    internal static Dataset<T> Complete<T>(Dataset<T> examples, string split)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ByClass(examples, split, 1);
        return examples;
    }

    private static int[][] ByClass<T>(Dataset<T> examples, string what, int least)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!examples.IsClassification)
            throw new ArgumentException($"{what}: expected examples with classes, found real targets", nameof(examples));
        var classes = new List<int>[examples.Classes];
        for (int k = 0; k < classes.Length; k++)
            classes[k] = [];
        for (int i = 0; i < examples.Count; i++)
            classes[examples.Labels[i]].Add(i);
        int few = Array.FindIndex(classes, c => c.Count < least);
        return few < 0
            ? [.. classes.Select(c => c.ToArray())]
            : throw new DataFormatException(
                what, $"{(least == 1 ? "an example" : $"{least} examples")} of each of {classes.Length} classes", $"{(classes[few].Count == 0 ? "none" : $"{classes[few].Count}")} of class {few} among {examples.Count}");
    }
}
