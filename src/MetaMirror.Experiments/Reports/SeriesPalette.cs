using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>One style per optimizer, the same in every chart and table of a report.</summary>
internal sealed class SeriesPalette
{
    private readonly Dictionary<string, SeriesStyle> styles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> labels = new(StringComparer.Ordinal);

    /// <summary>Gives each optimizer of the comparison the next color of its role.</summary>
    public SeriesPalette(ComparisonResult? comparison)
    {
        foreach (var row in comparison?.Comparison ?? [])
        {
            Add(row.Optimizer, WeightOf(row.Role));
            if (row.Label is not null) labels.TryAdd(row.Optimizer, row.Label);
        }
    }

    /// <summary>The style of an optimizer; one that the comparison lacks is drawn as a baseline.</summary>
    public SeriesStyle Of(string optimizer) => Add(optimizer, SeriesWeight.Baseline);

    /// <summary>The name of an optimizer for people.</summary>
    public string Label(string optimizer) => labels.GetValueOrDefault(optimizer, optimizer);

    private SeriesStyle Add(string optimizer, SeriesWeight weight)
    {
        if (!styles.TryGetValue(optimizer, out var style))
            styles[optimizer] = style = new SeriesStyle(weight, styles.Values.Count(s => s.Weight == weight));
        return style;
    }

    private static SeriesWeight WeightOf(OptimizerRole role) => role switch
    {
        OptimizerRole.Learned => SeriesWeight.Learned,
        OptimizerRole.Rival => SeriesWeight.Rival,
        OptimizerRole.Control => SeriesWeight.Control,
        _ => SeriesWeight.Baseline,
    };
}
