using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>m' = beta m + (1 - beta) g; theta' = theta - eta F g, F one of three by sign(g) sign(m'). S0 = m.</summary>
internal struct SignMap<T> : ICoordinateMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public T Eta, Beta, Same, None, Opposite, SameSlope, NoneSlope, OppositeSlope;
    public T DEta, DAlpha, DBeta;
    public LaneSum<T> AEta, AAlpha, ABeta;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Step(ref Coordinates<T> x)
    {
        x.S0 = Average(x);
        x.Theta -= x.Gradient * Pick(x.Gradient, x.S0, Same, None, Opposite) * Eta;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Jvp(in Coordinates<T> x, ref Coordinates<T> d)
    {
        var m = Average(x);
        var factor = Pick(x.Gradient, m, Same, None, Opposite);
        var slope = Pick(x.Gradient, m, SameSlope, NoneSlope, OppositeSlope);
        d.S0 = (d.S0 * Beta) + (d.Gradient * (T.One - Beta)) + ((x.S0 - x.Gradient) * DBeta);
        d.Theta -= (((d.Gradient * factor) + (x.Gradient * slope * DAlpha)) * Eta) + (x.Gradient * factor * DEta);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Vjp(in Coordinates<T> x, ref Coordinates<T> a)
    {
        var m = Average(x);
        var factor = Pick(x.Gradient, m, Same, None, Opposite);
        var slope = Pick(x.Gradient, m, SameSlope, NoneSlope, OppositeSlope);
        AEta.Add(-(a.Theta * x.Gradient * factor));
        var aStep = a.Theta * -Eta;
        AAlpha.Add(aStep * x.Gradient * slope);
        ABeta.Add(a.S0 * (x.S0 - x.Gradient));
        a.Gradient += (aStep * factor) + (a.S0 * (T.One - Beta));
        a.S0 *= Beta;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector256<T> Average(in Coordinates<T> x) => (x.S0 * Beta) + (x.Gradient * (T.One - Beta));

    /// <summary>By comparisons: the product of two small numbers may be 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Pick(Vector256<T> g, Vector256<T> m, T same, T none, T opposite)
    {
        var zero = Vector256<T>.Zero;
        Vector256<T> up = Vector256.GreaterThan(g, zero), down = Vector256.LessThan(g, zero), upward = Vector256.GreaterThan(m, zero), downward = Vector256.LessThan(m, zero);
        var isSame = (up & upward) | (down & downward);
        var isOpposite = (up & downward) | (down & upward);
        return Vector256.ConditionalSelect(isSame, Vector256.Create(same), Vector256.ConditionalSelect(isOpposite, Vector256.Create(opposite), Vector256.Create(none)));
    }
}
