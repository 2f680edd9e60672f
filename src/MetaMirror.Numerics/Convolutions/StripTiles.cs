using System.Numerics;

namespace MetaMirror.Numerics;

internal readonly struct OneVector : ITileWidth
{
    public static int Vectors => 1;
}

internal readonly struct TwoVectors : ITileWidth
{
    public static int Vectors => 2;
}

internal readonly struct ThreeVectors : ITileWidth
{
    public static int Vectors => 3;
}

internal readonly struct NineVectors : ITileWidth
{
    public static int Vectors => 9;
}

internal readonly struct TenVectors : ITileWidth
{
    public static int Vectors => 10;
}

/// <summary>Windows of any number of vectors: in as few tiles as possible, nearly equally wide.</summary>
internal static unsafe class StripTiles<T, TVector, TSimd>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    private const int Widest = 10;

    /// <summary>sums ← sums + Σ over entries of value · window.</summary>
    public static void Gather(T* values, T* offsets, nint count, T* strips, T* sums, int vectors)
    {
        for (int tiles = (vectors + Widest - 1) / Widest; tiles > 0; tiles--)
        {
            int width = (vectors + tiles - 1) / tiles;
            Gather(width, values, offsets, count, (byte*)strips, sums);
            vectors -= width;
            strips += width * TSimd.Count;
            sums += width * TSimd.Count;
        }
    }

    private static void Gather(int width, T* values, T* offsets, nint count, byte* strips, T* sums)
    {
        switch (width)
        {
            case 1: StripTile<T, TVector, TSimd, OneVector>.Gather(values, offsets, count, strips, sums); break;
            case 2: StripTile<T, TVector, TSimd, TwoVectors>.Gather(values, offsets, count, strips, sums); break;
            case 3: StripTile<T, TVector, TSimd, ThreeVectors>.Gather(values, offsets, count, strips, sums); break;
            case 4: StripTile<T, TVector, TSimd, FourVectors>.Gather(values, offsets, count, strips, sums); break;
            case 5: StripTile<T, TVector, TSimd, FiveVectors>.Gather(values, offsets, count, strips, sums); break;
            case 6: StripTile<T, TVector, TSimd, SixVectors>.Gather(values, offsets, count, strips, sums); break;
            case 7: StripTile<T, TVector, TSimd, SevenVectors>.Gather(values, offsets, count, strips, sums); break;
            case 8: StripTile<T, TVector, TSimd, EightVectors>.Gather(values, offsets, count, strips, sums); break;
            case 9: StripTile<T, TVector, TSimd, NineVectors>.Gather(values, offsets, count, strips, sums); break;
            default: StripTile<T, TVector, TSimd, TenVectors>.Gather(values, offsets, count, strips, sums); break;
        }
    }
}
