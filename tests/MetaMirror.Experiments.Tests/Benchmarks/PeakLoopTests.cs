using MetaMirror.Experiments.Benchmarks;

namespace MetaMirror.Experiments.Tests.Benchmarks;

public sealed class PeakLoopTests
{
    /// <summary>1 - 0.999^n with roundings of single precision: each of n steps adds half an ulp of 1 at most, and forgets what lies 1,000 steps back.</summary>
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Every_multiply_add_is_done(int rounds) => Assert.Equal(12 * (1 - Math.Pow(0.999, rounds)), PeakLoops.MultiplyAdd(rounds), 12 * Tolerance);

    [Fact]
    public unsafe void Every_number_is_updated()
    {
        float[] x = [.. Enumerable.Range(0, 128)], y = [.. Enumerable.Range(0, 128).Select(i => 1f + i)];
        fixed (float* a = x, b = y)
            PeakLoops.Update(a, b, x.Length);
        Assert.Equal(Enumerable.Range(0, 128).Select(i => (1.5f * i) + 1), y);
    }
}
