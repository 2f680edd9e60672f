using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Bootstrapping;

/// <summary>Target, reverse sweep and meta-update.</summary>
public sealed partial class BootstrappedMetaGradient<T>
{
    /// <summary>The target's step from here; its state goes along with the run.</summary>
    private void Aim(BootstrapPlan<T> plan, in StepContext<T> context, in Iterate<T> x, in BootstrapScratch<T> work)
    {
        Span<T> gradient = x.Gradient;
        if (Target!.ChangesGradient)
        {
            gradient.CopyTo(work.Copy);
            gradient = work.Copy;
        }

        Span<T> state = x.State[(plan.RuleStart + plan.RuleState)..];
        state.CopyTo(work.TargetState);
        x.Theta.CopyTo(work.Point);
        work.Scale[0] = x.Scale[0];
        Target.Step(
            context.For(context.Meta.Slice(plan.RuleMeta, plan.TargetMeta), work.Part), new Iterate<T>(work.Point, gradient, work.Scale, state));
    }

    /// <summary>dmu/dx^(K), and the rates along it; where the meta-update waits for the step (<see cref="BootstrapPlan{T}.LearnsWhileMoving"/>) it only counts.</summary>
    private void Learn(BootstrapPlan<T> plan, in StepContext<T> context, in Iterate<T> x, in BootstrapState<T> s, in BootstrapScratch<T> work)
    {
        Span<T> v = work.V;
        ReadOnlySpan<T> end = s.End.IsEmpty ? x.Theta : s.End;
        if (Target is null)
            x.Gradient.CopyTo(v);
        else if (Options.Matching == TargetMatching.Euclidean)
            Vectors.Subtract(end, work.Point, v);
        else if (Options.TargetSteps == 1 && context.IsAtPoint)
            context.Probe!.MatchOutputsHere(end, work.Point, v, Options.MatchedShare);
        else
            context.Probe!.MatchOutputs(Options.TargetSteps - 1, end, work.Point, v, Options.MatchedShare);

        if (!plan.LearnsWhileMoving)
        {
            work.G.Clear();
            work.Size.Clear();
            work.Cotangent.State.Clear();
        }

        for (int k = Options.LearnedSteps - 1; k > 0; k--)
            PullBack(plan, context, plan.Kept(s, k), Cycle - k, s, work);
        RequireFinite(plan, context, x, v, work);
        s.Counts[1] += T.One;
        if (plan.LearnsWhileMoving)
            return;
        Collect(plan, v, s.First, work);
        Update(MapAt(context, s.Counts[1]), s, work);
    }

    /// <summary>Nothing was changed yet but the target's state, which is put back.</summary>
    private void RequireFinite(BootstrapPlan<T> plan, in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> v, in BootstrapScratch<T> work)
    {
        if (Vectors.AllFinite(v))
            return;
        if (Target is null)
        {
            NonFiniteGuessException.ThrowIf(Name, "The meta-gradient", context, v);
            return;
        }

        work.TargetState.CopyTo(x.State[(plan.RuleStart + plan.RuleState)..]);
        NonFiniteGuessException.ThrowIf<T>(Name, $"The target '{Target.Name}'", context, work.Point);
        NonFiniteGuessException.ThrowIf(Name, $"The gradient of the distance to the target '{Target.Name}'", context, v);
    }

    /// <summary>From v in x_{k+1} to v in x_k.</summary>
    private void PullBack(BootstrapPlan<T> plan, in StepContext<T> context, in Iterate<T> kept, int stepsBack, in BootstrapState<T> s, in BootstrapScratch<T> work)
    {
        var then = new StepContext<T>
        {
            Step = Math.Max(0, context.Step - stepsBack), Steps = context.Steps, Age = context.Age - stepsBack, Layout = context.Layout, Meta = context.Meta[..plan.RuleMeta],
            Scratch = work.Part,
        };
        Span<T> gradient = kept.Gradient, d = work.Old;
        if (Rule.ChangesGradient)
        {
            gradient.CopyTo(work.Copy);
            gradient = work.Copy;
        }

        kept.Theta.CopyTo(d);
        kept.State.CopyTo(work.State);
        work.Scale[0] = kept.Scale[0];
        Rule.Step(then, new Iterate<T>(d, gradient, work.Scale, work.State));
        Vectors.Subtract(kept.Theta, d, d);
        Collect(plan, work.V, d, work);

        Iterate<T> a = work.Cotangent;
        Weigh(plan, s.W, work.V, a.Theta);
        Vectors.Subtract(work.V, a.Theta, work.V);
        a.Gradient.Clear();
        a.Scale[0] = T.Zero;
        Rule.Vjp(then, kept, a, work.Meta);
        Vectors.AddScaled(T.One, a.Theta, work.V);
        Span<T> product = work.Old;
        context.Probe!.HessianVector(stepsBack, kept.Theta, a.Gradient, product);
        Vectors.AddScaled(T.One, product, work.V);
    }

    /// <summary>G += v d, summed over those that share a rate.</summary>
    private static void Collect(BootstrapPlan<T> plan, ReadOnlySpan<T> v, ReadOnlySpan<T> d, in BootstrapScratch<T> work)
    {
        if (plan.Groups.IsEmpty)
            Vectors.MultiplyAdd(v, d, work.G);
        for (int j = 0; j < plan.Groups.Length; j++)
        {
            (int start, int length) = plan.Groups[j];
            ReadOnlySpan<T> vj = v.Slice(start, length), dj = d.Slice(start, length);
            work.G[j] += T.CreateTruncating(Vectors.Dot(vj, dj));
            if (!work.Size.IsEmpty)
                work.Size[j] += T.CreateTruncating(Math.Sqrt(Vectors.SquaredNorm(vj)) * Math.Sqrt(Vectors.SquaredNorm(dj)));
        }
    }

    private static void Update(in RateMap<T> map, in BootstrapState<T> s, in BootstrapScratch<T> work)
    {
        for (int j = 0; j < work.Size.Length; j++)
            work.G[j] = work.Size[j] > T.Zero ? work.G[j] / work.Size[j] : T.Zero;
        RateVector<T>.Update(map, s.W, s.Norm, work.G);
    }

    /// <summary>product = w x.</summary>
    private static void Weigh(BootstrapPlan<T> plan, ReadOnlySpan<T> w, ReadOnlySpan<T> x, Span<T> product)
    {
        if (plan.Groups.IsEmpty)
        {
            Vectors.Multiply(w, x, product);
            return;
        }

        if (!(x == product))
            x.CopyTo(product);
        for (int j = 0; j < plan.Groups.Length; j++)
            Vectors.Scale(w[j], product.Slice(plan.Groups[j].Start, plan.Groups[j].Length));
    }

    private RateMap<T> MapAt(in StepContext<T> context, T updates) => RateMap<T>.At(
        Options.Form, Options.Normalization, context.Meta[^2], context.Meta[^1], Options.Lowest, Options.Highest, Options.NormAveraging, double.CreateTruncating(updates));
}
