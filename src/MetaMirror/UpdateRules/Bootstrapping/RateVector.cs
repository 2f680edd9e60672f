using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Bootstrapping;

/// <summary>A meta-update of many rates.</summary>
internal static unsafe class RateVector<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Moves w along g.</summary>
    /// <param name="map">The formula.</param>
    /// <param name="w">Rates, updated.</param>
    /// <param name="norm">What normalizes each, updated; empty where nothing does.</param>
    /// <param name="g">-dmu/dw.</param>
    public static void Update(in RateMap<T> map, Span<T> w, Span<T> norm, ReadOnlySpan<T> g)
    {
        int whole = w.Length - (w.Length % Vector256<T>.Count);
        Loop(map, w[..whole], norm.IsEmpty ? norm : norm[..whole], g[..whole]);
        if (whole == w.Length)
            return;
        Span<T> last = stackalloc T[3 * Vector256<T>.Count];
        last.Clear();
        int width = Vector256<T>.Count;
        Span<T> lastW = last[..width], lastNorm = norm.IsEmpty ? norm : last.Slice(width, width);
        w[whole..].CopyTo(lastW);
        if (!norm.IsEmpty)
            norm[whole..].CopyTo(lastNorm);
        g[whole..].CopyTo(last[(2 * width)..]);
        Loop(map, lastW, lastNorm, last[(2 * width)..]);
        lastW[..(w.Length - whole)].CopyTo(w[whole..]);
        if (!norm.IsEmpty)
            lastNorm[..(w.Length - whole)].CopyTo(norm[whole..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Loop(in RateMap<T> map, Span<T> w, Span<T> norm, ReadOnlySpan<T> g)
    {
        RateMap<T> rate = map;
        bool normalizes = !norm.IsEmpty;
        fixed (T* pw = w, pv = norm, pg = g)
        {
            for (nint i = 0; i < w.Length; i += Vector256<T>.Count)
            {
                RateCells<T> c = default;
                c.W = Vector256.Load(pw + i);
                if (normalizes)
                    c.V = Vector256.Load(pv + i);
                rate.Update(ref c, Vector256.Load(pg + i), Vector256<T>.Zero, Vector256<T>.Zero);
                c.W.Store(pw + i);
                if (normalizes)
                    c.V.Store(pv + i);
            }
        }
    }
}
