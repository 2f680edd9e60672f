using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Where a tile's sums go: C ← α·s + β·C, whole vectors only.</summary>
/// <remarks>No call may be compiled behind the loop of a tile: its accumulators would then live in memory, at half the speed.</remarks>
internal readonly unsafe struct TileOutput<T>(T* start, nint row, T alpha, T beta, bool readsC)
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
{
    private readonly T* start = start;
    private readonly nint row = row;
    private readonly T alpha = alpha;
    private readonly T beta = beta;
    private readonly bool readsC = readsC;

    public T Alpha => alpha;

    public T Beta => beta;

    /// <summary>C ← s.</summary>
    public bool IsPlain => alpha == T.One && !readsC;

    public bool ReadsC => readsC;

    public nint RowStride => row;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreTwo<TVector, TSimd>(int i, TVector s, TVector t)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        T* c = start + (i * row);
        Store<TVector, TSimd>(c, s);
        Store<TVector, TSimd>(c + TSimd.Count, t);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreOne<TVector, TSimd>(int i, TVector s)
        where TVector : struct
        where TSimd : ISimd<T, TVector> => Store<TVector, TSimd>(start + (i * row), s);

    /// <summary>Row i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* Row(nint i) => start + (i * row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TVector, TSimd>(T* c, TVector s)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        s = TSimd.Multiply(TSimd.Broadcast(alpha), s);
        if (readsC)
            s = TSimd.MultiplyAdd(TSimd.Broadcast(beta), TSimd.Load(c), s);
        TSimd.Store(s, c);
    }
}
