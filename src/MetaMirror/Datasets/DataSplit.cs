using System.Numerics;

namespace MetaMirror.Datasets;

/// <summary>One split of a task's data, read when first asked for. A forbidden one throws: that is how learning is proved never to look at it.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class DataSplit<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Lazy<Dataset<T>> examples;

    private DataSplit(string name, Lazy<Dataset<T>> examples)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        this.examples = examples;
    }

    /// <summary>The split's name, such as <c>test of rotation-15</c>.</summary>
    public string Name { get; }

    /// <summary>The examples; read at the first access, from any thread, once.</summary>
    /// <exception cref="InvalidOperationException">The split is forbidden; the message names it.</exception>
    public Dataset<T> Examples => examples.Value;

    /// <summary>Whether the examples were read already. Never throws.</summary>
    public bool IsRead => examples.IsValueCreated;

    /// <summary>A split whose examples are at hand.</summary>
    /// <param name="name">Name of the split.</param>
    /// <param name="examples">The examples.</param>
    public static DataSplit<T> Of(string name, Dataset<T> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return new DataSplit<T>(name, new Lazy<Dataset<T>>(examples));
    }

    /// <summary>A split whose examples are read when first asked for.</summary>
    /// <param name="name">Name of the split.</param>
    /// <param name="read">Reads them; called at most once; what it throws is thrown at every access.</param>
    public static DataSplit<T> Lazily(string name, Func<Dataset<T>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return new DataSplit<T>(name, new Lazy<Dataset<T>>(read));
    }

    /// <summary>A split that throws on every access.</summary>
    /// <param name="name">Name of the split, which the exception repeats.</param>
    public static DataSplit<T> Forbidden(string name)
        => new(name, new Lazy<Dataset<T>>(() => throw new InvalidOperationException($"the split '{name}' must not be read here, but it was")));
}
