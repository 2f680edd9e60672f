namespace MetaMirror.Numerics.Tests.Streams;

public sealed class PhiloxTests
{
    /// <summary>Known answers of Random123 (kat_vectors, philox4x32 10).</summary>
    public static TheoryData<uint[], uint[], uint[]> KnownAnswers => new()
    {
        { [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
        { [~0u, ~0u, ~0u, ~0u], [~0u, ~0u], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
        { [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1] },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Known_answers(uint[] counter, uint[] key, uint[] expected)
    {
        var found = new uint[4];
        Philox4x32.Block(counter, key, found);
        Assert.Equal(expected, found);
        Philox4x32.Block(counter, key, counter);
        Assert.Equal(expected, counter);
    }

    [Fact]
    public void Other_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Philox4x32.Block(new uint[3], new uint[2], new uint[4]));
        Assert.Throws<ArgumentException>(() => Philox4x32.Block(new uint[4], new uint[1], new uint[4]));
        Assert.Throws<ArgumentException>(() => Philox4x32.Block(new uint[4], new uint[2], new uint[5]));
    }
}
