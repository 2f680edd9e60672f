using System.Globalization;
using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Cli.Machines;

/// <summary>Quick checks that this machine computes what it should, and how fast.</summary>
internal static class SelfTest
{
    private const int Size = 256;
    private const double MinimumSeconds = 0.1;

    /// <summary>Whether the random streams give the published words of Philox4x32-10 (Salmon and others 2011): where they differ, nothing repeats.</summary>
    public static bool PhiloxIsRight() =>
        Gives([0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8])
        && Gives([uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue], [uint.MaxValue, uint.MaxValue], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd])
        && Gives([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);

    /// <summary>Whether numbers are written with a point whatever the machine's language.</summary>
    public static bool CultureIsInvariant() => string.Equals(0.5.ToString("G", CultureInfo.CurrentCulture), "0.5", StringComparison.Ordinal);

    /// <summary>Billions of floating-point operations a second of one thread in a matrix product of 256 x 256 x 256.</summary>
    public static double GemmGigaflops<T>(TimeProvider clock)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var a = new T[Size * Size];
        var b = new T[Size * Size];
        var c = new T[Size * Size];
        Array.Fill(a, T.One);
        Array.Fill(b, T.One);
        Multiply(a, b, c); // compiles
        long start = clock.GetTimestamp();
        int products = 0;
        double seconds;
        do
        {
            Multiply(a, b, c);
            products++;
            seconds = clock.GetElapsedTime(start).TotalSeconds;
        }
        while (seconds < MinimumSeconds);
        return 2.0 * Size * Size * Size * products / seconds / 1e9;
    }

    /// <summary>Whether a product of matrices of ones is the inner length everywhere.</summary>
    public static bool GemmIsRight<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var ones = new T[Size * Size];
        var c = new T[Size * Size];
        Array.Fill(ones, T.One);
        Multiply(ones, ones, c);
        return Array.TrueForAll(c, x => x == T.CreateChecked(Size));
    }

    private static void Multiply<T>(T[] a, T[] b, T[] c)
        where T : unmanaged, IFloatingPointIeee754<T> => Gemm.Multiply<T>(false, false, Size, Size, Size, T.One, a, b, T.Zero, c);

    private static bool Gives(ReadOnlySpan<uint> counter, ReadOnlySpan<uint> key, ReadOnlySpan<uint> expected)
    {
        Span<uint> words = stackalloc uint[4];
        Philox4x32.Block(counter, key, words);
        return words.SequenceEqual(expected);
    }
}
