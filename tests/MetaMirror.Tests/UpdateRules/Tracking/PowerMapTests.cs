using MetaMirror.UpdateRules.Tracking;

namespace MetaMirror.Tests.UpdateRules.Tracking;

public sealed class PowerMapTests
{
    /// <summary>Seven roundings of numbers up to 1/2 before the power and three after it, at ln 2 and 1 each: 7 ln 2 / 2 + 3 below 6 units of 2^-24.</summary>
    private const double Tolerance = 6 * 5.96e-8;

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

    [Fact]
    public void Subnormal_numbers_have_their_powers_and_zero_infinity_and_NaN_themselves()
    {
        var map = new PowerMap(0.55f);
        foreach (float w in (float[])[float.Epsilon, 1e-40f, 1.1754942e-38f])
            Assert.Equal(Math.Pow(w, 0.55f), map.Of(w), Tolerance * Math.Pow(w, 0.55f));
        Assert.Equal([0, float.PositiveInfinity, float.NaN, 1], new[] { 0, float.PositiveInfinity, float.NaN, 1 }.Select(map.Of));
    }
}
