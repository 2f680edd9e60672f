using System.Numerics;

namespace MetaMirror.Storage;

/// <summary>The tensors of a learned optimizer's file as they are taken, one by one, by name and shape; in the end none may be left.</summary>
internal sealed class RuleTensors<T>(SafetensorsFile file, ParameterLayout layout)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Names and shapes of the parameters.</summary>
    public ParameterLayout Layout => layout;

    /// <summary>In front of the names of constants.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Values of all tensors together: what a rule for this file may allocate.</summary>
    public long TotalCount => file.Tensors.Sum(t => t.Count);

    /// <summary>A constant of this shape; -1 stands for any size.</summary>
    /// <exception cref="StorageException">It is not there, has another shape, or a value that is not finite.</exception>
    public (T[] Values, long[] Shape) Constant(string name, params ReadOnlySpan<long> shape) => Take(Prefix + name, shape);

    /// <summary>A constant of this shape, or no values.</summary>
    /// <exception cref="StorageException">It has another shape, or a value that is not finite.</exception>
    public T[] ConstantOrNone(string name, params ReadOnlySpan<long> shape) => file.Find(Prefix + name) is null ? [] : Constant(name, shape).Values;

    /// <summary>The natural values of all meta-parameters, in order.</summary>
    /// <exception cref="StorageException">One is not there, has another shape, or a value that is not finite.</exception>
    public T[] Natural(IReadOnlyList<MetaParameterSpec<T>> specs) => [.. specs.SelectMany(s => Take(s.Name, [.. s.Shape.Select(size => (long)size)]).Values)];

    /// <summary>Ends the reading.</summary>
    /// <exception cref="StorageException">There is a tensor that the rule doesn't have.</exception>
    public void Done()
    {
        if (file.Tensors.FirstOrDefault(t => !_taken.Contains(t.Name)) is { } left)
            throw new StorageException($"learned optimizer: expected the {_taken.Count} tensors of its rule and layout, found {Quoted.Text(left.Name)} too{NearestName.Hint(left.Name, _taken)}");
    }

    private (T[] Values, long[] Shape) Take(string name, ReadOnlySpan<long> shape)
    {
        TensorEntry tensor = file.Tensor(name);
        _taken.Add(name);
        bool fits = tensor.Shape.Length == shape.Length;
        for (int i = 0; fits && i < shape.Length; i++)
            fits = shape[i] < 0 || shape[i] == tensor.Shape[i];
        if (!fits)
            throw new StorageException($"tensor {Quoted.Text(name)}: expected the shape {Shown(shape)} that rule and layout give, found {Shown(tensor.Shape)}");
        var values = new T[tensor.Count];
        tensor.CopyTo<T>(values);
        int index = MetaMirror.Numerics.Vectors.IndexOfNonFinite<T>(values);
        return index < 0
            ? (values, tensor.Shape.ToArray())
            : throw new StorageException($"tensor {Quoted.Text(name)}: expected finite values, found {values[index]} at entry {index}");
    }

    private static string Shown(ReadOnlySpan<long> shape) => $"[{string.Join('x', shape.ToArray().Select(s => s < 0 ? "any" : s.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";
}
