using System.Numerics;

namespace MetaMirror.Datasets;

/// <summary>The data of one learning task: training examples, and perhaps validation and test examples, each read when first asked for.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TaskData<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Puts a task's splits together.</summary>
    /// <param name="name">The task's name.</param>
    /// <param name="train">Training examples.</param>
    /// <param name="validation">Validation examples, if any.</param>
    /// <param name="test">Test examples, if any.</param>
    public TaskData(string name, DataSplit<T> train, DataSplit<T>? validation = null, DataSplit<T>? test = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(train);
        Name = name;
        Train = train;
        Validation = validation;
        Test = test;
    }

    /// <summary>The task's name.</summary>
    public string Name { get; }

    /// <summary>Training examples.</summary>
    public DataSplit<T> Train { get; }

    /// <summary>Validation examples, if any.</summary>
    public DataSplit<T>? Validation { get; }

    /// <summary>Test examples, if any.</summary>
    public DataSplit<T>? Test { get; }

    /// <summary>The same task with its validation and test splits forbidden: what a learner gets.</summary>
    public TaskData<T> TrainingOnly() => new(
        Name,
        Train,
        Validation is null ? null : DataSplit<T>.Forbidden(Validation.Name),
        Test is null ? null : DataSplit<T>.Forbidden(Test.Name));

    /// <summary>The task with a function applied to its training examples alone when they are read (label noise).</summary>
    /// <param name="transform">Examples in, examples out.</param>
    public TaskData<T> MapTrain(Func<Dataset<T>, Dataset<T>> transform)
    {
        ArgumentNullException.ThrowIfNull(transform);
        return new TaskData<T>(Name, DataSplit<T>.Lazily(Train.Name, () => transform(Train.Examples)), Validation, Test);
    }

    /// <summary>The task with a function applied to each split when it is read (a rotation, a resize).</summary>
    /// <param name="name">The new task's name; the splits take it too.</param>
    /// <param name="transform">Examples in, examples out; draws nothing from other splits.</param>
    public TaskData<T> Map(string name, Func<Dataset<T>, Dataset<T>> transform)
    {
        ArgumentNullException.ThrowIfNull(transform);
        DataSplit<T> Mapped(DataSplit<T> split, string part)
            => DataSplit<T>.Lazily($"{part} of {name}", () => transform(split.Examples).Named(name));
        return new TaskData<T>(
            name,
            Mapped(Train, "train"),
            Validation is null ? null : Mapped(Validation, "validation"),
            Test is null ? null : Mapped(Test, "test"));
    }
}
