using System.Numerics;
using MetaMirror.Hypergradients;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Hypergradients;

public sealed class StreamedCopyTests
{
    [Fact]
    public void Copies_every_number_to_every_place_and_nothing_beside_it()
    {
        Copies<float>();
        Copies<double>();
    }

    [Fact]
    public void Too_short_a_place_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StreamedCopy.To<float>(new float[2000], new float[1999]));

    private static void Copies<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T guard = T.CreateChecked(7.5);
        T[] source = Draws.Normal<T>(1400, 81);
        foreach (int n in (int[])[0, 1, 511, 512, 513, .. Enumerable.Range(1020, 70), 1300])
        {
            for (int offset = 0; offset < 17; offset++)
            {
                T[] target = [.. Enumerable.Repeat(guard, n + 40)];
                StreamedCopy.To<T>(source.AsSpan(offset, n), target.AsSpan(offset, n));
                Assert.True(source.AsSpan(offset, n).SequenceEqual(target.AsSpan(offset, n)));
                Assert.True(target.AsSpan(0, offset).IndexOfAnyExcept(guard) < 0 && target.AsSpan(offset + n).IndexOfAnyExcept(guard) < 0);
            }
        }
    }
}
