namespace MetaMirror.Numerics;

/// <summary>
/// Philox4x32-10, a counter-based generator: block = ten rounds of multiply, exchange and key addition on a 128-bit counter under a
/// 64-bit key (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
/// </summary>
public static class Philox4x32
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>out = Philox4x32-10(counter, key).</summary>
    /// <param name="counter4">Four counter words.</param>
    /// <param name="key2">Two key words.</param>
    /// <param name="out4">Four random words; may be the counter itself.</param>
    /// <exception cref="ArgumentException">A span has another length than 4, 2, 4.</exception>
    public static void Block(ReadOnlySpan<uint> counter4, ReadOnlySpan<uint> key2, Span<uint> out4)
    {
        Require.Length(4, counter4.Length, nameof(counter4), "counter words");
        Require.Length(2, key2.Length, nameof(key2), "key words");
        Require.Length(4, out4.Length, nameof(out4), "random words");
        (out4[0], out4[1], out4[2], out4[3]) = Block(counter4[0], counter4[1], counter4[2], counter4[3], key2[0], key2[1]);
    }

    internal static (uint W0, uint W1, uint W2, uint W3) Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = (ulong)Multiplier0 * c0, p1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 = unchecked(k0 + Weyl0);
            k1 = unchecked(k1 + Weyl1);
        }

        return (c0, c1, c2, c3);
    }
}
