namespace MetaMirror.Numerics.Tests.Streams;

public sealed class SobolSequenceTests
{
    private static readonly double[][] FirstPoints =
    [
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [8, 8, 8, 8, 8, 8, 8, 8, 8, 8],
        [12, 4, 4, 4, 12, 12, 4, 12, 12, 12],
        [4, 12, 12, 12, 4, 4, 12, 4, 4, 4],
        [6, 6, 10, 14, 6, 2, 6, 14, 14, 10],
        [14, 14, 2, 6, 14, 10, 14, 6, 6, 2],
        [10, 2, 14, 10, 10, 14, 2, 2, 2, 6],
        [2, 10, 6, 2, 2, 6, 10, 10, 10, 14],
        [3, 5, 15, 7, 9, 5, 7, 15, 15, 5],
    ];

    /// <summary>torch.quasirandom.SobolEngine(10).draw(1001)[1000] times 1024 (PyTorch 1.13).</summary>
    private static readonly double[] Thousandth = [225, 99, 531, 693, 287, 929, 47, 921, 513, 71];

    [Fact]
    public void Known_points()
    {
        var sequence = new SobolSequence(SobolSequence.MostDimensions);
        var point = new double[SobolSequence.MostDimensions];
        for (uint i = 0; i < FirstPoints.Length; i++)
        {
            sequence.Point(i, point);
            Assert.Equal(FirstPoints[i], point.Select(x => 16 * x));
        }

        sequence.Point(1000, point);
        Assert.Equal(Thousandth, point.Select(x => 1024 * x));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(77)]
    public void A_scrambled_block_has_one_point_in_each_interval(ulong seed)
    {
        const int points = 256;
        var stream = new RandomStream(new StreamKey(seed, 0, 0, StreamPurpose.Test, 0));
        var sequence = new SobolSequence(SobolSequence.MostDimensions, ref stream);
        var point = new double[SobolSequence.MostDimensions];
        var seen = new HashSet<(int, int)>();
        var pairs = new HashSet<(int, int)>();
        for (uint i = points; i < 2 * points; i++)
        {
            sequence.Point(i, point);
            Assert.All(point, x => Assert.InRange(x, 0, 1 - double.Epsilon));
            for (int d = 0; d < point.Length; d++)
                Assert.True(seen.Add((d, (int)(point[d] * points))), $"Interval {(int)(point[d] * points)} of coordinate {d} has two points.");
            // The first two coordinates are a (0, 2)-sequence: squares as well.
            Assert.True(pairs.Add(((int)(point[0] * 16), (int)(point[1] * 16))), "A square of the first two coordinates has two points.");
        }
    }

    [Fact]
    public void Scrambling_depends_on_the_seed_alone()
    {
        Assert.Equal(First(3), First(3));
        Assert.NotEqual(First(3), First(4));

        static double[] First(ulong seed)
        {
            var stream = new RandomStream(new StreamKey(seed, 0, 0, StreamPurpose.Test, 0));
            var point = new double[4];
            new SobolSequence(4, ref stream).Point(0, point);
            return point;
        }
    }

    [Fact]
    public void Wrong_sizes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SobolSequence(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SobolSequence(SobolSequence.MostDimensions + 1));
        Assert.Throws<ArgumentException>(() => new SobolSequence(2).Point(0, new double[3]));
    }
}
