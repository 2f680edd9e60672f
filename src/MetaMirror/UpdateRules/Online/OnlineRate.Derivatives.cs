using System.Numerics;
using System.Runtime.CompilerServices;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Online;

/// <summary>Tangent and cotangent of the step: exact, the bounds' projection by the side it is on. One scalar loop serves all granularities.</summary>
public sealed partial class OnlineRate<T>
{
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The rule looks ahead, or the one inside has no derivative.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        OnlineRatePlan<T> plan = Replay(context, x, metaTangent.Length, tangent, out Span<T> now, out Span<T> dOld, out Span<T> dRaw, out Span<T> rule);
        tangent.Theta.CopyTo(dOld);
        tangent.Gradient.CopyTo(dRaw);
        OnlineRateState<T> s = plan.Parts(x.State), t = plan.Parts(tangent.State);
        Rule.Jvp(
            context.For(context.Meta[..plan.MetaLength], rule), x.WithState(s.RuleStart, plan.RuleState), metaTangent[..plan.MetaLength], tangent.WithState(s.RuleStart, plan.RuleState));
        RateMap<T> map = MapAt(context);
        HintMap<T> guess = Guess();
        bool first = context.Step == 0;
        if (first)
            ClearMeta(t);
        for (int k = 0; k < plan.Rates; k++)
        {
            RateGroup group = plan.Group(k);
            T w = map.Start, dW = metaTangent[^2];
            if (!first)
                (w, dW) = MoveTangent(plan, k, map, guess, x.Gradient, dRaw, now, dOld, tangent.Theta, s, t, metaTangent);
            else if (Seeds)
                t.V[k] = SeedTangent(group, now, x.Gradient, dOld, tangent.Theta, dRaw);
            t.W[k] = dW;
            for (int i = group.Start; i < group.Start + group.Length; i++)
            {
                T dNow = dOld[i] - tangent.Theta[i];
                t.D[i] = dNow;
                tangent.Theta[i] = dOld[i] - (w * dNow) - (dW * now[i]);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The rule looks ahead, or the one inside has no derivative.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        OnlineRatePlan<T> plan = Replay(context, x, metaCotangent.Length, cotangent, out Span<T> now, out Span<T> aOld, out Span<T> aRaw, out Span<T> rule);
        OnlineRateState<T> s = plan.Parts(x.State), a = plan.Parts(cotangent.State);
        RateMap<T> map = MapAt(context);
        HintMap<T> guess = Guess();
        aRaw.Clear();
        bool first = context.Step == 0;
        double aStart = 0, aBeta = 0;
        for (int k = 0; k < plan.Rates; k++)
        {
            RateGroup group = plan.Group(k);
            double aW = double.CreateTruncating(a.W[k]);
            for (int i = group.Start; i < group.Start + group.Length; i++)
                aW -= double.CreateTruncating(cotangent.Theta[i]) * double.CreateTruncating(now[i]);
            if (first)
            {
                aStart += aW;
                PullFirst(plan, k, map, x.Gradient, now, a, cotangent.Theta, aOld, aRaw);
                continue;
            }

            PullMove(plan, k, map, guess, x.Gradient, now, s, a, T.CreateTruncating(aW), cotangent.Theta, aOld, aRaw, ref aStart, ref aBeta);
        }

        if (first)
            ClearMeta(a);
        metaCotangent[^2] += T.CreateTruncating(aStart);
        metaCotangent[^1] += T.CreateTruncating(aBeta);
        Rule.Vjp(
            context.For(context.Meta[..plan.MetaLength], rule), x.WithState(s.RuleStart, plan.RuleState), cotangent.WithState(s.RuleStart, plan.RuleState), metaCotangent[..plan.MetaLength]);
        Vectors.AddScaled(T.One, aOld, cotangent.Theta);
        Vectors.AddScaled(T.One, aRaw, cotangent.Gradient);
    }

    private bool Seeds => Options is { Form: RateForm.Anchored, Normalization: RateNormalization.AdaGrad };

    private static void ClearMeta(in OnlineRateState<T> s)
    {
        s.W.Clear();
        s.V.Clear();
        s.Z.Clear();
        s.D.Clear();
        s.Hint.Clear();
        s.Cost.Clear();
        s.Size.Clear();
        s.Last.Clear();
    }

    /// <summary>d_t of a step on copies, and places for the derivative.</summary>
    private OnlineRatePlan<T> Replay(
        in StepContext<T> context, in Iterate<T> x, int metas, in Iterate<T> other, out Span<T> now, out Span<T> first, out Span<T> second, out Span<T> rule)
    {
        if (!IsDifferentiable)
            throw new NotSupportedException($"{Name} has no derivative{(Options.Hint == RateHint.LookAhead ? ": it looks ahead" : Options.Memory > 0 ? ": its guard opens and shuts" : "")}.");
        OnlineRatePlan<T> plan = PlanAt(context, x);
        RequireLength("meta-parameters", metas, plan.MetaLength + OwnMetas);
        RequireLength("state entries", other.State.Length, plan.StateLength);
        int n = plan.N, at = 3 * n;
        now = context.Scratch[..n];
        first = context.Scratch.Slice(n, n);
        second = context.Scratch.Slice(2 * n, n);
        Span<T> gradient = x.Gradient;
        if (plan.CopiesGradient)
        {
            gradient = context.Scratch.Slice(at, n);
            x.Gradient.CopyTo(gradient);
            at += n;
        }

        Span<T> state = context.Scratch.Slice(at, plan.RuleState), scale = context.Scratch.Slice(at + plan.RuleState, 1);
        rule = context.Scratch.Slice(at + plan.RuleState + 1, plan.RuleScratch);
        x.State.Slice(plan.Parts(x.State).RuleStart, plan.RuleState).CopyTo(state);
        scale[0] = x.Scale[0];
        x.Theta.CopyTo(now);
        Rule.Step(context.For(context.Meta[..plan.MetaLength], rule), new Iterate<T>(now, gradient, scale, state));
        Vectors.Subtract(x.Theta, now, now);
        return plan;
    }
}
