namespace MetaMirror.Storage;

/// <summary>The content of a safetensors file: tensors and metadata, both in the order of the header.</summary>
public sealed class SafetensorsFile
{
    private readonly Dictionary<string, TensorEntry> byName;
    private readonly Dictionary<string, string> byKey;

    /// <summary>Collects tensors and metadata.</summary>
    /// <param name="tensors">Tensors with distinct names.</param>
    /// <param name="metadata">String pairs with distinct keys.</param>
    /// <exception cref="ArgumentException">A tensor name or a metadata key occurs twice.</exception>
    public SafetensorsFile(IReadOnlyList<TensorEntry> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(metadata);
        Tensors = [.. tensors];
        Metadata = [.. metadata];
        byName = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        foreach (var tensor in Tensors)
        {
            if (!byName.TryAdd(tensor.Name, tensor))
            {
                throw new ArgumentException($"expected distinct tensor names, found {Quoted.Text(tensor.Name)} twice", nameof(tensors));
            }
        }

        byKey = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in Metadata)
        {
            if (!byKey.TryAdd(key, value))
            {
                throw new ArgumentException($"expected distinct metadata keys, found {Quoted.Text(key)} twice", nameof(metadata));
            }
        }
    }

    /// <summary>The tensors in header order.</summary>
    public IReadOnlyList<TensorEntry> Tensors { get; }

    /// <summary>The metadata in header order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; }

    /// <summary>The tensor of that name.</summary>
    /// <param name="name">Tensor name.</param>
    /// <exception cref="StorageException">There is none; the message lists those there are.</exception>
    public TensorEntry Tensor(string name)
        => byName.TryGetValue(name, out var tensor) ? tensor : throw Missing("tensor", name, Tensors.Select(t => t.Name));

    /// <summary>The tensor of that name, or null.</summary>
    /// <param name="name">Tensor name.</param>
    public TensorEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The metadata value under a key.</summary>
    /// <param name="key">Metadata key.</param>
    /// <exception cref="StorageException">There is none; the message lists those there are.</exception>
    public string Value(string key)
        => byKey.TryGetValue(key, out var value) ? value : throw Missing("metadata key", key, Metadata.Select(m => m.Key));

    /// <summary>The metadata value under a key, or null.</summary>
    /// <param name="key">Metadata key.</param>
    public string? FindValue(string key) => byKey.GetValueOrDefault(key);

    private static StorageException Missing(string what, string name, IEnumerable<string> there)
    {
        const int Shown = 10;
        var names = there.ToList();
        var list = names.Count == 0 ? "none" : string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? $" and {names.Count - Shown} more" : "");
        return new StorageException($"expected {what} {Quoted.Text(name)}, found {list}");
    }
}
