using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.Divergences;

/// <summary>
/// One pass over the coordinates of a diagonal step theta - eta g / P with an entry of P for each, and of its transpose. The width is 256 bits on every
/// machine, so that the sum has the same bits everywhere; the remainder goes through the same lanes, filled up with g = 0, P = 1.
/// </summary>
internal static class DiagonalStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>theta -= eta (g / P).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Step(T eta, ReadOnlySpan<T> g, ReadOnlySpan<T> p, Span<T> theta)
    {
        ref T gs = ref MemoryMarshal.GetReference(g), ps = ref MemoryMarshal.GetReference(p), ts = ref MemoryMarshal.GetReference(theta);
        var factor = Vector256.Create(eta);
        int i = 0;
        for (; i <= theta.Length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> step = factor * (Vector256.LoadUnsafe(ref gs, (nuint)i) / Vector256.LoadUnsafe(ref ps, (nuint)i));
            (Vector256.LoadUnsafe(ref ts, (nuint)i) - step).StoreUnsafe(ref ts, (nuint)i);
        }

        for (; i < theta.Length; i++)
            theta[i] -= eta * (g[i] / p[i]);
    }

    /// <summary>aG -= eta aTheta / P; aP += eta g aTheta / P^2; gives sum g aTheta / P. A fresh aG counts as zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double Vjp(T eta, ReadOnlySpan<T> g, ReadOnlySpan<T> p, ReadOnlySpan<T> aTheta, Span<T> aGradient, Span<T> aP, bool fresh)
    {
        ref T gs = ref MemoryMarshal.GetReference(g), ps = ref MemoryMarshal.GetReference(p), ats = ref MemoryMarshal.GetReference(aTheta);
        ref T ags = ref MemoryMarshal.GetReference(aGradient), aps = ref MemoryMarshal.GetReference(aP);
        var factor = Vector256.Create(eta);
        LaneSum<T> sum = default;
        int i = 0;
        for (; i <= aTheta.Length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> inverse = Vector256<T>.One / Vector256.LoadUnsafe(ref ps, (nuint)i);
            Vector256<T> scaled = Vector256.LoadUnsafe(ref ats, (nuint)i) * inverse;
            Vector256<T> product = Vector256.LoadUnsafe(ref gs, (nuint)i) * scaled;
            sum.Add(product);
            ((fresh ? Vector256<T>.Zero : Vector256.LoadUnsafe(ref ags, (nuint)i)) - (factor * scaled)).StoreUnsafe(ref ags, (nuint)i);
            (Vector256.LoadUnsafe(ref aps, (nuint)i) + (factor * product * inverse)).StoreUnsafe(ref aps, (nuint)i);
        }

        if (i < aTheta.Length)
        {
            Span<T> products = stackalloc T[Vector256<T>.Count];
            products.Clear();
            for (int j = 0; i < aTheta.Length; i++, j++)
            {
                T inverse = T.One / p[i], scaled = aTheta[i] * inverse, product = g[i] * scaled;
                products[j] = product;
                aGradient[i] = (fresh ? T.Zero : aGradient[i]) - (eta * scaled);
                aP[i] += eta * product * inverse;
            }

            sum.Add(Vector256.Create<T>(products));
        }

        return sum.Total;
    }

    /// <summary>sum g^2 / P; the quotient g / P is rounded to T, the product is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double DualSquare(ReadOnlySpan<T> g, ReadOnlySpan<T> p)
    {
        ref T gs = ref MemoryMarshal.GetReference(g), ps = ref MemoryMarshal.GetReference(p);
        LaneSum<T> sum = default;
        int i = 0;
        for (; i <= g.Length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> x = Vector256.LoadUnsafe(ref gs, (nuint)i);
            sum.AddProduct(x, x / Vector256.LoadUnsafe(ref ps, (nuint)i));
        }

        double rest = 0;
        for (; i < g.Length; i++)
            rest += double.CreateTruncating(g[i]) * double.CreateTruncating(g[i] / p[i]);
        return sum.Total + rest;
    }

    /// <summary>The cotangents with one P for all: aG -= eta aTheta / P; gives sum g aTheta / P. A fresh aG counts as zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static double SharedVjp(T eta, ReadOnlySpan<T> g, T p, ReadOnlySpan<T> aTheta, Span<T> aGradient, bool fresh)
    {
        ref T gs = ref MemoryMarshal.GetReference(g), ats = ref MemoryMarshal.GetReference(aTheta), ags = ref MemoryMarshal.GetReference(aGradient);
        T inverse = T.One / p;
        Vector256<T> factor = Vector256.Create(eta), inverses = Vector256.Create(inverse);
        LaneSum<T> sum = default;
        int i = 0;
        for (; i <= aTheta.Length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> scaled = Vector256.LoadUnsafe(ref ats, (nuint)i) * inverses;
            sum.Add(Vector256.LoadUnsafe(ref gs, (nuint)i) * scaled);
            ((fresh ? Vector256<T>.Zero : Vector256.LoadUnsafe(ref ags, (nuint)i)) - (factor * scaled)).StoreUnsafe(ref ags, (nuint)i);
        }

        if (i < aTheta.Length)
        {
            Span<T> products = stackalloc T[Vector256<T>.Count];
            products.Clear();
            for (int j = 0; i < aTheta.Length; i++, j++)
            {
                T scaled = aTheta[i] * inverse;
                products[j] = g[i] * scaled;
                aGradient[i] = (fresh ? T.Zero : aGradient[i]) - (eta * scaled);
            }

            sum.Add(Vector256.Create<T>(products));
        }

        return sum.Total;
    }
}
