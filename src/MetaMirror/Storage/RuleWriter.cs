using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using MetaMirror.UpdateRules;

namespace MetaMirror.Storage;

/// <summary>What a rule writes itself to: its settings as JSON fields, its constants as tensors.</summary>
internal sealed class RuleWriter<T>(Utf8JsonWriter json, ParameterLayout layout)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Constants so far.</summary>
    public List<TensorEntry> Constants { get; } = [];

    /// <summary>In front of the names of constants: empty, or the member's number where several members of a chain have constants.</summary>
    public string Prefix { get; set; } = "";

    public RuleWriter<T> Text(string name, string value)
    {
        json.WriteString(name, value);
        return this;
    }

    public RuleWriter<T> Number(string name, double value)
    {
        json.WriteNumber(name, value);
        return this;
    }

    public RuleWriter<T> Integer(string name, int? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
        return this;
    }

    public RuleWriter<T> Flag(string name, bool value)
    {
        json.WriteBoolean(name, value);
        return this;
    }

    /// <summary>Where one of the rule's scalar meta-parameters starts; null where there is none of that number.</summary>
    public RuleWriter<T> Start(string name, UpdateRule<T> rule, int index)
    {
        IReadOnlyList<MetaParameterSpec<T>> specs = rule.MetaSpecs(layout);
        if (index >= specs.Count)
            json.WriteNull(name);
        else if (specs[index].Initial[0] is float single)
            json.WriteNumber(name, single); // 0.05, not 0.05000000074505806: the shortest text that gives the same bits.
        else
            json.WriteNumber(name, double.CreateChecked(specs[index].Initial[0]));
        return this;
    }

    /// <summary>Where the rule's last meta-parameter starts, and whether it is learned.</summary>
    public RuleWriter<T> Last(string name, UpdateRule<T> rule)
    {
        IReadOnlyList<MetaParameterSpec<T>> specs = rule.MetaSpecs(layout);
        return Start(name, rule, specs.Count - 1).Flag("learn", specs[^1].Learned);
    }

    /// <summary>Names of learned meta-parameters; null stands for the learning rate.</summary>
    public RuleWriter<T> Learn(ImmutableArray<string>? names)
    {
        json.WriteStartArray("learn");
        foreach (string name in names ?? ["learning_rate"])
            json.WriteStringValue(name);
        json.WriteEndArray();
        return this;
    }

    public RuleWriter<T> Sizes(string name, IEnumerable<int> values)
    {
        json.WriteStartArray(name);
        foreach (int value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
        return this;
    }

    public RuleWriter<T> Numbers(string name, IEnumerable<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
        return this;
    }

    public RuleWriter<T> Object(string name, Action<RuleWriter<T>> write)
    {
        json.WriteStartObject(name);
        write(this);
        json.WriteEndObject();
        return this;
    }

    public RuleWriter<T> Objects<TItem>(string name, IReadOnlyList<TItem> items, Action<RuleWriter<T>, TItem, int> write)
    {
        json.WriteStartArray(name);
        for (int i = 0; i < items.Count; i++)
        {
            json.WriteStartObject();
            write(this, items[i], i);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        return this;
    }

    /// <summary>A constant, stored as a tensor.</summary>
    public void Constant(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape) =>
        Constants.Add(TensorEntry.From(Prefix + name, values, shape));
}
