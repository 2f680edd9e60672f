using System.Numerics;
using System.Runtime.InteropServices;
using MetaMirror.Tests;

namespace MetaMirror.Numerics.Tests.Kernels;

public abstract class NonzeroPackingContract<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T Guard = T.CreateChecked(123.25);

    [Fact]
    public void Comes_back_bit_for_bit_from_at_most_what_was_said_at_every_length_and_density()
    {
        foreach (double density in new[] { 0, 0.02, 0.5, 0.9, 0.97, 1 })
        {
            for (int n = 0; n <= 300; n++)
            {
                // From and to any place, and nothing beside it.
                int offset = n % 5;
                T[] x = Sparse(offset + n, density), packed = Guarded(offset + n + 2), back = Guarded(offset + n + 1);
                int length = NonzeroPacking.Pack<T>(x.AsSpan(offset), packed.AsSpan(offset, n + 1));
                Assert.InRange(length, 1, NonzeroPacking.MaximumLength(n));
                Assert.Equal(Guard, packed[^1]);

                // What follows belongs to somebody else, whether it is there or not.
                T[] exact = packed[offset..(offset + length)];
                foreach (T[] found in (T[][])[exact, packed[offset..]])
                {
                    back.AsSpan().Fill(Guard);
                    Assert.Equal(length, NonzeroPacking.Unpack<T>(found, back.AsSpan(offset, n)));
                    AssertSameBits(x.AsSpan(offset), back.AsSpan(offset, n));
                    Assert.All(back[..offset], e => Assert.Equal(Guard, e));
                    Assert.Equal(Guard, back[^1]);
                }
            }
        }
    }

    [Fact]
    public unsafe void Takes_a_bit_for_each_number_and_the_numbers_that_are_not_zero()
    {
        const int Count = 4096;
        T[] x = Sparse(Count, 0.5), packed = new T[Count + 1];
        int nonzeros = x.Count(e => e != T.Zero);
        Assert.Equal(1 + (Count / (8 * sizeof(T))) + nonzeros, NonzeroPacking.Pack<T>(x, packed));
        Array.Fill(x, T.One);
        Assert.Equal(Count + 1, NonzeroPacking.Pack<T>(x, packed));
        Array.Clear(x);
        Assert.Equal(1 + (Count / (8 * sizeof(T))), NonzeroPacking.Pack<T>(x, packed));
    }

    [Fact]
    public void Keeps_what_only_looks_like_zero()
    {
        T[] x = new T[100], packed = new T[101], back = new T[100];
        T[] special = [T.NaN, -T.NaN, T.NegativeZero, T.Epsilon, -T.Epsilon, T.PositiveInfinity, T.NegativeInfinity];
        for (int i = 0; i < special.Length; i++)
            x[(13 * i) + 2] = special[i];
        Assert.InRange(NonzeroPacking.Pack<T>(x, packed), special.Length + 1, 20);
        NonzeroPacking.Unpack<T>(packed, back);
        AssertSameBits(x, back);
    }

    [Fact]
    public void Refuses_too_little_room_and_what_is_not_packed()
    {
        T[] x = Sparse(200, 0.3), packed = new T[201];
        int length = NonzeroPacking.Pack<T>(x, packed);
        Assert.Contains("Expected 201 numbers or more to pack 200, but found 200", Assert.Throws<ArgumentException>(() => NonzeroPacking.Pack<T>(x, new T[200])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NonzeroPacking.Pack<T>(packed.AsSpan(0, 100), packed.AsSpan(50)));
        Assert.Contains($"Expected 200 packed numbers in {length}, but found {length - 1}", Assert.Throws<ArgumentException>(() => NonzeroPacking.Unpack<T>(packed.AsSpan(0, length - 1), x)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NonzeroPacking.Unpack<T>([], x));
        Assert.Contains("marks", Assert.Throws<ArgumentException>(() => NonzeroPacking.Unpack<T>(packed, new T[100])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Allocates_nothing()
    {
        T[] x = Sparse(1000, 0.5), packed = new T[1001];
        Allocation.AssertNone(() =>
        {
            NonzeroPacking.Pack<T>(x, packed);
            NonzeroPacking.Unpack<T>(packed, x);
        });
    }

    /// <summary>Numbers of which about this share are not zero.</summary>
    private static T[] Sparse(int n, double density)
    {
        T[] x = Draws.Normal<T>(n, 71), chance = new T[n];
        RandomStream stream = Draws.Stream(72);
        stream.FillUniform(chance.AsSpan(), 0, 1);
        for (int i = 0; i < n; i++)
            x[i] = chance[i] < T.CreateChecked(density) ? x[i] : T.Zero;
        return x;
    }

    private static T[] Guarded(int n) => [.. Enumerable.Repeat(Guard, n)];

    private static void AssertSameBits(ReadOnlySpan<T> expected, ReadOnlySpan<T> found) =>
        Assert.True(MemoryMarshal.AsBytes(expected).SequenceEqual(MemoryMarshal.AsBytes(found)));
}

public sealed class NonzeroPackingOfSingles : NonzeroPackingContract<float>;

public sealed class NonzeroPackingOfDoubles : NonzeroPackingContract<double>;
