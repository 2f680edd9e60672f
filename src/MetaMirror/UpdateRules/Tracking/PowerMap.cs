using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Tracking;

/// <summary>
/// w^e of eight floats for a fixed 0 &lt; e &lt; 1: 2^(e log2 w) by polynomials, to a few units in the last place. Of additions, multiplications, fused ones and a division
/// alone, so every machine has the same bits, which powers of operating systems don't.
/// </summary>
/// <param name="exponent">e.</param>
internal readonly struct PowerMap(float exponent)
{
    /// <summary>1.5 x 2^23: adding it rounds to an integer, which stands in the low bits then.</summary>
    private const float Rounding = 12582912;

    /// <summary>Of s, s^3, ... in 2 / ln 2 artanh s.</summary>
    private const float Log1 = 2.88539008f, Log3 = 0.961796694f, Log5 = 0.577078016f, Log7 = 0.412198583f, Log9 = 0.320598898f;

    /// <summary>Of r, r^2, ... in 2^r.</summary>
    private const float Power1 = 0.693147181f, Power2 = 0.240226507f, Power3 = 0.0555041087f, Power4 = 0.00961812911f, Power5 = 0.00133335581f, Power6 = 0.000154035304f;

    private const float LeastNormal = 1.17549435e-38f;

    /// <summary>Bits of sqrt(1/2): mantissas are taken from [sqrt(1/2), sqrt 2).</summary>
    private const int LeastMantissa = 0x3f3504f3;

    /// <summary>The same of one float.</summary>
    public float Of(float w) => Of(Vector256.Create(w)).ToScalar();

    /// <summary>w^e, w &gt;= 0. Numbers below the least normal one, and NaN, give themselves: beside the 1e-8 that roots are added to that is nothing where e is above 0.3; infinity counts as 2^128, and stays in v.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Of(Vector256<float> w)
    {
        // w = 2^k m.
        Vector256<float> e = Vector256.Create(exponent);
        Vector256<int> k = Vector256.ShiftRightArithmetic(w.AsInt32() - Vector256.Create(LeastMantissa), 23);
        Vector256<float> m = (w.AsInt32() - Vector256.ShiftLeft(k, 23)).AsSingle(), whole = Vector256.ConvertToSingle(k);

        // log2 m = 2 / ln 2 artanh((m - 1) / (m + 1)); the next term is below 1e-9.
        Vector256<float> s = (m - Vector256<float>.One) / (m + Vector256<float>.One), s2 = s * s;
        Vector256<float> log = Add(s2, Vector256.Create(Log9), Vector256.Create(Log7));
        log = s * Add(s2, Add(s2, Add(s2, log, Vector256.Create(Log5)), Vector256.Create(Log3)), Vector256.Create(Log1));

        // e log2 w = n + r, |r| <= 1/2.
        Vector256<float> rounded = Add(e, whole, e * log) + Vector256.Create(Rounding);
        Vector256<float> r = Add(e, log, Add(e, whole, Vector256.Create(Rounding) - rounded));

        // 2^r by its series; the next term is at most 1.2e-7.
        Vector256<float> power = Add(r, Vector256.Create(Power6), Vector256.Create(Power5));
        power = Add(r, Add(r, Add(r, power, Vector256.Create(Power4)), Vector256.Create(Power3)), Vector256.Create(Power2));
        power = Add(r, Add(r, power, Vector256.Create(Power1)), Vector256<float>.One);
        Vector256<float> result = (power.AsInt32() + Vector256.ShiftLeft(rounded.AsInt32(), 23)).AsSingle();
        return Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(w, Vector256.Create(LeastNormal)), result, w);
    }

    /// <summary>The same of sixteen, bit for bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Of(Vector512<float> w)
    {
        // w = 2^k m.
        Vector512<float> e = Vector512.Create(exponent);
        Vector512<int> k = Vector512.ShiftRightArithmetic(w.AsInt32() - Vector512.Create(LeastMantissa), 23);
        Vector512<float> m = (w.AsInt32() - Vector512.ShiftLeft(k, 23)).AsSingle(), whole = Vector512.ConvertToSingle(k);

        // log2 m = 2 / ln 2 artanh((m - 1) / (m + 1)); the next term is below 1e-9.
        Vector512<float> s = (m - Vector512<float>.One) / (m + Vector512<float>.One), s2 = s * s;
        Vector512<float> log = Add(s2, Vector512.Create(Log9), Vector512.Create(Log7));
        log = s * Add(s2, Add(s2, Add(s2, log, Vector512.Create(Log5)), Vector512.Create(Log3)), Vector512.Create(Log1));

        // e log2 w = n + r, |r| <= 1/2.
        Vector512<float> rounded = Add(e, whole, e * log) + Vector512.Create(Rounding);
        Vector512<float> r = Add(e, log, Add(e, whole, Vector512.Create(Rounding) - rounded));

        // 2^r by its series; the next term is at most 1.2e-7.
        Vector512<float> power = Add(r, Vector512.Create(Power6), Vector512.Create(Power5));
        power = Add(r, Add(r, Add(r, power, Vector512.Create(Power4)), Vector512.Create(Power3)), Vector512.Create(Power2));
        power = Add(r, Add(r, power, Vector512.Create(Power1)), Vector512<float>.One);
        Vector512<float> result = (power.AsInt32() + Vector512.ShiftLeft(rounded.AsInt32(), 23)).AsSingle();
        return Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(w, Vector512.Create(LeastNormal)), result, w);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(Vector256<float> x, Vector256<float> y, Vector256<float> z) => Vector256.FusedMultiplyAdd(x, y, z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<float> x, Vector512<float> y, Vector512<float> z) => Vector512.FusedMultiplyAdd(x, y, z);
}
