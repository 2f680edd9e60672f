using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Online;

/// <summary>Element-wise meta-update and step in one pass; 256 bits wide on every machine.</summary>
internal static unsafe class RateLoop<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>From d_{t-1} and g_t to w_t, then theta_{t+1} = theta_t - w_t d_t.</summary>
    public static void Step(in RateMap<T> map, in HintMap<T> hint, in RatePlaces<T> places, int n)
    {
        int rest = n % Vector256<T>.Count;
        Loop(map, hint, places, n - rest);
        if (rest == 0)
            return;
        T* place = stackalloc T[RatePlaces<T>.LastLength];
        RatePlaces<T> last = places.Last(n - rest, rest, place);
        Loop(map, hint, last, rest);
        places.PutBack(last, n - rest, rest);
    }

    /// <summary>The first step: w = w_1, nothing known of hypergradients but, for anchored sums, their size.</summary>
    public static void First(in RateMap<T> map, in RatePlaces<T> places, int n)
    {
        int rest = n % Vector256<T>.Count;
        FirstLoop(map, places, n - rest);
        if (rest == 0)
            return;
        T* place = stackalloc T[RatePlaces<T>.LastLength];
        RatePlaces<T> last = places.Last(n - rest, rest, place);
        FirstLoop(map, last, rest);
        places.PutBack(last, n - rest, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Loop(in RateMap<T> map, in HintMap<T> hint, in RatePlaces<T> places, nint n)
    {
        RateMap<T> rate = map;
        HintMap<T> guess = hint;
        RatePlaces<T> p = places;
        for (nint i = 0; i < n; i += Vector256<T>.Count)
        {
            Vector256<T> old = Vector256.Load(p.Old + i), moved = Vector256.Load(p.Theta + i), g = Vector256.Load(p.Gradient + i), d = Vector256.Load(p.Displacement + i);
            Vector256<T> now = old - moved, slope = d * g, past = Vector256<T>.Zero, next = Vector256<T>.Zero;
            if (p.Hint is not null)
            {
                Vector256<T> kept = Vector256.Load(p.Hint + i), ahead = p.Ahead is null ? g : Vector256.Load(p.Ahead + i);
                guess.Move(d, now, slope, ahead, ref kept, out past, out next);
                kept.Store(p.Hint + i);
            }

            RateCells<T> c = default;
            c.W = Vector256.Load(p.W + i);
            if (p.V is not null)
                c.V = Vector256.Load(p.V + i);
            if (p.Z is not null)
                c.Z = Vector256.Load(p.Z + i);
            rate.Update(ref c, slope, past, next);
            c.W.Store(p.W + i);
            if (p.V is not null)
                c.V.Store(p.V + i);
            if (p.Z is not null)
                c.Z.Store(p.Z + i);
            now.Store(p.Displacement + i);
            Vector256.ConditionalSelect(Vector256.Equals(c.W, Vector256<T>.One), moved, old - (c.W * now)).Store(p.Theta + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FirstLoop(in RateMap<T> map, in RatePlaces<T> places, nint n)
    {
        RatePlaces<T> p = places;
        var start = Vector256.Create(map.Start);
        bool seeds = map.Form == RateForm.Anchored && p.V is not null;
        for (nint i = 0; i < n; i += Vector256<T>.Count)
        {
            Vector256<T> old = Vector256.Load(p.Old + i), moved = Vector256.Load(p.Theta + i), now = old - moved;
            now.Store(p.Displacement + i);
            start.Store(p.W + i);
            Vector256.ConditionalSelect(Vector256.Equals(start, Vector256<T>.One), moved, old - (start * now)).Store(p.Theta + i);
            if (!seeds)
                continue;
            Vector256<T> slope = now * Vector256.Load(p.Gradient + i);
            (slope * slope).Store(p.V + i);
        }
    }
}
