using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.UpdateRules.Online;

/// <summary>Cotangents of the meta-update of one rate.</summary>
public sealed partial class OnlineRate<T>
{
    /// <summary>Pulls back through theta - w d, the meta-update and the hint. Left for the base rule: the cotangent of where it went, in theta's place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PullMove(
        OnlineRatePlan<T> plan, int k, in RateMap<T> map, in HintMap<T> guess, ReadOnlySpan<T> g, ReadOnlySpan<T> now, in OnlineRateState<T> s, in OnlineRateState<T> a, T aW,
        Span<T> aTheta, Span<T> aOld, Span<T> aRaw, ref double aStart, ref double aBeta)
    {
        RateGroup group = plan.Group(k);
        bool isCosine = Options.Normalization == RateNormalization.Cosine;
        RateSlope<T> at = RateSlope<T>.At(group, guess, isCosine, s.D, now, g, plan.KeepsGradient ? s.Hint : []);
        T slope = T.CreateTruncating(at.G), past = T.CreateTruncating(at.Past), next = T.CreateTruncating(at.Next);
        if (guess.IsOfHypergradient)
        {
            past = s.Hint[k];
            next = guess.Following(past, slope);
        }

        var p = new RatePartials<T>(map, s.W[k], s.V.IsEmpty ? T.Zero : s.V[k], s.Z.IsEmpty ? T.Zero : s.Z[k], slope, past, next);
        T aSlope = p.ByG * aW, aPast = p.ByPast * aW, aNext = p.ByNext * aW, aBefore = p.ByW * aW;
        aStart += Wide(p.ByStart * aW);
        aBeta += Wide(p.ByBeta * aW);
        if (!s.V.IsEmpty)
        {
            T aV = a.V[k];
            aSlope += p.VByG * aV;
            aPast += p.VByPast * aV;
            aBefore += p.VByW * aV;
            a.V[k] = (p.VByV * aV) + (p.ByV * aW);
        }

        if (!s.Z.IsEmpty)
        {
            aSlope += a.Z[k];
            a.Z[k] += p.ByZ * aW;
        }

        a.W[k] = aBefore;
        if (guess.IsOfHypergradient)
        {
            T aKept = a.Hint[k] + aNext;
            a.Hint[k] = aPast + (guess.Kept * aKept);
            aSlope += guess.Taken * aKept;
            (aPast, aNext) = (T.Zero, T.Zero);
        }

        T byMoved = T.Zero, bySteep = T.Zero;
        if (isCosine)
        {
            // Slopes were c times sums, c = 1 / (|d| |g|).
            double share = at.Size > 0 ? -((Wide(aSlope) * at.G) + (Wide(aPast) * at.Past) + (Wide(aNext) * at.Next)) : 0;
            T size = T.CreateTruncating(at.Size);
            (aSlope, aPast, aNext) = (aSlope * size, aPast * size, aNext * size);
            if (at.Size > 0)
                (byMoved, bySteep) = (T.CreateTruncating(share / at.Moved), T.CreateTruncating(share / at.Steep));
        }

        for (int i = group.Start; i < group.Start + group.Length; i++)
        {
            T d = s.D[i], aNow = a.D[i] - (p.W * aTheta[i]), aD = (aSlope * g[i]) + (byMoved * d), aG = (aSlope * d) + (bySteep * g[i]);
            if (plan.KeepsGradient)
            {
                T y = s.Hint[i], after = guess.Following(y, g[i]), aAfter = a.Hint[i] + (aNext * (guess.IsPresent ? now[i] : d));
                aD += aPast * y;
                if (guess.IsPresent)
                    aNow += aNext * after;
                else
                    aD += aNext * after;
                a.Hint[i] = (aPast * d) + (guess.Kept * aAfter);
                aG += guess.Taken * aAfter;
            }

            a.D[i] = aD;
            aRaw[i] = aG;
            aOld[i] = aTheta[i] + aNow;
            aTheta[i] = -aNow;
        }
    }

    /// <summary>The same at age 0, where w = w_1 and the state before is no variable.</summary>
    private void PullFirst(
        OnlineRatePlan<T> plan, int k, in RateMap<T> map, ReadOnlySpan<T> g, ReadOnlySpan<T> now, in OnlineRateState<T> a, Span<T> aTheta, Span<T> aOld, Span<T> aRaw)
    {
        RateGroup group = plan.Group(k);
        double slope = 0;
        for (int i = group.Start; i < group.Start + group.Length; i++)
            slope += Wide(now[i]) * Wide(g[i]);
        T aSlope = Seeds ? T.CreateTruncating(2 * slope) * a.V[k] : T.Zero;
        for (int i = group.Start; i < group.Start + group.Length; i++)
        {
            T aNow = a.D[i] - (map.Start * aTheta[i]) + (aSlope * g[i]);
            aRaw[i] = aSlope * now[i];
            aOld[i] = aTheta[i] + aNow;
            aTheta[i] = -aNow;
        }
    }
}
