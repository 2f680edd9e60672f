using System.Numerics;

namespace MetaMirror.Datasets;

/// <summary>Named examples: inputs, and one target each, either a class (labels) or real numbers. Immutable; a slice shares its parent's arrays.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Dataset<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReadOnlyMemory<T> inputs;
    private readonly ReadOnlyMemory<int> labels;
    private readonly ReadOnlyMemory<T> targets;

    private Dataset(string name, ReadOnlyMemory<T> inputs, int features, ReadOnlyMemory<int> labels, int classes, ReadOnlyMemory<T> targets, int outputs, ImageShape? image)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"expected element type float or double, found {typeof(T).Name}");
        }

        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        Name = name;
        Features = features;
        Classes = classes;
        Outputs = outputs;
        Image = image;
        Count = classes > 0 ? labels.Length : targets.Length / outputs;
        this.inputs = inputs;
        this.labels = labels;
        this.targets = targets;
    }

    /// <summary>The name, for reports.</summary>
    public string Name { get; }

    /// <summary>Number of examples.</summary>
    public int Count { get; }

    /// <summary>Numbers in one input.</summary>
    public int Features { get; }

    /// <summary>Number of classes; 0 for real targets.</summary>
    public int Classes { get; }

    /// <summary>Real targets of one example; 0 for classes.</summary>
    public int Outputs { get; }

    /// <summary>How an input forms an image, where it does.</summary>
    public ImageShape? Image { get; }

    /// <summary>Whether the targets are classes.</summary>
    public bool IsClassification => Classes > 0;

    /// <summary>Row-major, shape [Count x Features].</summary>
    public ReadOnlySpan<T> Inputs => inputs.Span;

    /// <summary>Classes in 0..Classes-1, shape [Count]; empty for real targets.</summary>
    public ReadOnlySpan<int> Labels => labels.Span;

    /// <summary>Row-major, shape [Count x Outputs]; empty for classes.</summary>
    public ReadOnlySpan<T> Targets => targets.Span;

    /// <summary>Examples with classes.</summary>
    /// <param name="name">Name.</param>
    /// <param name="inputs">Shape [count x features]; not copied.</param>
    /// <param name="features">Numbers in one input, at least 1.</param>
    /// <param name="labels">Shape [count], each in 0..classes-1; not copied.</param>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <param name="image">Image shape of one input, if it is one.</param>
    /// <exception cref="ArgumentException">Lengths disagree, a label is out of range, or an input is not finite.</exception>
    public static Dataset<T> Classification(string name, ReadOnlyMemory<T> inputs, int features, ReadOnlyMemory<int> labels, int classes, ImageShape? image = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return Checked(new Dataset<T>(name, inputs, features, labels, classes, default, 0, image));
    }

    /// <summary>Examples with real targets.</summary>
    /// <param name="name">Name.</param>
    /// <param name="inputs">Shape [count x features]; not copied.</param>
    /// <param name="features">Numbers in one input, at least 1.</param>
    /// <param name="targets">Shape [count x outputs]; not copied.</param>
    /// <param name="outputs">Targets of one example, at least 1.</param>
    /// <param name="image">Image shape of one input, if it is one.</param>
    /// <exception cref="ArgumentException">Lengths disagree, or a number is not finite.</exception>
    public static Dataset<T> Regression(string name, ReadOnlyMemory<T> inputs, int features, ReadOnlyMemory<T> targets, int outputs = 1, ImageShape? image = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        return Checked(new Dataset<T>(name, inputs, features, default, 0, targets, outputs, image));
    }

    /// <summary>The input of one example, shape [Features].</summary>
    /// <param name="index">0..Count-1.</param>
    public ReadOnlySpan<T> Input(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return inputs.Span.Slice(index * Features, Features);
    }

    /// <summary>Consecutive examples, sharing memory.</summary>
    /// <param name="start">First example.</param>
    /// <param name="count">Number of examples.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the data set.</exception>
    public Dataset<T> Slice(int start, int count)
    {
        if (start < 0 || count < 0 || start > Count - count)
        {
            throw new ArgumentOutOfRangeException(nameof(count), $"expected a range within {Count} examples of '{Name}', found {start} and {count} more");
        }

        return new Dataset<T>(
            Name,
            inputs.Slice(start * Features, count * Features),
            Features,
            IsClassification ? labels.Slice(start, count) : default,
            Classes,
            IsClassification ? default : targets.Slice(start * Outputs, count * Outputs),
            Outputs,
            Image);
    }

    /// <summary>The stated examples in the stated order, copied.</summary>
    /// <param name="indices">Each 0..Count-1; repeats are allowed.</param>
    public Dataset<T> Select(ReadOnlySpan<int> indices)
    {
        var x = new T[checked(indices.Length * Features)];
        var k = new int[IsClassification ? indices.Length : 0];
        var y = new T[checked(indices.Length * Outputs)];
        for (var i = 0; i < indices.Length; i++)
        {
            Input(indices[i]).CopyTo(x.AsSpan(i * Features));
            if (IsClassification)
            {
                k[i] = labels.Span[indices[i]];
            }
            else
            {
                targets.Span.Slice(indices[i] * Outputs, Outputs).CopyTo(y.AsSpan(i * Outputs));
            }
        }

        return new Dataset<T>(Name, x, Features, k, Classes, y, Outputs, Image);
    }

    /// <summary>The same examples under another name.</summary>
    /// <param name="name">New name.</param>
    public Dataset<T> Named(string name) => new(name, inputs, Features, labels, Classes, targets, Outputs, Image);

    /// <summary>The same targets with other inputs.</summary>
    /// <param name="values">Shape [Count x features]; not copied.</param>
    /// <param name="features">Numbers in one new input.</param>
    /// <param name="image">Image shape of one new input, if it is one.</param>
    /// <exception cref="ArgumentException">Lengths disagree, or a number is not finite.</exception>
    public Dataset<T> WithInputs(ReadOnlyMemory<T> values, int features, ImageShape? image)
    {
        return Checked(new Dataset<T>(Name, values, features, labels, Classes, targets, Outputs, image));
    }

    /// <summary>The same inputs with other classes.</summary>
    /// <param name="values">Shape [Count], each in 0..Classes-1; not copied.</param>
    /// <exception cref="ArgumentException">Lengths disagree, or a label is out of range.</exception>
    public Dataset<T> WithLabels(ReadOnlyMemory<int> values) => Checked(new Dataset<T>(Name, inputs, Features, values, Classes, targets, Outputs, Image));

    private static void Finite(ReadOnlySpan<T> values, string what, int columns, string parameter)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!T.IsFinite(values[i]))
            {
                throw new ArgumentException($"{what}: expected finite numbers, found {values[i]} at example {i / columns}, column {i % columns}", parameter);
            }
        }
    }

    private static Dataset<T> Checked(Dataset<T> examples)
    {
        Check(examples.Name, examples.Inputs, examples.Features, examples.Labels, examples.Classes, examples.Targets, examples.Outputs, examples.Image);
        return examples;
    }

    private static void Check(
        string name, ReadOnlySpan<T> inputs, int features, ReadOnlySpan<int> labels, int classes, ReadOnlySpan<T> targets, int outputs, ImageShape? image)
    {
        var count = classes > 0 ? labels.Length : targets.Length / outputs;
        if (inputs.Length != (long)count * features || (classes == 0 && targets.Length != (long)count * outputs))
        {
            throw new ArgumentException(
                $"data set '{name}': expected inputs of {count} x {features} and whole rows of targets, found {inputs.Length} input values and {Math.Max(labels.Length, targets.Length)} target values",
                nameof(inputs));
        }

        if (image is { } shape)
        {
            shape.Validate(nameof(image));
            if (shape.Features != features)
            {
                throw new ArgumentException($"data set '{name}': expected {shape.Features} features for images of {shape}, found {features}", nameof(image));
            }
        }

        Finite(inputs, $"inputs of '{name}'", features, nameof(inputs));
        Finite(targets, $"targets of '{name}'", Math.Max(outputs, 1), nameof(targets));
        foreach (var label in labels)
        {
            if ((uint)label >= (uint)classes)
            {
                throw new ArgumentException($"labels of '{name}': expected classes 0 to {classes - 1}, found {label}", nameof(labels));
            }
        }
    }
}
