using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>Where one step of Strassen's method was measured faster than the usual product.</summary>
internal static class StrassenPlan
{
    /// <summary>Smallest sides. Below, sums and packing eat what an eighth fewer multiplications save.</summary>
    private const int FewestRows = 128, FewestColumns = 128, FewestInner = 384;

    /// <summary>Longest inner length: half of it goes through in one run.</summary>
    private const int MostInner = 1600;

    /// <summary>Rows of the halves of C, in whole tiles.</summary>
    private const int TileRows = 8;

    /// <summary>Whether it was measured for this type and these vectors, and halves of the shape are whole tiles, and large enough.</summary>
    public static bool Fits<T>(int m, int n, int k)
        where T : unmanaged => typeof(T) == typeof(float) && Vector512.IsHardwareAccelerated && Fits(m, n, k, Vector512<T>.Count);

    private static bool Fits(int m, int n, int k, int lanes) =>
        m >= FewestRows && n >= FewestColumns && k >= FewestInner && k <= MostInner && m % (2 * TileRows) == 0 && n % (4 * lanes) == 0 && k % 2 == 0;
}
