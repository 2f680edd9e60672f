using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Products of one component: both operands lie as the tiles of registers read them, so nothing is packed again.</summary>
internal static unsafe class WinogradProduct<T, TVector, TSimd>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    /// <summary>C[m, 2 vectors] ← A B + β C, with B packed; C has column stride 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Panel(int m, int k, Strided<T> a, T* b, T beta, T* c, nint cRow)
    {
        bool readsC = !T.IsZero(beta);
        for (int i = 0; i < m; i += TSimd.TileRows)
        {
            int rows = Math.Min(TSimd.TileRows, m - i);
            var output = new TileOutput<T>(c + (i * cRow), cRow, T.One, beta, readsC);
            if (TSimd.TileRows == 8)
                Tile8<T, TVector, TSimd>.Two(a.From(i, 0), rows, b, 2 * TSimd.Count, k, output);
            else
                Tile4<T, TVector, TSimd>.Two(a.From(i, 0), rows, b, 2 * TSimd.Count, k, output);
        }
    }
}
