using System.Numerics;
using MetaMirror.Descents;

namespace MetaMirror.MetaLearners;

/// <summary>Collects <see cref="BoundStatistics"/> while a run goes on; the sums of a run that diverges are left in place but its displacement is not counted.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="statistics">Where the sums go.</param>
public sealed class StatisticsObserver<T>(BoundStatistics statistics) : DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Where the sums go.</summary>
    public BoundStatistics Statistics { get; } = statistics;

    /// <summary>Seed, outer step and task of the run, which name its gradients; set before a run. Default: all zero.</summary>
    public BatchKey Run { get; set; }

    /// <inheritdoc/>
    public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state) => Statistics.AddGradient(point.Gradient, Run.At(point.Step));

    /// <inheritdoc/>
    public override void Finish(ReadOnlySpan<T> initial, ReadOnlySpan<T> final) => Statistics.AddRun(initial, final);
}
