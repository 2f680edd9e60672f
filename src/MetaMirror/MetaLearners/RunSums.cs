using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Descents;

namespace MetaMirror.MetaLearners;

/// <summary>The statistics of one run, of the whole or of tails, and the loss that it began with.</summary>
/// <param name="statistics">Where the sums go.</param>
/// <param name="tails">Steps at which tails begin; default: the whole run, unweighted.</param>
internal sealed class RunSums<T>(BoundStatistics statistics, ImmutableArray<int> tails) : DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StatisticsObserver<T>? _whole = tails.IsDefaultOrEmpty ? new(statistics) : null;
    private readonly TailObserver<T>? _tails = tails.IsDefaultOrEmpty ? null : new(statistics, tails);

    public BoundStatistics Statistics { get; } = statistics;

    public double FirstLoss { get; private set; }

    public BatchKey Run
    {
        set
        {
            _whole?.Run = value;
            _tails?.Run = value;
        }
    }

    public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state)
    {
        if (point.Step == 0)
            FirstLoss = point.Loss;
        _whole?.Visit(point, state);
        _tails?.Visit(point, state);
    }

    public override void Finish(ReadOnlySpan<T> initial, ReadOnlySpan<T> final)
    {
        _whole?.Finish(initial, final);
        _tails?.Finish(initial, final);
    }
}
