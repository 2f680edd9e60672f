using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.UpdateRules.Online;

/// <summary>Tangents of the meta-update of one rate.</summary>
public sealed partial class OnlineRate<T>
{
    private static double Wide(T x) => double.CreateTruncating(x);

    /// <summary>w and its tangent; those of the rest of the state are written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (T W, T Tangent) MoveTangent(
        OnlineRatePlan<T> plan, int k, in RateMap<T> map, in HintMap<T> guess, ReadOnlySpan<T> g, ReadOnlySpan<T> dG, ReadOnlySpan<T> now, ReadOnlySpan<T> dOld,
        ReadOnlySpan<T> dMoved, in OnlineRateState<T> s, in OnlineRateState<T> t, ReadOnlySpan<T> metaTangent)
    {
        RateGroup group = plan.Group(k);
        bool isCosine = Options.Normalization == RateNormalization.Cosine;
        RateSlope<T> at = RateSlope<T>.At(group, guess, isCosine, s.D, now, g, plan.KeepsGradient ? s.Hint : []);
        double slope = 0, past = 0, next = 0, moved = 0, steep = 0;
        for (int i = group.Start; i < group.Start + group.Length; i++)
        {
            double d = Wide(s.D[i]), dD = Wide(t.D[i]), gi = Wide(g[i]), dGi = Wide(dG[i]);
            slope += (dD * gi) + (d * dGi);
            moved += d * dD;
            steep += gi * dGi;
            if (!plan.KeepsGradient)
                continue;
            T y = s.Hint[i], dY = t.Hint[i], after = guess.Following(y, g[i]), dAfter = guess.Following(dY, dG[i]);
            past += (dD * Wide(y)) + (d * Wide(dY));
            next += guess.IsPresent ? (Wide(dOld[i] - dMoved[i]) * Wide(after)) + (Wide(now[i]) * Wide(dAfter)) : (dD * Wide(after)) + (d * Wide(dAfter));
            t.Hint[i] = dAfter;
        }

        double size = at.Size;
        if (isCosine && size > 0)
        {
            // c = 1 / (|d| |g|): dc / c = - <d, dd> / |d|^2 - <g, dg> / |g|^2.
            double share = -(moved / at.Moved) - (steep / at.Steep);
            (slope, past, next) = ((slope * size) + (at.G * share), (past * size) + (at.Past * share), (next * size) + (at.Next * share));
        }
        else
        {
            (slope, past, next) = (slope * size, past * size, next * size);
        }

        T dSlope = T.CreateTruncating(slope), dPast = T.CreateTruncating(past), dNext = T.CreateTruncating(next), before = T.CreateTruncating(at.Past), following = T.CreateTruncating(at.Next);
        if (guess.IsOfHypergradient)
        {
            (before, dPast) = (s.Hint[k], t.Hint[k]);
            following = guess.Following(before, T.CreateTruncating(at.G));
            dNext = guess.Following(dPast, dSlope);
            t.Hint[k] = dNext;
        }

        var p = new RatePartials<T>(map, s.W[k], s.V.IsEmpty ? T.Zero : s.V[k], s.Z.IsEmpty ? T.Zero : s.Z[k], T.CreateTruncating(at.G), before, following);
        T dW = t.W[k], tangent = (p.ByStart * metaTangent[^2]) + (p.ByBeta * metaTangent[^1]) + (p.ByW * dW) + (p.ByG * dSlope) + (p.ByPast * dPast) + (p.ByNext * dNext);
        if (!s.V.IsEmpty)
        {
            T dV = t.V[k];
            tangent += p.ByV * dV;
            t.V[k] = (p.VByV * dV) + (p.VByW * dW) + (p.VByG * dSlope) + (p.VByPast * dPast);
        }

        if (!s.Z.IsEmpty)
        {
            tangent += p.ByZ * t.Z[k];
            t.Z[k] += dSlope;
        }

        return (p.W, tangent);
    }

    /// <summary>Tangent of (d_0 g_0)^2.</summary>
    private static T SeedTangent(RateGroup group, ReadOnlySpan<T> now, ReadOnlySpan<T> g, ReadOnlySpan<T> dOld, ReadOnlySpan<T> dMoved, ReadOnlySpan<T> dG)
    {
        double slope = 0, tangent = 0;
        for (int i = group.Start; i < group.Start + group.Length; i++)
        {
            slope += Wide(now[i]) * Wide(g[i]);
            tangent += (Wide(dOld[i] - dMoved[i]) * Wide(g[i])) + (Wide(now[i]) * Wide(dG[i]));
        }

        return T.CreateTruncating(2 * slope * tangent);
    }
}
