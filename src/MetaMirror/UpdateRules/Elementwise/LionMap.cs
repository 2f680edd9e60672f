using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>theta' = keep theta - eta sign(beta1 m + (1 - beta1) g); m' = beta2 m + (1 - beta2) g. S0 = m; RestN = 1 - BetaN.</summary>
internal struct LionMap<T> : IStepMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public Vector256<T> Keep, Eta, Beta1, Rest1, Beta2, Rest2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Step(ref Coordinates<T> x)
    {
        var c = (x.S0 * Beta1) + (x.Gradient * Rest1);
        var up = Vector256.GreaterThan(c, Vector256<T>.Zero) & Eta;
        var down = Vector256.LessThan(c, Vector256<T>.Zero) & Eta;
        x.Theta = (x.Theta * Keep) - (up - down);
        x.S0 = (x.S0 * Beta2) + (x.Gradient * Rest2);
    }
}
