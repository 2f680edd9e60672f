using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Where a tile's sums go: C ← α·s + β·C, whole vectors only.</summary>
/// <remarks>No call may be compiled behind the loop of a tile: its accumulators would then live in memory, at half the speed.</remarks>
internal readonly unsafe struct TileOutput<T>(T* start, nint row, T alpha, T beta, bool readsC)
    where T : unmanaged
{
    private readonly T* start = start;
    private readonly nint row = row;
    private readonly T alpha = alpha;
    private readonly T beta = beta;
    private readonly bool readsC = readsC;

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store<TVector, TSimd>(T* c, TVector s)
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        s = TSimd.Multiply(TSimd.Broadcast(alpha), s);
        if (readsC)
            s = TSimd.MultiplyAdd(TSimd.Broadcast(beta), TSimd.Load(c), s);
        TSimd.Store(s, c);
    }
}
