namespace MetaMirror.MetaLearners;

/// <content>Which tasks the sums are of.</content>
public sealed partial class BoundStatistics
{
    private readonly List<StatisticsSource> _sources = [];

    /// <summary>Tasks and optimizers of the runs, each once, in the order of arrival. Runs that nobody named are <see cref="StatisticsSource.Unknown"/>.</summary>
    public IReadOnlyList<StatisticsSource> Sources => _sources.Count == 0 && Runs + Steps > 0 ? [StatisticsSource.Unknown] : _sources;

    /// <summary>Says what sums are of that were added, or are about to be.</summary>
    /// <param name="source">Task, optimizer, steps.</param>
    public void AddSource(StatisticsSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!_sources.Contains(source))
            _sources.Add(source);
    }

    /// <summary>Called before the sums are added: what nobody named so far stays unknown.</summary>
    private void MergeSources(BoundStatistics other)
    {
        StatisticsSource[] all = [.. Sources, .. other.Sources];
        _sources.Clear();
        foreach (StatisticsSource source in all)
            AddSource(source);
    }
}
