using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>One of the small matrices of a minimal filtering algorithm, applied to vectors of independent problems.</summary>
internal unsafe interface IWinogradMap<T>
    where T : unmanaged
{
    /// <summary>Columns of the matrix.</summary>
    static abstract int Inputs { get; }

    /// <summary>Rows of the matrix.</summary>
    static abstract int Outputs { get; }

    /// <summary>y_i ← Σ_j matrix_ij x_j, with the vector x_j at x + j·xStep and y_i at y + i·yStep.</summary>
    static abstract void Apply<TVector, TSimd>(T* x, nint xStep, T* y, nint yStep)
        where TVector : struct
        where TSimd : ISimd<T, TVector>;
}

/// <summary>The matrix on both sides of a square: Y ← M X Mᵀ.</summary>
internal static unsafe class WinogradSquare<T, TVector, TSimd, TMap>
    where T : unmanaged
    where TVector : struct
    where TSimd : ISimd<T, TVector>
    where TMap : struct, IWinogradMap<T>
{
    /// <summary>Elements that <see cref="Apply"/> needs for M X.</summary>
    public static int Scratch => TMap.Inputs * TMap.Outputs * TSimd.Count;

    /// <summary>The vector (i, j) of X is at x + i·xRow + j·xColumn, that of Y at y + i·yRow + j·yColumn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(T* x, nint xRow, nint xColumn, T* y, nint yRow, nint yColumn, T* scratch)
    {
        int row = TMap.Inputs * TSimd.Count;
        for (int j = 0; j < TMap.Inputs; j++)
            TMap.Apply<TVector, TSimd>(x + (j * xColumn), xRow, scratch + (j * TSimd.Count), row);
        for (int i = 0; i < TMap.Outputs; i++)
            TMap.Apply<TVector, TSimd>(scratch + (i * row), TSimd.Count, y + (i * yRow), yColumn);
    }
}
