namespace MetaMirror.Storage;

/// <summary>
/// Named byte sections behind one checksum: everything a run needs to go on bit for bit.
/// Frame, the same in every version: <c>MMCK</c>, body length (8 bytes), body, SHA-256 of all before it.
/// Body: format version (4 bytes), kind, number of sections (4), then for each its name, length (8) and bytes; texts are length (4) and UTF-8; all numbers little-endian.
/// </summary>
public sealed class CheckpointContainer
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> byName;

    /// <summary>Collects sections under a kind and a version.</summary>
    /// <param name="kind">What the sections mean, for example <c>meta-learner</c>.</param>
    /// <param name="version">Version n of that meaning, from 1; readers of version n + 1 accept it.</param>
    /// <param name="sections">Sections with distinct names, written in this order. The memory is not copied.</param>
    /// <exception cref="ArgumentException">A name occurs twice, the kind is empty, or the version is below 1.</exception>
    public CheckpointContainer(string kind, int version, IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> sections)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentNullException.ThrowIfNull(sections);
        Kind = kind;
        Version = version;
        Sections = [.. sections];
        byName = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (name, bytes) in Sections)
        {
            if (!byName.TryAdd(name, bytes))
            {
                throw new ArgumentException($"expected distinct section names, found {Quoted.Text(name)} twice", nameof(sections));
            }
        }
    }

    /// <summary>What the sections mean.</summary>
    public string Kind { get; }

    /// <summary>The version they were written in.</summary>
    public int Version { get; }

    /// <summary>The sections in file order.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Sections { get; }

    /// <summary>The bytes of a section.</summary>
    /// <param name="name">Section name.</param>
    /// <exception cref="StorageException">There is none of that name.</exception>
    public ReadOnlyMemory<byte> Section(string name)
        => byName.TryGetValue(name, out var bytes)
            ? bytes
            : throw new StorageException($"checkpoint '{Kind}' version {Version}: expected section '{name}', found {string.Join(", ", Sections.Select(s => Quoted.Text(s.Key)))}");

    /// <summary>Whether a section of that name is there (a version n reader asks this of version n - 1).</summary>
    /// <param name="name">Section name.</param>
    public bool Contains(string name) => byName.ContainsKey(name);
}
