using System.Runtime.Intrinsics;
using MetaMirror.UpdateRules.Tracking;

namespace MetaMirror.Tests.UpdateRules.Tracking;

public sealed class PowerMapTests
{
    /// <summary>
    /// In units of 2^-24 of the power: e log2 w with 3 roundings of numbers up to 1/2, times ln 2: 1.1; the series' next term, 1.2e-7 of a power of at least 2^-1/2: 2.9; rounding in the
    /// last steps of Horner's rule: 2.5.
    /// </summary>
    private const double Tolerance = 6.5 * 5.96e-8;

    [Theory, InlineData(0.5f), InlineData(0.55f), InlineData(0.6f), InlineData(0.3f), InlineData(0.999f), InlineData(0.001f)]
    public void It_is_the_power_to_a_few_units(float e)
    {
        var map = new PowerMap(e);
        for (int i = 0; i < 200_000; i++)
        {
            // Every exponent, all over the mantissas.
            float w = BitConverter.Int32BitsToSingle((int)(((long)i * 10007 * 1049) % 0x7f7fffff) + 0x00800000);
            if (!float.IsFinite(w))
                continue;
            double exact = Math.Pow(w, e);
            if (exact > 1.2e-38)
                Assert.True(Math.Abs(map.Of(w) - exact) <= Tolerance * exact, $"{w}^{e} = {exact}, found {map.Of(w)}");
        }
    }

    [Theory, InlineData(0.5f), InlineData(0.55f), InlineData(0.999f)]
    public void Sixteen_at_once_have_the_bits_of_eight(float e)
    {
        var map = new PowerMap(e);
        float[] special = [0, float.Epsilon, 1e-40f, 1.17549435e-38f, 1, float.MaxValue, float.PositiveInfinity, float.NaN, 0.70710677f, 0.7071068f, 1.4142135f, 1.4142137f, 1e-12f, 3e-7f, 12.5f, 1e20f];
        for (int i = 0; i < 100_000; i += special.Length)
        {
            float[] w = i == 0 ? special : [.. special.Select((_, k) => BitConverter.Int32BitsToSingle((int)((i + k) * 20011L * 1049 % 0x7f7fffff)))];
            Vector512<float> wide = map.Of(Vector512.Create<float>(w));
            Assert.Equal(map.Of(Vector256.Create<float>(w)).AsInt32(), wide.GetLower().AsInt32());
            Assert.Equal(map.Of(Vector256.Create<float>(w, 8)).AsInt32(), wide.GetUpper().AsInt32());
            Assert.All(w.Select((x, k) => (x, k)), p => Assert.Equal(map.Of(p.x), wide[p.k]));
        }
    }

    [Fact]
    public void Numbers_below_the_least_normal_one_and_NaN_give_themselves_and_infinity_counts_as_a_power_of_two()
    {
        var map = new PowerMap(0.5f);
        Assert.All((float[])[0, float.Epsilon, 1e-40f, float.NaN], w => Assert.Equal(w, map.Of(w)));
        Assert.Equal(MathF.ScaleB(1, 64), map.Of(float.PositiveInfinity));
        Assert.Equal(1, map.Of(1));
    }
}
