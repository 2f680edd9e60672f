using System.Numerics;

namespace MetaMirror.Storage;

/// <summary>One kind of rule or divergence in the file format: its name there, how it says its settings, how it is made from them.</summary>
internal sealed record Kind<TBase, T>(string Name, Func<TBase, bool> Is, Action<TBase, RuleWriter<T>> Write, Func<JsonFields, RuleTensors<T>, TBase> Read)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A kind for one sealed type.</summary>
    public static Kind<TBase, T> Of<TDerived>(string name, Action<TDerived, RuleWriter<T>> write, Func<JsonFields, RuleTensors<T>, TDerived> read)
        where TDerived : class, TBase =>
        new(name, value => value is TDerived, (value, w) => write((TDerived)value!, w), (fields, tensors) => read(fields, tensors));
}

/// <summary>The kinds that a file can hold; a new one is one line.</summary>
internal sealed class KindTable<TBase, T>(string what, params Kind<TBase, T>[] kinds)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Writes kind and settings into an object that is already open.</summary>
    /// <exception cref="NotSupportedException">The type is none of the kinds.</exception>
    public void Write(TBase value, string name, RuleWriter<T> writer)
    {
        Kind<TBase, T> kind = Array.Find(kinds, k => k.Is(value))
            ?? throw new NotSupportedException($"The {what} '{name}' can't be saved: the file format has the kinds {Names()}.");
        kind.Write(value, writer.Text("kind", kind.Name));
    }

    /// <summary>Makes what an object describes.</summary>
    /// <exception cref="StorageException">The kind is unknown, or a setting is missing, unknown or of another type.</exception>
    public TBase Read(JsonFields fields, RuleTensors<T> tensors)
    {
        string name = fields.Text("kind");
        Kind<TBase, T> kind = Array.Find(kinds, k => k.Name == name)
            ?? throw new StorageException($"{what}: expected one of the kinds {Names()}, found {Quoted.Text(name)}{NearestName.Hint(name, kinds.Select(k => k.Name))}");
        TBase value = kind.Read(fields, tensors);
        fields.Done();
        return value;
    }

    private string Names() => string.Join(", ", kinds.Select(k => k.Name));
}
