using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// One rotated entry d of "basis + prior": m' = b1 m + (1-b1) d, u = b1 m' + (1-b1) d, v' = b2 v + (1-b2) d^2,
/// w = (v' + c p) / (1 - b2^t + c), N = u / (1 - b1^t) / (sqrt w + eps); with tangent and cotangent.
/// </summary>
internal readonly struct MomentMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public readonly T B1;
    public readonly T B2;
    public readonly T C;
    public readonly T C1;
    public readonly T C2;
    public readonly T DC1;
    public readonly T DC2;

    private static readonly T Epsilon = T.CreateChecked(1e-8);

    public MomentMap(T b1, T b2, T c, int t)
    {
        B1 = b1;
        B2 = b2;
        C = c;
        double p1 = Math.Pow(double.CreateChecked(b1), t - 1);
        double p2 = Math.Pow(double.CreateChecked(b2), t - 1);
        C1 = T.CreateChecked(1 - (p1 * double.CreateChecked(b1)));
        C2 = T.CreateChecked(1 - (p2 * double.CreateChecked(b2))) + c;
        DC1 = T.CreateChecked(-t * p1);
        DC2 = T.CreateChecked(-t * p2);
    }

    /// <summary>d becomes N; m and v move on. The prior is one value (a row's) or one per entry.</summary>
    public void Step(Span<T> d, Span<T> m, Span<T> v, ReadOnlySpan<T> prior)
    {
        int i = 0;
        int width = Vector<T>.Count;
        var b1 = new Vector<T>(B1);
        var a1 = new Vector<T>(T.One - B1);
        var b2 = new Vector<T>(B2);
        var a2 = new Vector<T>(T.One - B2);
        var c = new Vector<T>(C);
        var c1 = new Vector<T>(C1);
        var c2 = new Vector<T>(C2);
        var eps = new Vector<T>(Epsilon);
        bool row = prior.Length == 1;
        var p = new Vector<T>(row ? prior[0] : T.Zero);
        for (; i <= d.Length - width; i += width)
        {
            var x = new Vector<T>(d[i..]);
            if (!row)
                p = new Vector<T>(prior[i..]);
            Vector<T> m1 = (b1 * new Vector<T>(m[i..])) + (a1 * x);
            Vector<T> v1 = (b2 * new Vector<T>(v[i..])) + (a2 * x * x);
            m1.CopyTo(m[i..]);
            v1.CopyTo(v[i..]);
            Vector<T> u = (b1 * m1) + (a1 * x);
            (u / c1 / (Vector.SquareRoot((v1 + (c * p)) / c2) + eps)).CopyTo(d[i..]);
        }

        for (; i < d.Length; i++)
        {
            T x = d[i];
            m[i] = (B1 * m[i]) + ((T.One - B1) * x);
            v[i] = (B2 * v[i]) + ((T.One - B2) * x * x);
            T u = (B1 * m[i]) + ((T.One - B1) * x);
            d[i] = u / C1 / (T.Sqrt((v[i] + (C * (row ? prior[0] : prior[i]))) / C2) + Epsilon);
        }
    }

    /// <summary>Tangent: dd becomes dN; dm and dv move on. d, m, v are the values before the step.</summary>
    public void Jvp(
        ReadOnlySpan<T> d, ReadOnlySpan<T> m, ReadOnlySpan<T> v, ReadOnlySpan<T> prior, T dB1, T dB2, T dC, Span<T> dd, Span<T> dm, Span<T> dv)
    {
        T dc1 = DC1 * dB1;
        T dc2 = (DC2 * dB2) + dC;
        for (int i = 0; i < d.Length; i++)
        {
            T x = d[i];
            T p = prior.Length == 1 ? prior[0] : prior[i];
            T m1 = (B1 * m[i]) + ((T.One - B1) * x);
            T v1 = (B2 * v[i]) + ((T.One - B2) * x * x);
            T u = (B1 * m1) + ((T.One - B1) * x);
            T w = (v1 + (C * p)) / C2;
            T s = T.Sqrt(w);
            T n = u / C1 / (s + Epsilon);
            dm[i] = (dB1 * (m[i] - x)) + (B1 * dm[i]) + ((T.One - B1) * dd[i]);
            dv[i] = (dB2 * (v[i] - (x * x))) + (B2 * dv[i]) + ((T.One - B2) * (x + x) * dd[i]);
            T du = (dB1 * (m1 - x)) + (B1 * dm[i]) + ((T.One - B1) * dd[i]);
            T dw = ((dv[i] + (dC * p)) - (w * dc2)) / C2;
            T ds = s > T.Zero ? dw / (s + s) : T.Zero;
            dd[i] = (du / C1 / (s + Epsilon)) - (n * dc1 / C1) - (n * ds / (s + Epsilon));
        }
    }

    /// <summary>Cotangent: an becomes ad; am and av go back. Returns the cotangents of b1, b2, c.</summary>
    public (T B1, T B2, T C) Vjp(
        ReadOnlySpan<T> d, ReadOnlySpan<T> m, ReadOnlySpan<T> v, ReadOnlySpan<T> prior, Span<T> an, Span<T> am, Span<T> av)
    {
        double aB1 = 0;
        double aB2 = 0;
        double aC = 0;
        for (int i = 0; i < d.Length; i++)
        {
            T x = d[i];
            T p = prior.Length == 1 ? prior[0] : prior[i];
            T m1 = (B1 * m[i]) + ((T.One - B1) * x);
            T v1 = (B2 * v[i]) + ((T.One - B2) * x * x);
            T u = (B1 * m1) + ((T.One - B1) * x);
            T w = (v1 + (C * p)) / C2;
            T s = T.Sqrt(w);
            T n = u / C1 / (s + Epsilon);
            T au = an[i] / C1 / (s + Epsilon);
            T aw = s > T.Zero ? -an[i] * n / (s + Epsilon) / (s + s) : T.Zero;
            T aw2 = aw / C2;
            aC += double.CreateTruncating(aw2 * (p - w));
            T am1 = am[i] + (B1 * au);
            T av1 = av[i] + aw2;
            aB1 += double.CreateTruncating((au * (m1 - x)) + (am1 * (m[i] - x)) - (an[i] * n / C1 * DC1));
            aB2 += double.CreateTruncating((av1 * (v[i] - (x * x))) - (aw2 * w * DC2));
            an[i] = ((T.One - B1) * (au + am1)) + ((T.One - B2) * (x + x) * av1);
            am[i] = B1 * am1;
            av[i] = B2 * av1;
        }

        return (T.CreateChecked(aB1), T.CreateChecked(aB2), T.CreateChecked(aC));
    }
}
