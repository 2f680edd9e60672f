using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>
/// AdaGrad on the rates of OSGM, theta = p, S0 = G, gradient = -u: G' = G + u^2; p' = p - rate u / (sqrt(G') + eps), in [0, highest]. u and G stop at the largest numbers whose square, and which
/// themselves, are finite: no feedback makes inf / inf.
/// </summary>
internal struct OsgmMap<T> : IStepMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public required Vector256<T> Rate { get; init; }

    public required Vector256<T> Epsilon { get; init; }

    public required Vector256<T> Highest { get; init; }

    /// <summary>The largest sum.</summary>
    public required Vector256<T> Most { get; init; }

    /// <summary>The largest |u|.</summary>
    public required Vector256<T> Widest { get; init; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Step(ref Coordinates<T> x)
    {
        Vector256<T> u = Vector256.Min(Vector256.Max(x.Gradient, -Widest), Widest);
        x.S0 = Vector256.Min(x.S0 + (u * u), Most);
        x.Theta = Vector256.Min(Vector256.Max(x.Theta + (u / (Vector256.Sqrt(x.S0) + Epsilon) * Rate), Vector256<T>.Zero), Highest);
    }
}
