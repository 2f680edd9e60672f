using System.Numerics;

namespace MetaMirror.Descents;

/// <summary>One point of an inner trajectory: step t, theta_t, the batch loss and gradient there.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct PathPoint<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>t, from 0.</summary>
    public required int Step { get; init; }

    /// <summary>T.</summary>
    public required int Steps { get; init; }

    /// <summary>theta_t, before the update; under a rule that looks elsewhere, where it looked, unless what would be deployed is judged.</summary>
    public required ReadOnlySpan<T> Theta { get; init; }

    /// <summary>g_t; empty where the point is what would be deployed under a rule that looks elsewhere, as when candidates are judged.</summary>
    public required ReadOnlySpan<T> Gradient { get; init; }

    /// <summary>loss_t.</summary>
    public required double Loss { get; init; }
}
