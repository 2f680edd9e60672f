using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>Implicit QL with Wilkinson's shift on a symmetric tridiagonal matrix (EISPACK tql2; Bowdler, Martin, Reinsch, Wilkinson 1968).</summary>
internal static class ImplicitQl
{
    private const int MaximumSweeps = 60;

    /// <summary>Sweeps after which an entry that is rounding beside the whole matrix counts as zero: a block of nothing but rounding need never come apart by itself.</summary>
    private const int PatientSweeps = 30;

    /// <summary>Half of double's epsilon.</summary>
    private const double UnitRoundoff = 1.0 / (1L << 53);

    /// <summary>d ← eigenvalues; the rotations are applied to the rows of q.</summary>
    public static void Diagonalize(Span<double> d, Span<double> e, int n, Span<double> q)
    {
        double largest = 0;
        for (int i = 0; i < n; i++)
            largest = Math.Max(largest, Math.Abs(d[i]) + (i < n - 1 ? Math.Abs(e[i]) : 0));
        for (int l = 0; l < n; l++)
        {
            for (int sweep = 0; ; sweep++)
            {
                // Entries of small eigenvalues keep their own digits as long as that converges.
                double rounding = sweep < PatientSweeps ? 0 : UnitRoundoff * largest;
                int m = l;
                while (m < n - 1 && !(Math.Abs(e[m]) <= rounding) && !IsNegligible(e[m], Math.Abs(d[m]) + Math.Abs(d[m + 1])))
                    m++;
                if (m == l)
                    break;
                if (sweep == MaximumSweeps)
                    throw new ArithmeticException($"QL found no eigenvalue {l} in {MaximumSweeps} sweeps.");
                Sweep(d, e, l, m, n, q);
            }
        }
    }

    private static void Sweep(Span<double> d, Span<double> e, int l, int m, int n, Span<double> q)
    {
        double g = (d[l + 1] - d[l]) / (2 * e[l]);
        double r = Hypotenuse(g, 1);
        g = d[m] - d[l] + (e[l] / (g + Math.CopySign(r, g)));
        double s = 1, c = 1, p = 0;
        for (int i = m - 1; i >= l; i--)
        {
            double f = s * e[i], b = c * e[i];
            r = Hypotenuse(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                // The matrix has come apart at i + 1: go on with the smaller blocks.
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }

            s = f / r;
            c = g / r;
            g = d[i + 1] - p;
            r = ((d[i] - g) * s) + (2 * c * b);
            p = s * r;
            d[i + 1] = g + p;
            g = (c * r) - b;
            Rotate(q.Slice(i * n, n), q.Slice((i + 1) * n, n), c, s);
        }

        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }

    private static bool IsNegligible(double e, double neighbors) => neighbors + Math.Abs(e) == neighbors;

    private static double Hypotenuse(double x, double y)
    {
        x = Math.Abs(x);
        y = Math.Abs(y);
        double large = Math.Max(x, y), small = Math.Min(x, y);
        if (small == 0)
            return large;
        double ratio = small / large;
        return large * Math.Sqrt(1 + (ratio * ratio));
    }

    /// <summary>(x, y) ← (c x − s y, s x + c y), elementwise; each product and sum rounds alone, so the width leaves no trace.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rotate(Span<double> x, Span<double> y, double c, double s)
    {
        ref double x0 = ref MemoryMarshal.GetReference(x);
        ref double y0 = ref MemoryMarshal.GetReference(y);
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= x.Length - 8; i += 8)
            {
                Vector512<double> u = Vector512.LoadUnsafe(ref x0, (nuint)i), v = Vector512.LoadUnsafe(ref y0, (nuint)i);
                ((u * c) - (v * s)).StoreUnsafe(ref x0, (nuint)i);
                ((u * s) + (v * c)).StoreUnsafe(ref y0, (nuint)i);
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= x.Length - 4; i += 4)
            {
                Vector256<double> u = Vector256.LoadUnsafe(ref x0, (nuint)i), v = Vector256.LoadUnsafe(ref y0, (nuint)i);
                ((u * c) - (v * s)).StoreUnsafe(ref x0, (nuint)i);
                ((u * s) + (v * c)).StoreUnsafe(ref y0, (nuint)i);
            }
        }

        for (; i < x.Length; i++)
            (x[i], y[i]) = ((x[i] * c) - (y[i] * s), (x[i] * s) + (y[i] * c));
    }
}
