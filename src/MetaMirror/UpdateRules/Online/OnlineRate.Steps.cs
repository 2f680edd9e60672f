using System.Numerics;
using System.Runtime.Intrinsics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Online;

/// <summary>Meta-update and step, for rates of one parameter each and for shared rates.</summary>
public sealed partial class OnlineRate<T>
{
    private unsafe void StepElements(
        OnlineRatePlan<T> plan, in StepContext<T> context, in OnlineRateState<T> s, in OnlineRateScratch<T> work, Span<T> theta, in RateMap<T> map)
    {
        fixed (T* old = work.Old, moved = theta, gradient = work.Gradient, d = s.D, w = s.W, v = s.V, z = s.Z, hint = s.Hint, ahead = work.Ahead)
        {
            var places = new RatePlaces<T> { Old = old, Theta = moved, Gradient = gradient, Displacement = d, W = w, V = v, Z = z, Hint = hint, Ahead = ahead };
            if (context.Step == 0)
                RateLoop<T>.First(map, places, plan.N);
            else
                RateLoop<T>.Step(map, Guess(), places, plan.N);
        }
    }

    private void StepGroups(
        OnlineRatePlan<T> plan, in StepContext<T> context, in OnlineRateState<T> s, in OnlineRateScratch<T> work, Span<T> theta, in RateMap<T> map)
    {
        HintMap<T> guess = Guess();
        for (int k = 0; k < plan.Groups.Length; k++)
        {
            (int start, int length) = plan.Groups[k];
            ReadOnlySpan<T> g = work.Gradient.Slice(start, length), old = work.Old.Slice(start, length);
            Span<T> moved = theta.Slice(start, length), d = s.D.Slice(start, length), y = plan.KeepsGradient ? s.Hint.Slice(start, length) : [];
            if (context.Step == 0)
            {
                s.W[k] = map.Start;
                Vectors.Subtract(old, moved, d);
                if (plan.IsGuarded)
                    d.CopyTo(s.Last.Slice(start, length));
                if (map.Form == RateForm.Anchored && !s.V.IsEmpty)
                    s.V[k] = Square(T.CreateTruncating(Vectors.Dot<T>(d, g)));
            }
            else
            {
                ReadOnlySpan<T> ahead = plan.LooksAhead ? work.Ahead.Slice(start, length) : g;
                double size = Size(d, g), slope = Vectors.Dot<T>(d, g), past = 0, next = 0;
                if (plan.KeepsGradient)
                {
                    past = Vectors.Dot<T>(d, y);
                    if (guess.Averages)
                        Vectors.LinearCombination(guess.Keep, y, guess.Take, ahead, y);
                    else
                        ahead.CopyTo(y);
                    next = guess.IsPresent ? 0 : Vectors.Dot<T>(d, y);
                }

                if (plan.IsGuarded)
                    Remember(s, k, map.Start, g, old, moved, d, s.Last.Slice(start, length));
                else
                    Vectors.Subtract(old, moved, d);

                if (plan.KeepsGradient && guess.IsPresent)
                    next = Vectors.Dot<T>(d, y);
                Update(s, k, map, guess, slope * size, past * size, next * size);
                if (plan.IsGuarded && !(double.CreateTruncating(s.Cost[k]) <= Options.Budget * Math.Sqrt(double.CreateTruncating(s.Size[k]))))
                    s.W[k] = map.Start;
            }

            T w = s.W[k];
            if (w != T.One)
                Vectors.LinearCombination<T>(T.One, old, -w, plan.IsGuarded ? s.Last.Slice(start, length) : d, moved);
        }
    }

    /// <summary>Takes what the last step's rate has cost beside w_1, then the step to come: E = gamma E + d.</summary>
    private void Remember(
        in OnlineRateState<T> s, int k, T start, ReadOnlySpan<T> g, ReadOnlySpan<T> old, ReadOnlySpan<T> moved, Span<T> along, Span<T> last)
    {
        T slope = T.CreateTruncating(Vectors.Dot<T>(last, g));
        s.Cost[k] += (start - s.W[k]) * slope;
        s.Size[k] += slope * slope;
        Vectors.Subtract(old, moved, last);
        Vectors.Scale(T.CreateTruncating(Options.Memory), along);
        Vectors.AddScaled<T>(T.One, last, along);
    }

    /// <summary>What slopes are multiplied by.</summary>
    private double Size(ReadOnlySpan<T> d, ReadOnlySpan<T> g)
    {
        if (Options.Normalization != RateNormalization.Cosine)
            return 1;
        double product = Math.Sqrt(Vectors.SquaredNorm(d)) * Math.Sqrt(Vectors.SquaredNorm(g));
        return product > 0 ? 1 / product : 0;
    }

    private static void Update(in OnlineRateState<T> s, int k, in RateMap<T> map, in HintMap<T> guess, double slope, double past, double next)
    {
        T g = T.CreateTruncating(slope), before = T.CreateTruncating(past), after = T.CreateTruncating(next);
        if (guess.IsOfHypergradient)
        {
            before = s.Hint[k];
            after = guess.Averages ? (before * guess.Keep) + (g * guess.Take) : g;
            s.Hint[k] = after;
        }

        RateCells<T> c = default;
        c.W = Vector256.Create(s.W[k]);
        c.V = Vector256.Create(s.V.IsEmpty ? T.Zero : s.V[k]);
        c.Z = Vector256.Create(s.Z.IsEmpty ? T.Zero : s.Z[k]);
        map.Update(ref c, Vector256.Create(g), Vector256.Create(before), Vector256.Create(after));
        s.W[k] = c.W[0];
        if (!s.V.IsEmpty)
            s.V[k] = c.V[0];
        if (!s.Z.IsEmpty)
            s.Z[k] = c.Z[0];
    }

    private static T Square(T x) => x * x;
}
