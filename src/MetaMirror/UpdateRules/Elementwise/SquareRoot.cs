using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>Derivative of the square root in rules that divide by it.</summary>
internal static class SquareRoot
{
    /// <summary>
    /// d sqrt(v)/dv = 1 / (2 r) at r = sqrt(v), and 0 at r = 0: there every gradient so far was 0, v is quadratic in the gradient, and the
    /// quantity divided is 0 too, so that 0 is what the chain rule through the whole step gives.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Slope<T>(Vector256<T> r)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(r, Vector256<T>.Zero), Vector256.Create(T.CreateTruncating(0.5)) / r, Vector256<T>.Zero);
}
