using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Where the sums of sparse tiles go.</summary>
internal static unsafe class SparseSums<T, TVector, TSimd>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    /// <summary>c &lt;- s if plain, else alpha s, plus beta c where C is read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(bool plain, bool readsC, TVector alpha, TVector beta, T* c, TVector s)
    {
        if (!plain)
        {
            s = TSimd.Multiply(alpha, s);
            if (readsC)
                s = TSimd.MultiplyAdd(beta, TSimd.Load(c), s);
        }

        TSimd.Store(s, c);
    }
}
