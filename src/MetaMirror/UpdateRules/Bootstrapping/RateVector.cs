using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Bootstrapping;

/// <summary>A meta-update of many rates, and the step that they scale; 256 bits wide on every machine.</summary>
internal static unsafe class RateVector<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Most = 6;

    /// <summary>Moves w along g.</summary>
    /// <param name="map">The formula.</param>
    /// <param name="w">Rates, updated.</param>
    /// <param name="norm">What normalizes each, updated; empty where nothing does.</param>
    /// <param name="g">-dmu/dw.</param>
    public static void Update(in RateMap<T> map, Span<T> w, Span<T> norm, ReadOnlySpan<T> g)
    {
        int rest = w.Length % Vector256<T>.Count, whole = w.Length - rest;
        T* place = stackalloc T[Most * Vector256<T>.Count];
        fixed (T* pw = w, pn = norm, pg = g)
        {
            UpdateLoop(map, pw, pn, pg, whole);
            if (rest == 0)
                return;
            var last = new Tail(whole, rest, place);
            T* lastW = last.In(pw, 0), lastNorm = last.In(pn, 1);
            UpdateLoop(map, lastW, lastNorm, last.In(pg, 2), rest);
            last.Back(lastW, pw);
            last.Back(lastNorm, pn);
        }
    }

    /// <summary>Moves element-wise rates along v d, and takes the step with them: d = old - theta, theta = old - w d.</summary>
    /// <param name="map">The formula.</param>
    /// <param name="w">Rates, updated.</param>
    /// <param name="norm">What normalizes each, updated; empty where nothing does.</param>
    /// <param name="v">dmu/dx.</param>
    /// <param name="d">In: of the step that is differentiated; out: of this one.</param>
    /// <param name="old">Where this step began.</param>
    /// <param name="theta">In: where the rule led; out: where the step leads.</param>
    public static void UpdateAndMove(in RateMap<T> map, Span<T> w, Span<T> norm, ReadOnlySpan<T> v, Span<T> d, ReadOnlySpan<T> old, Span<T> theta)
    {
        int rest = w.Length % Vector256<T>.Count, whole = w.Length - rest;
        T* place = stackalloc T[Most * Vector256<T>.Count];
        fixed (T* pw = w, pn = norm, pv = v, pd = d, po = old, pt = theta)
        {
            UpdateAndMoveLoop(map, pw, pn, pv, pd, po, pt, whole);
            if (rest == 0)
                return;
            var last = new Tail(whole, rest, place);
            T* lastW = last.In(pw, 0), lastNorm = last.In(pn, 1), lastD = last.In(pd, 2), lastTheta = last.In(pt, 3);
            UpdateAndMoveLoop(map, lastW, lastNorm, last.In(pv, 4), lastD, last.In(po, 5), lastTheta, rest);
            last.Back(lastW, pw);
            last.Back(lastNorm, pn);
            last.Back(lastD, pd);
            last.Back(lastTheta, pt);
        }
    }

    /// <summary>d = old - theta, then theta = old - w d.</summary>
    /// <param name="old">Where the step began.</param>
    /// <param name="w">Rates of as many parameters, or one for all.</param>
    /// <param name="theta">In: where the rule led; out: where the step leads.</param>
    /// <param name="d">Overwritten; empty if nobody wants it.</param>
    public static void Move(ReadOnlySpan<T> old, ReadOnlySpan<T> w, Span<T> theta, Span<T> d)
    {
        int rest = theta.Length % Vector256<T>.Count, whole = theta.Length - rest;
        bool isShared = w.Length == 1;
        fixed (T* po = old, pw = w, pt = theta, pd = d)
            MoveLoop(po, pw, pt, pd, whole, isShared);
        for (int i = whole; i < theta.Length; i++)
        {
            T di = old[i] - theta[i];
            if (!d.IsEmpty)
                d[i] = di;
            theta[i] = old[i] - (w[isShared ? 0 : i] * di);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void UpdateLoop(in RateMap<T> map, T* w, T* norm, T* g, nint n)
    {
        RateMap<T> rate = map;
        for (nint i = 0; i < n; i += Vector256<T>.Count)
        {
            RateCells<T> c = Load(w + i, norm is null ? null : norm + i);
            rate.Update(ref c, Vector256.Load(g + i), Vector256<T>.Zero, Vector256<T>.Zero);
            c.W.Store(w + i);
            if (norm is not null)
                c.V.Store(norm + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void UpdateAndMoveLoop(in RateMap<T> map, T* w, T* norm, T* v, T* d, T* old, T* theta, nint n)
    {
        RateMap<T> rate = map;
        for (nint i = 0; i < n; i += Vector256<T>.Count)
        {
            RateCells<T> c = Load(w + i, norm is null ? null : norm + i);
            rate.Update(ref c, Vector256.Load(v + i) * Vector256.Load(d + i), Vector256<T>.Zero, Vector256<T>.Zero);
            Vector256<T> x = Vector256.Load(old + i), di = x - Vector256.Load(theta + i);
            c.W.Store(w + i);
            if (norm is not null)
                c.V.Store(norm + i);
            di.Store(d + i);
            (x - (c.W * di)).Store(theta + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MoveLoop(T* old, T* w, T* theta, T* d, nint n, bool isShared)
    {
        Vector256<T> rate = Vector256.Create(*w);
        for (nint i = 0; i < n; i += Vector256<T>.Count)
        {
            Vector256<T> x = Vector256.Load(old + i), di = x - Vector256.Load(theta + i);
            if (d is not null)
                di.Store(d + i);
            if (!isShared)
                rate = Vector256.Load(w + i);
            (x - (rate * di)).Store(theta + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RateCells<T> Load(T* w, T* norm)
    {
        RateCells<T> c = default;
        c.W = Vector256.Load(w);
        if (norm is not null)
            c.V = Vector256.Load(norm);
        return c;
    }

    /// <summary>The last, not whole, group of every vector, in places filled up with zeros.</summary>
    private readonly struct Tail
    {
        private readonly int _start;
        private readonly int _count;
        private readonly T* _place;

        public Tail(int start, int count, T* place)
        {
            _start = start;
            _count = count;
            _place = place;
            new Span<T>(place, Most * Vector256<T>.Count).Clear();
        }

        public T* In(T* from, int index)
        {
            if (from is null)
                return null;
            T* to = _place + (index * Vector256<T>.Count);
            new ReadOnlySpan<T>(from + _start, _count).CopyTo(new Span<T>(to, _count));
            return to;
        }

        public void Back(T* last, T* to)
        {
            if (to is not null)
                new ReadOnlySpan<T>(last, _count).CopyTo(new Span<T>(to + _start, _count));
        }
    }
}
