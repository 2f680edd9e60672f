using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>theta' = keep theta - eta m / (sqrt(v) + eps). S0 = m, S1 = v, which stay.</summary>
internal struct ProdigyMap<T> : IStepMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public Vector256<T> Keep, Eta, Epsilon;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Step(ref Coordinates<T> x) => x.Theta = (x.Theta * Keep) - (x.S0 * Eta / (Vector256.Sqrt(x.S1) + Epsilon));
}
