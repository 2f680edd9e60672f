using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.UpdateRules.Online;

/// <summary>G, what it was guessed to be, and the next guess, for the parameters of one rate: sums in double.</summary>
internal struct RateSlope<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public double G;
    public double Past;
    public double Next;

    /// <summary>|d_{t-1}|^2.</summary>
    public double Moved;

    /// <summary>|g_t|^2.</summary>
    public double Steep;

    /// <summary>What all three were multiplied by.</summary>
    public double Size;

    /// <summary>The sums at a group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RateSlope<T> At(RateGroup group, in HintMap<T> guess, bool isCosine, ReadOnlySpan<T> before, ReadOnlySpan<T> now, ReadOnlySpan<T> gradient, ReadOnlySpan<T> y)
    {
        RateSlope<T> s = default;
        for (int i = group.Start; i < group.Start + group.Length; i++)
        {
            double d = double.CreateTruncating(before[i]), g = double.CreateTruncating(gradient[i]);
            s.G += d * g;
            s.Moved += d * d;
            s.Steep += g * g;
            if (y.IsEmpty)
                continue;
            s.Past += d * double.CreateTruncating(y[i]);
            s.Next += double.CreateTruncating(guess.IsPresent ? now[i] : before[i]) * double.CreateTruncating(guess.Following(y[i], gradient[i]));
        }

        double product = Math.Sqrt(s.Moved) * Math.Sqrt(s.Steep);
        s.Size = !isCosine ? 1 : product > 0 ? 1 / product : 0;
        s.G *= s.Size;
        s.Past *= s.Size;
        s.Next *= s.Size;
        return s;
    }
}
