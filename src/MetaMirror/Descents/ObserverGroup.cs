using System.Collections.Immutable;
using System.Numerics;

namespace MetaMirror.Descents;

/// <summary>Several observers of one run, told in order.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="members">The observers.</param>
public sealed class ObserverGroup<T>(params ImmutableArray<DescentObserver<T>> members) : DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state)
    {
        foreach (DescentObserver<T> member in members)
            member.Visit(point, state);
    }

    /// <inheritdoc/>
    public override void Finish(ReadOnlySpan<T> initial, ReadOnlySpan<T> final)
    {
        foreach (DescentObserver<T> member in members)
            member.Finish(initial, final);
    }
}
