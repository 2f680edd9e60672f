namespace MetaMirror.Numerics.Tests.Streams;

/// <summary>The layout of streams is a file-format promise. Values from tests/fixtures/recipes/random_streams.py; they must never change.</summary>
public sealed class StreamGoldenTests
{
    /// <summary>log, sin and cos may differ by an ulp between platforms; everything else is exact.</summary>
    private const double NormalTolerance = 1e-14;

    private static RandomStream Stream() => new(new StreamKey(0x0123456789abcdef, 7, 3, StreamPurpose.MiniBatch, 5));

    [Fact]
    public void Words()
    {
        RandomStream stream = Stream();
        foreach (uint word in new[] { 0x811d329a, 0x60fc8d9au, 0x5e2ca6acu, 0x66c09f5du, 0x3c225f7cu, 0x8cbba216, 0x45fc4534u, 0x5f37edcfu, 0xc14b5780 })
            Assert.Equal(word, stream.NextUInt32());
        stream = Stream();
        foreach (ulong word in new[] { 0x60fc8d9a811d329aul, 0x66c09f5d5e2ca6acul, 0x8cbba2163c225f7cul })
            Assert.Equal(word, stream.NextUInt64());
    }

    [Fact]
    public void Uniform_numbers()
    {
        RandomStream stream = Stream();
        foreach (double value in new[] { 0.37885365507201096, 0.4013766863774202, 0.549738054684107, 0.3719471579588438 })
            Assert.Equal(value, stream.NextDouble());
    }

    [Fact]
    public void Normal_numbers()
    {
        RandomStream stream = Stream();
        double[] expected = [-0.7944503470314138, 0.5667678321032168, -0.8759693667008966, 0.9102357927169179, -1.4367221834745336];
        foreach (double value in expected)
            Assert.Equal(value, stream.NextNormal(), NormalTolerance);
        var filled = new float[5];
        stream = Stream();
        stream.FillNormal<float>(filled);
        Assert.Equal(expected.Select(v => (float)v), filled);
    }

    [Fact]
    public void Bounded_integers_with_and_without_rejections()
    {
        RandomStream stream = Stream();
        int[] expected = [679, 510, 495, 540, 316, 740, 368, 501, 1017, 899, 998, 618], found = new int[12];
        stream.Fill(found, 1347);
        Assert.Equal(expected, found);
        stream = Stream();
        foreach (uint value in new[] { 1083087181u, 861949870u, 1180553483u, 798750439u, 1621470144u, 1592466750u })
            Assert.Equal(value, stream.NextBounded(2147483649));
    }

    [Fact]
    public void Shuffled_order()
    {
        RandomStream stream = Stream();
        int[] items = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        stream.Shuffle(items);
        Assert.Equal([0, 4, 8, 9, 6, 1, 7, 2, 3, 5], items);
    }

    [Theory]
    [InlineData(0ul, 0u, 0u, StreamPurpose.InitialPoint, 0u, 0x78d530c2u, 0x57b21839u, 0x5e3add64u, 0xb5b71689u)]
    [InlineData(ulong.MaxValue, uint.MaxValue, uint.MaxValue, StreamPurpose.Test, 0xffffffu, 0x924cc2afu, 0x4a9410f0u, 0x96da0ba5u, 0x802ad085u)]
    [InlineData(1ul, 2u, 3u, StreamPurpose.Noise, 5u, 0x798f8146u, 0x008eebc3u, 0x839a10a6u, 0x88481c9du)]
    public void Every_field_of_the_key_has_its_place(ulong seed, uint inner, uint outer, StreamPurpose purpose, uint task, uint w0, uint w1, uint w2, uint w3)
    {
        RandomStream stream = new(new StreamKey(seed, inner, outer, purpose, task));
        Assert.Equal([w0, w1, w2, w3], new[] { stream.NextUInt32(), stream.NextUInt32(), stream.NextUInt32(), stream.NextUInt32() });
    }

    [Fact]
    public void Purposes_keep_their_numbers()
    {
        Assert.Equal(
            "None=0 MiniBatch=1 InitialPoint=2 TaskSample=3 Noise=4 MetaParameters=5 Evaluation=6 Data=7 Test=8 Reservoir=9 Search=10",
            string.Join(' ', Enum.GetValues<StreamPurpose>().Select(p => $"{p}={(byte)p}")));
    }
}
