namespace MetaMirror.Numerics.Tests.Streams;

public sealed class RandomStreamTests
{
    private const int Draws = 200_000;

    /// <summary>Five standard errors: one test in two million would fail by chance, and the seeds are fixed.</summary>
    private const double Sigmas = 5;

    private static RandomStream Stream(uint task) => new(new StreamKey(42, 1, 2, StreamPurpose.Test, task));

    [Fact]
    public void Uniform_numbers_have_the_moments_of_the_interval()
    {
        RandomStream stream = Stream(1);
        var u = new double[Draws];
        stream.FillUniform<double>(u, -1, 3);
        Assert.All(u, v => Assert.InRange(v, -1, 3));
        double mean = u.Average(), variance = u.Average(v => (v - 1) * (v - 1));
        Assert.InRange(mean, 1 - (Sigmas * Math.Sqrt(4.0 / 3 / Draws)), 1 + (Sigmas * Math.Sqrt(4.0 / 3 / Draws)));

        // Var of (v - 1)^2 for width 4: 2^4 (1/5 - 1/9).
        double error = Sigmas * Math.Sqrt(16 * ((1 / 5.0) - (1 / 9.0)) / Draws);
        Assert.InRange(variance, (4.0 / 3) - error, (4.0 / 3) + error);
    }

    [Fact]
    public void Normal_numbers_have_normal_moments_and_tails()
    {
        RandomStream stream = Stream(2);
        var z = new double[Draws];
        stream.FillNormal<double>(z);

        // Standard errors of the k-th moment: sqrt((E z^2k − (E z^k)^2) / n).
        foreach ((int power, double moment, double variance) in new[] { (1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0) })
        {
            double error = Sigmas * Math.Sqrt(variance / Draws);
            Assert.InRange(z.Average(v => Math.Pow(v, power)), moment - error, moment + error);
        }

        double beyondTwo = z.Count(v => Math.Abs(v) > 2) / (double)Draws, p = 0.0455002638964;
        Assert.InRange(beyondTwo, p - (Sigmas * Math.Sqrt(p * (1 - p) / Draws)), p + (Sigmas * Math.Sqrt(p * (1 - p) / Draws)));
        double lag = z.Zip(z.Skip(1), (a, b) => a * b).Average();
        Assert.InRange(lag, -Sigmas / Math.Sqrt(Draws), Sigmas / Math.Sqrt(Draws));
    }

    [Fact]
    public void Bounded_integers_are_uniform_by_chi_square()
    {
        const int Bound = 10;
        RandomStream stream = Stream(3);
        var indices = new int[Draws];
        stream.Fill(indices, Bound);
        double expected = Draws / (double)Bound, chi = indices.GroupBy(i => i).Sum(g => (g.Count() - expected) * (g.Count() - expected) / expected);
        Assert.Equal(Bound, indices.Distinct().Count());
        Assert.All(indices, i => Assert.InRange(i, 0, Bound - 1));

        // 99.999 % point of chi-square with 9 degrees of freedom.
        Assert.InRange(chi, 0, 39.34);
    }

    [Fact]
    public void Shuffles_are_permutations_with_every_element_everywhere()
    {
        const int Rounds = 6000, Length = 6;
        RandomStream stream = Stream(4);
        var counts = new int[Length, Length];
        for (int round = 0; round < Rounds; round++)
        {
            int[] items = [0, 1, 2, 3, 4, 5];
            stream.Shuffle(items);
            Assert.Equal(15, items.Sum());
            Assert.Equal(Length, items.Distinct().Count());
            for (int i = 0; i < Length; i++)
                counts[i, items[i]]++;
        }

        double expected = Rounds / (double)Length, limit = Sigmas * Math.Sqrt(expected * (1 - (1.0 / Length)));
        foreach (int count in counts)
            Assert.InRange(count, expected - limit, expected + limit);
    }

    [Fact]
    public void Streams_with_different_keys_do_not_meet()
    {
        StreamKey key = new(9, 1, 1, StreamPurpose.MiniBatch, 1);
        StreamKey[] keys =
        [
            key, key with { Seed = 10 }, key with { Seed = 9 | (1ul << 32) }, key with { InnerStep = 2 }, key with { OuterStep = 2 },
            key with { Purpose = StreamPurpose.Noise }, key with { Task = 2 },
        ];
        var seen = new HashSet<ulong>();
        foreach (StreamKey k in keys)
        {
            RandomStream stream = new(k);
            for (int i = 0; i < 1000; i++)
                Assert.True(seen.Add(stream.NextUInt64()));
        }
    }

    [Fact]
    public void A_copy_goes_on_separately()
    {
        RandomStream first = Stream(5);
        first.NextNormal();
        RandomStream copy = first;
        Assert.Equal(first.NextNormal(), copy.NextNormal());
        Assert.Equal(first.NextUInt32(), copy.NextUInt32());
    }

    [Fact]
    public void Bad_keys_and_bounds_are_refused()
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(new StreamKey(0, 0, 0, StreamPurpose.Test, 1 << 24))).Message;
        Assert.Contains("16777216", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(new StreamKey(0, 0, 0, StreamPurpose.None, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(new StreamKey(0, 0, 0, (StreamPurpose)11, 0)));
        Assert.Throws<InvalidOperationException>(() => default(RandomStream).NextUInt32());
        Assert.Throws<ArgumentOutOfRangeException>(() => Stream(6).NextBounded(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Stream(6).Fill(new int[2], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Stream(6).FillUniform<float>(new float[2], 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Stream(6).FillUniform<float>(new float[2], 0, double.PositiveInfinity));
    }
}
