using System.Numerics;

namespace MetaMirror.Descents;

/// <summary>Watches an inner run: sees every step before its update, and the end.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Called before each update.</summary>
    /// <param name="point">theta_t, g_t, loss_t.</param>
    /// <param name="state">The rule's state before the update.</param>
    public abstract void Visit(in PathPoint<T> point, ReadOnlySpan<T> state);

    /// <summary>Called once after the last update of a run that did not diverge.</summary>
    /// <param name="initial">theta_1.</param>
    /// <param name="final">theta_T.</param>
    public virtual void Finish(ReadOnlySpan<T> initial, ReadOnlySpan<T> final)
    {
    }
}
