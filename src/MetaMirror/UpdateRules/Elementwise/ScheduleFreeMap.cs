using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>
/// y = (1 - beta1) z + beta1 x; v' = beta2 v + (1 - beta2) g^2; z' = z - gamma lambda y - gamma g / (sqrt(v') + eps); x' = (1 - c) x + c z'.
/// Theta = x, S0 = z, S1 = v; RestN = 1 - BetaN.
/// </summary>
internal struct ScheduleFreeMap<T> : IStepMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public Vector256<T> Beta1, Rest1, Beta2, Rest2, Gamma, Decay, Epsilon, New, Old;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Step(ref Coordinates<T> x)
    {
        var y = (x.S0 * Rest1) + (x.Theta * Beta1);
        x.S1 = (x.S1 * Beta2) + (x.Gradient * Rest2 * x.Gradient);
        x.S0 = x.S0 - (y * Decay) - (x.Gradient * Gamma / (Vector256.Sqrt(x.S1) + Epsilon));
        x.Theta = (x.Theta * Old) + (x.S0 * New);
    }
}
