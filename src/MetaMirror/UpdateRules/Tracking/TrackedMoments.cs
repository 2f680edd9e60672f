using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Tracking;

/// <summary>
/// One entry d in rotated coordinates: m' = b1 m + (1-b1) d, u = b1 m' + (1-b1) d, v' = b2 v + (1-b2) d^2, w = (v' + c b2^t p) / (1 - b2^t + c b2^t),
/// N = u / (1 - b1^t) / (w^e + eps), clipped to the trust region [-rho, rho]; with tangent and cotangent, which are zero where it is clipped.
/// </summary>
internal readonly struct TrackedMoments<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T Epsilon = T.CreateChecked(1e-8);
    private static readonly T Half = T.CreateChecked(0.5);
    private static readonly T LeastMapped = T.CreateChecked(0.3);
    private readonly T _b1;
    private readonly T _b2;
    private readonly T _e;
    private readonly T _rho;
    private readonly PowerMap _power;

    /// <summary>c b2^t, its slope in c and in b2.</summary>
    private readonly T _c, _cByC, _cByB2;

    private readonly T _c1, _c2, _c1ByB1, _c2ByB2;

    /// <param name="b1">Momentum.</param>
    /// <param name="b2">Averaging.</param>
    /// <param name="exponent">e.</param>
    /// <param name="c">Weight of the prior.</param>
    /// <param name="trustRegion">rho; infinity for none.</param>
    /// <param name="t">Step, from 1.</param>
    public TrackedMoments(T b1, T b2, T exponent, T c, double trustRegion, int t)
    {
        (_b1, _b2, _e, _rho) = (b1, b2, exponent, T.CreateSaturating(trustRegion));
        _power = new PowerMap(float.CreateTruncating(exponent));
        double first = Math.Pow(double.CreateChecked(b1), t - 1), second = Math.Pow(double.CreateChecked(b2), t - 1), weight = double.CreateChecked(c);
        double power = second * double.CreateChecked(b2);
        _cByC = T.CreateChecked(power);
        _c = T.CreateChecked(weight * power);
        _cByB2 = T.CreateChecked(weight * t * second);
        _c1 = T.CreateChecked(1 - (first * double.CreateChecked(b1)));
        _c2 = T.CreateChecked(1 - power + (weight * power));
        _c1ByB1 = T.CreateChecked(-t * first);
        _c2ByB2 = T.CreateChecked(-t * second);
    }

    /// <summary>True if the prior has no weight.</summary>
    public bool IgnoresPrior => T.IsZero(_c);

    /// <summary>Whether powers are those of <see cref="PowerMap"/>, which leaves out what is nothing beside epsilon for such exponents alone.</summary>
    private bool IsMapped => typeof(T) == typeof(float) && _e > LeastMapped;

    /// <summary>d becomes N; m and v move on. The prior is one value, or one per entry.</summary>
    public unsafe void Step(Span<T> d, Span<T> m, Span<T> v, ReadOnlySpan<T> prior)
    {
        int done = 0;
        if (_e == Half || IsMapped)
        {
            // What is left of the wide vectors goes through narrow ones: which entries are taken one by one, and rounded otherwise, is the same on every machine.
            done = d.Length - (d.Length % Vector256<T>.Count);
            int wide = Vector512.IsHardwareAccelerated ? d.Length - (d.Length % Vector512<T>.Count) : 0;
            fixed (T* pd = d, pm = m, pv = v, pp = prior)
            {
                Whole<Vector512<T>, Lanes512<T>>(pd, pm, pv, pp, prior.Length == 1, 0, wide);
                Whole<Vector256<T>, Lanes256<T>>(pd, pm, pv, pp, prior.Length == 1, wide, done);
            }
        }

        for (int i = done; i < d.Length; i++)
            (d[i], m[i], v[i]) = Of(d[i], m[i], v[i], prior[prior.Length == 1 ? 0 : i]);
    }

    /// <summary>Tangent: d becomes N and dd its tangent; dm and dv move on. m, v are the values before the step.</summary>
    public void Jvp(Span<T> d, ReadOnlySpan<T> m, ReadOnlySpan<T> v, ReadOnlySpan<T> prior, TrackedSlopes<T> mu, Span<T> dd, Span<T> dm, Span<T> dv)
    {
        T dc1 = _c1ByB1 * mu.B1, dcWeight = (_cByC * mu.C) + (_cByB2 * mu.B2), dc2 = (_c2ByB2 * mu.B2) + dcWeight;
        for (int i = 0; i < d.Length; i++)
        {
            T x = d[i], p = prior[prior.Length == 1 ? 0 : i];
            T m1 = (_b1 * m[i]) + ((T.One - _b1) * x), v1 = (_b2 * v[i]) + ((T.One - _b2) * x * x), u = (_b1 * m1) + ((T.One - _b1) * x);
            T w = (v1 + (_c * p)) / _c2, s = Root(w), n = u / _c1 / (s + Epsilon);
            dm[i] = (mu.B1 * (m[i] - x)) + (_b1 * dm[i]) + ((T.One - _b1) * dd[i]);
            dv[i] = (mu.B2 * (v[i] - (x * x))) + (_b2 * dv[i]) + ((T.One - _b2) * (x + x) * dd[i]);
            T du = (mu.B1 * (m1 - x)) + (_b1 * dm[i]) + ((T.One - _b1) * dd[i]);
            T dw = ((dv[i] + (dcWeight * p)) - (w * dc2)) / _c2;
            T ds = s > T.Zero ? (_e * s / w * dw) + (mu.E * s * T.Log(w)) : T.Zero;
            dd[i] = (du / _c1 / (s + Epsilon)) - (n * dc1 / _c1) - (n * ds / (s + Epsilon));
            d[i] = Clipped(n);
            if (d[i] != n)
                dd[i] = T.Zero;
        }
    }

    /// <summary>Cotangent: d becomes N, an the cotangent of d; am and av go back.</summary>
    /// <param name="d">Entries, overwritten by N.</param>
    /// <param name="m">Before the step.</param>
    /// <param name="v">Before the step.</param>
    /// <param name="prior">p.</param>
    /// <param name="factor">Cotangents of N are this times <paramref name="an"/>.</param>
    /// <param name="an">In: cotangents over factor; out: those of d.</param>
    /// <param name="am">Cotangents of m.</param>
    /// <param name="av">Cotangents of v.</param>
    /// <param name="a">Added to.</param>
    /// <returns>&lt;an, N&gt; with an as it came.</returns>
    public double Vjp(Span<T> d, ReadOnlySpan<T> m, ReadOnlySpan<T> v, ReadOnlySpan<T> prior, T factor, Span<T> an, Span<T> am, Span<T> av, ref TrackedCotangents a)
    {
        double along = 0;
        for (int i = 0; i < d.Length; i++)
        {
            T x = d[i], p = prior[prior.Length == 1 ? 0 : i];
            T m1 = (_b1 * m[i]) + ((T.One - _b1) * x), v1 = (_b2 * v[i]) + ((T.One - _b2) * x * x), u = (_b1 * m1) + ((T.One - _b1) * x);
            T w = (v1 + (_c * p)) / _c2, s = Root(w), n = u / _c1 / (s + Epsilon);
            T clipped = Clipped(n);
            along += double.CreateTruncating(an[i]) * double.CreateTruncating(clipped);
            T aN = clipped == n ? factor * an[i] : T.Zero, au = aN / _c1 / (s + Epsilon), aS = -aN * n / (s + Epsilon);
            T aw = s > T.Zero ? aS * _e * s / w / _c2 : T.Zero;
            T aWeight = aw * (p - w), am1 = am[i] + (_b1 * au), av1 = av[i] + aw;
            a.C += double.CreateTruncating(aWeight * _cByC);
            a.B1 += double.CreateTruncating((au * (m1 - x)) + (am1 * (m[i] - x)) - (aN * n / _c1 * _c1ByB1));
            a.B2 += double.CreateTruncating((av1 * (v[i] - (x * x))) - (aw * w * _c2ByB2) + (aWeight * _cByB2));
            if (s > T.Zero)
                a.E += double.CreateTruncating(aS * s * T.Log(w));
            an[i] = ((T.One - _b1) * (au + am1)) + ((T.One - _b2) * (x + x) * av1);
            am[i] = _b1 * am1;
            av[i] = _b2 * av1;
            d[i] = clipped;
        }

        return along;
    }

    private unsafe void Whole<TVector, TLanes>(T* d, T* m, T* v, T* prior, bool isOne, int from, int to)
        where TVector : struct
        where TLanes : struct, ILanes<T, TVector>
    {
        if (from == to)
            return;
        if (_e == Half)
            Whole<TVector, TLanes, SquareRoot>(this, d, m, v, prior, isOne, from, to);
        else
            Whole<TVector, TLanes, Power>(this, d, m, v, prior, isOne, from, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe void Whole<TVector, TLanes, TRoot>(TrackedMoments<T> map, T* d, T* m, T* v, T* prior, bool isOne, int from, int to)
        where TVector : struct
        where TLanes : struct, ILanes<T, TVector>
        where TRoot : struct, IRoot
    {
        TVector b1 = TLanes.Create(map._b1), a1 = TLanes.Create(T.One - map._b1), b2 = TLanes.Create(map._b2), a2 = TLanes.Create(T.One - map._b2);
        TVector c1 = TLanes.Create(T.One / map._c1), c2 = TLanes.Create(T.One / map._c2), c = TLanes.Create(map._c), epsilon = TLanes.Create(Epsilon), rho = TLanes.Create(map._rho);
        TVector p = isOne ? TLanes.Multiply(c, TLanes.Create(*prior)) : default;
        for (nint i = from; i < to; i += TLanes.Count)
        {
            TVector x = TLanes.Load(d + i), fresh = TLanes.Multiply(a1, x);
            if (!isOne)
                p = TLanes.Multiply(c, TLanes.Load(prior + i));
            TVector m1 = TLanes.Add(TLanes.Multiply(b1, TLanes.Load(m + i)), fresh), v1 = TLanes.Add(TLanes.Multiply(b2, TLanes.Load(v + i)), TLanes.Multiply(TLanes.Multiply(a2, x), x));
            TLanes.Store(m1, m + i);
            TLanes.Store(v1, v + i);
            TVector root = TLanes.Add(TRoot.Of<TVector, TLanes>(map._power, TLanes.Multiply(TLanes.Add(v1, p), c2)), epsilon);
            TVector step = TLanes.Divide(TLanes.Multiply(TLanes.Add(TLanes.Multiply(b1, m1), fresh), c1), root);
            TLanes.Store(TLanes.Clip(step, rho), d + i);
        }
    }

    private (T N, T M, T V) Of(T x, T m, T v, T p)
    {
        T m1 = (_b1 * m) + ((T.One - _b1) * x), v1 = (_b2 * v) + ((T.One - _b2) * x * x), u = (_b1 * m1) + ((T.One - _b1) * x);
        return (Clipped(u / _c1 / (Root((v1 + (_c * p)) / _c2) + Epsilon)), m1, v1);
    }

    private T Clipped(T n) => n > _rho ? _rho : n < -_rho ? -_rho : n;

    private T Root(T w)
    {
        if (_e == Half)
            return T.Sqrt(w);
        if (IsMapped)
            return T.CreateTruncating(_power.Of(float.CreateTruncating(w)));
        return w > T.Zero ? T.Pow(w, _e) : T.Zero;
    }

    /// <summary>w^e of whole vectors.</summary>
    private interface IRoot
    {
        static abstract TVector Of<TVector, TLanes>(PowerMap power, TVector w)
            where TVector : struct
            where TLanes : struct, ILanes<T, TVector>;
    }

    private readonly struct SquareRoot : IRoot
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Of<TVector, TLanes>(PowerMap power, TVector w)
            where TVector : struct
            where TLanes : struct, ILanes<T, TVector> => TLanes.Sqrt(w);
    }

    private readonly struct Power : IRoot
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Of<TVector, TLanes>(PowerMap power, TVector w)
            where TVector : struct
            where TLanes : struct, ILanes<T, TVector> => TLanes.Power(power, w);
    }
}

/// <summary>Tangents of the rule's scalar meta-parameters.</summary>
internal readonly record struct TrackedSlopes<T>(T B1, T B2, T E, T C);

/// <summary>Their cotangents, summed in double.</summary>
internal record struct TrackedCotangents(double B1, double B2, double E, double C);
