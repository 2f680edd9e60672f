using System.Globalization;
using System.Numerics;
using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>A table read from a CSV file: real inputs and one target column.</summary>
public sealed class CsvTable
{
    private readonly string file;
    private readonly int firstLine;
    private readonly double[] inputs;
    private readonly double[] targets;
    private readonly int[] labels;
    private readonly IReadOnlyList<string> labelNames;

    internal CsvTable(
        string file, int firstLine, string[]? names, int features, int targetColumn, double[] inputs, double[] targets, int[] labels, IReadOnlyList<string> labelNames)
    {
        this.file = file;
        this.firstLine = firstLine;
        this.inputs = inputs;
        this.targets = targets;
        this.labels = labels;
        this.labelNames = labelNames;
        Features = features;
        TargetName = names?[targetColumn];
        FeatureNames = names is null ? [] : [.. names.Where((_, j) => j != targetColumn)];
        Classes = Sorted(labelNames);
    }

    /// <summary>Number of rows.</summary>
    public int Rows => inputs.Length / Features;

    /// <summary>Number of columns but the target's.</summary>
    public int Features { get; }

    /// <summary>Whether the target column holds classes.</summary>
    public bool IsClassification => labels.Length > 0;

    /// <summary>Names of the input columns; empty without a header.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>Name of the target column; null without a header.</summary>
    public string? TargetName { get; }

    /// <summary>The classes that occur, in order: numerically if all are integers, else by ordinal text. Empty for regression.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The table as a data set.</summary>
    /// <param name="name">Name of the data set.</param>
    /// <param name="classes">All classes in order, where several files share them; null for those of this file.</param>
    /// <exception cref="DataFormatException">A class is not in the list, or a number does not fit T.</exception>
    public Dataset<T> ToDataset<T>(string name, IReadOnlyList<string>? classes = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = Convert<T>(inputs, Features);
        if (!IsClassification)
        {
            return Dataset<T>.Regression(name, x, Features, Convert<T>(targets, 1));
        }

        classes ??= Classes;
        var order = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var k = 0; k < classes.Count; k++)
        {
            order.Add(classes[k], k);
        }

        var y = new int[labels.Length];
        for (var i = 0; i < y.Length; i++)
        {
            var label = labelNames[labels[i]];
            y[i] = order.TryGetValue(label, out var k)
                ? k
                : throw new DataFormatException($"{file}, line {firstLine + i}", $"one of {classes.Count} classes", Shown.Text(label));
        }

        return Dataset<T>.Classification(name, x, Features, y, classes.Count);
    }

    /// <summary>Distinct classes in order: numerically if all are integers, else by ordinal text.</summary>
    internal static IReadOnlyList<string> Sorted(IEnumerable<string> names)
    {
        var list = names.Distinct(StringComparer.Ordinal).ToList();
        return list.All(IsInteger)
            ? [.. list.OrderBy(n => long.Parse(n, CultureInfo.InvariantCulture))]
            : [.. list.Order(StringComparer.Ordinal)];
    }

    internal static bool IsInteger(string label) => long.TryParse(label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private T[] Convert<T>(double[] values, int columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var result = new T[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = T.CreateTruncating(values[i]);
            if (!T.IsFinite(result[i]))
            {
                throw new DataFormatException($"{file}, line {firstLine + (i / columns)}", $"numbers that fit {typeof(T).Name}", values[i].ToString("R", CultureInfo.InvariantCulture));
            }
        }

        return result;
    }
}
