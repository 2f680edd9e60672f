using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.Optimism;

/// <summary>
/// One pass of v' = r v + w c g, u = p c g + q v + s v' over all coordinates, with tangent and cotangent; u is written over g. The width is 256 bits on
/// every machine, so that the sums have the same bits everywhere; products and sums round separately.
/// </summary>
internal static class LinearFilter<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>g becomes u, v becomes v'.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Step(HintCoefficients<T> k, T c, Span<T> gradient, Span<T> state)
    {
        ref T gs = ref MemoryMarshal.GetReference(gradient), vs = ref MemoryMarshal.GetReference(state);
        int i = 0;
        for (; i <= gradient.Length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> g = Vector256.LoadUnsafe(ref gs, (nuint)i) * c, v = Vector256.LoadUnsafe(ref vs, (nuint)i);
            Vector256<T> next = (v * k.Keep) + (g * k.Take);
            ((g * k.Present) + (v * k.Past) + (next * k.Next)).StoreUnsafe(ref gs, (nuint)i);
            next.StoreUnsafe(ref vs, (nuint)i);
        }

        for (; i < gradient.Length; i++)
        {
            T g = gradient[i] * c, v = state[i], next = (v * k.Keep) + (g * k.Take);
            gradient[i] = (g * k.Present) + (v * k.Past) + (next * k.Next);
            state[i] = next;
        }
    }

    /// <summary>dg becomes du, dv becomes dv'; d and dc are the tangents of the coefficients and of c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Jvp(
        HintCoefficients<T> k, HintCoefficients<T> d, T c, T dc, ReadOnlySpan<T> gradient, ReadOnlySpan<T> state, Span<T> dGradient, Span<T> dState)
    {
        for (int i = 0; i < gradient.Length; i++)
        {
            T g = gradient[i] * c, v = state[i], next = (v * k.Keep) + (g * k.Take);
            T dg = (dGradient[i] * c) + (gradient[i] * dc), dv = dState[i];
            T dNext = (dv * k.Keep) + (v * d.Keep) + (dg * k.Take) + (g * d.Take);
            dGradient[i] = (dg * k.Present) + (g * d.Present) + (dv * k.Past) + (v * d.Past) + (dNext * k.Next) + (next * d.Next);
            dState[i] = dNext;
        }
    }

    /// <summary>The cotangent of u becomes that of g, that of v' that of v; gives those of the coefficients and of c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static HintCoefficients<T> Vjp(
        HintCoefficients<T> k, T c, ReadOnlySpan<T> gradient, ReadOnlySpan<T> state, Span<T> aGradient, Span<T> aState, out T aScale)
    {
        ref T gs = ref MemoryMarshal.GetReference(gradient), vs = ref MemoryMarshal.GetReference(state);
        ref T us = ref MemoryMarshal.GetReference(aGradient), ns = ref MemoryMarshal.GetReference(aState);
        LaneSum<T> present = default, past = default, next = default, keep = default, take = default, scale = default;
        int i = 0, width = Vector256<T>.Count;
        for (; i <= gradient.Length - width; i += width)
        {
            Vector256<T> g = Vector256.LoadUnsafe(ref gs, (nuint)i), v = Vector256.LoadUnsafe(ref vs, (nuint)i), au = Vector256.LoadUnsafe(ref us, (nuint)i);
            Vector256<T> gc = g * c, an = Vector256.LoadUnsafe(ref ns, (nuint)i) + (au * k.Next), ag = (au * k.Present) + (an * k.Take);
            present.Add(au * gc);
            past.Add(au * v);
            next.Add(au * ((v * k.Keep) + (gc * k.Take)));
            keep.Add(an * v);
            take.Add(an * gc);
            scale.Add(ag * g);
            (ag * c).StoreUnsafe(ref us, (nuint)i);
            ((au * k.Past) + (an * k.Keep)).StoreUnsafe(ref ns, (nuint)i);
        }

        if (i < gradient.Length)
        {
            Span<T> last = stackalloc T[4 * width];
            last.Clear();
            int rest = gradient.Length - i;
            Span<T> lg = last[..width], lv = last.Slice(width, width), lu = last.Slice(2 * width, width), ln = last[(3 * width)..];
            gradient[i..].CopyTo(lg);
            state[i..].CopyTo(lv);
            aGradient[i..].CopyTo(lu);
            aState[i..].CopyTo(ln);
            Vector256<T> g = Vector256.Create<T>(lg), v = Vector256.Create<T>(lv), au = Vector256.Create<T>(lu);
            Vector256<T> gc = g * c, an = Vector256.Create<T>(ln) + (au * k.Next), ag = (au * k.Present) + (an * k.Take);
            present.Add(au * gc);
            past.Add(au * v);
            next.Add(au * ((v * k.Keep) + (gc * k.Take)));
            keep.Add(an * v);
            take.Add(an * gc);
            scale.Add(ag * g);
            (ag * c).CopyTo(lu);
            ((au * k.Past) + (an * k.Keep)).CopyTo(ln);
            lu[..rest].CopyTo(aGradient[i..]);
            ln[..rest].CopyTo(aState[i..]);
        }

        aScale = T.CreateTruncating(scale.Total);
        return new(
            T.CreateTruncating(present.Total), T.CreateTruncating(past.Total), T.CreateTruncating(next.Total), T.CreateTruncating(keep.Total), T.CreateTruncating(take.Total));
    }
}
