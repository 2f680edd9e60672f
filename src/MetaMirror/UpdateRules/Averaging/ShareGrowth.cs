using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Averaging;

/// <summary>share *= (1 + u/2)/(1 - u/2), u = -beta_e k m / (sqrt v + floor), clipped to [-1, 1], k what corrects averages that began at 0; then into its range.</summary>
internal readonly struct ShareGrowth<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _step;
    private readonly T _floor;
    private readonly T _most;
    private readonly T _least;

    public ShareGrowth(AveragedRateOptions options, double floor, double correction)
    {
        _step = T.CreateTruncating(-0.5 * options.ShareRate * correction);
        _floor = T.CreateTruncating(floor);
        _most = T.CreateTruncating(options.ShareRange);
        _least = T.CreateTruncating(1 / options.ShareRange);
    }

    /// <summary>In place, 256 bits wide on every machine; the last few in a place filled up with zeros.</summary>
    public unsafe void Grow(Span<T> share, ReadOnlySpan<T> slope, ReadOnlySpan<T> square)
    {
        // Nothing seen, nothing moved: 0/0.
        if (_floor == T.Zero)
            return;
        int rest = share.Length % Vector256<T>.Count, whole = share.Length - rest;
        fixed (T* s = share, m = slope, v = square)
        {
            Loop(this, s, m, v, whole);
            if (rest == 0)
                return;
            T* place = stackalloc T[3 * Vector256<T>.Count];
            Span<T> last = new(place, 3 * Vector256<T>.Count);
            last.Clear();
            share[whole..].CopyTo(last);
            slope[whole..].CopyTo(last[Vector256<T>.Count..]);
            square[whole..].CopyTo(last[(2 * Vector256<T>.Count)..]);
            Loop(this, place, place + Vector256<T>.Count, place + (2 * Vector256<T>.Count), rest);
            last[..rest].CopyTo(share[whole..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe void Loop(in ShareGrowth<T> growth, T* share, T* slope, T* square, nint n)
    {
        Vector256<T> step = Vector256.Create(growth._step), floor = Vector256.Create(growth._floor), most = Vector256.Create(growth._most), least = Vector256.Create(growth._least);
        Vector256<T> half = Vector256.Create(T.CreateTruncating(0.5));
        for (nint i = 0; i < n; i += Vector256<T>.Count)
        {
            // (1 + u/2) / (1 - u/2) with u = 2 y / s: one division.
            Vector256<T> s = Vector256.Sqrt(Vector256.Load(square + i)) + floor, bound = half * s;
            Vector256<T> y = RateMap<T>.Clip(step * Vector256.Load(slope + i), -bound, bound);
            RateMap<T>.Clip(Vector256.Load(share + i) * ((s + y) / (s - y)), least, most).Store(share + i);
        }
    }
}
