using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Tracking;

namespace MetaMirror.UpdateRules;

/// <content>Tangent and cotangent of the step, with the bases as constants.</content>
public sealed partial class TrackedBasis<T>
{
    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        RequireLengths(context, x, tangent, metaTangent.Length);
        if (context.Age == 0)
        {
            // Only bases are set.
            tangent.State.Clear();
            return;
        }

        TrackedMoments<T> map = Map(context), restMap = Map(context, Options.ResidualEvery);
        var mu = new TrackedSlopes<T>(metaTangent[Momentum], metaTangent[Averaging], metaTangent[Exponent], metaTangent[PriorWeight]);
        TrackedSlopes<T> restMu = mu with { B1 = mu.B1 * Slope(context.Meta[Momentum]), B2 = mu.B2 * Slope(context.Meta[Averaging]) };
        TrackedSpans<T> s = _scratch.Of(context.Scratch);
        int at = 0;
        for (int k = 0; k < _blocks.Length; k++)
        {
            TrackedBlock<T> b = _blocks[k];
            Span<T> state = x.State.Slice(at, b.StateLength), moved = tangent.State.Slice(at, b.StateLength);
            Span<T> c = s.Value[..b.MomentLength], dc = s.Moved[..b.MomentLength], m = s.First[..b.MomentLength], dm = b.First(moved), whole = s.Whole[..b.Block.Length];
            ReadOnlySpan<T> g = x.Gradient.Slice(b.Block.Offset, b.Block.Length);
            at += b.StateLength;
            TrackedFrame<T> before = new(b, b.Factors(state), s.Work), frame = After(context.Age, b, state, g, s);
            b.First(state).CopyTo(m);
            if (TrackedFactors<T>.IsDue(Options, context.Age))
            {
                Turn(before, frame, m, whole);
                Turn(before, frame, dm, whole);
            }

            ReadOnlySpan<T> dg = tangent.Gradient.Slice(b.Block.Offset, b.Block.Length);
            int kept = b.KeptLength;
            frame.ProjectKept(g, c[..kept]);
            frame.ProjectKept(dg, dc[..kept]);
            Span<T> v = b.Second(state), dv = b.Second(moved);
            ReadOnlySpan<T> prior = b.Prior(s.Factors[..b.FactorLength]);
            for (int i = 0; i < b.M; i++)
            {
                (int from, int n) = (i * b.Columns, b.Columns);
                map.Jvp(c.Slice(from, n), m.Slice(from, n), v.Slice(from, n), prior[..n], mu, dc.Slice(from, n), dm.Slice(from, n), dv.Slice(from, n));
            }

            b.Factors(moved).Clear();

            // d(step N) = step dN + dstep N.
            T step = StepOf(context, x, k);
            T dStep = (metaTangent[Rate] * context.Meta[FirstScale + k] * x.Scale[0]) + (context.Meta[Rate] * metaTangent[FirstScale + k] * x.Scale[0])
                + (context.Meta[Rate] * context.Meta[FirstScale + k] * tangent.Scale[0]);
            Span<T> dTheta = tangent.Theta.Slice(b.Block.Offset, b.Block.Length);
            frame.LiftKept(-step, dc[..kept], dTheta);
            frame.LiftKept(-dStep, c[..kept], dTheta);
            if (!b.IsTracked)
                continue;
            bool moves = RestMoves(context.Age);
            if (moves)
            {
                frame.ProjectRest(Mean(g, b.Sum(state), whole), c[kept..]);
                frame.ProjectRest(Mean(dg, b.Sum(moved), whole), dc[kept..]);
            }

            Gather(moves, dg, b.Sum(moved));
            if (!moves)
                continue;
            restMap.Jvp(c[kept..], m[kept..], v[kept..], prior[^1..], restMu, dc[kept..], dm[kept..], dv[kept..]);
            c[..kept].Clear();
            dc[..kept].Clear();
            frame.Lift(-step * _longer, dc, dTheta);
            frame.Lift(-dStep * _longer, c, dTheta);
        }
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        RequireLengths(context, x, cotangent, metaCotangent.Length);
        if (context.Age == 0)
        {
            cotangent.State.Clear();
            return;
        }

        TrackedMoments<T> map = Map(context), restMap = Map(context, Options.ResidualEvery);
        TrackedCotangents sums = default, restSums = default;
        TrackedSpans<T> s = _scratch.Of(context.Scratch);
        int at = 0;
        for (int k = 0; k < _blocks.Length; k++)
        {
            TrackedBlock<T> b = _blocks[k];
            Span<T> state = x.State.Slice(at, b.StateLength), back = cotangent.State.Slice(at, b.StateLength);
            Span<T> c = s.Value[..b.MomentLength], ac = s.Moved[..b.MomentLength], m = s.First[..b.MomentLength], am = b.First(back), whole = s.Whole[..b.Block.Length];
            ReadOnlySpan<T> g = x.Gradient.Slice(b.Block.Offset, b.Block.Length);
            at += b.StateLength;
            bool turns = TrackedFactors<T>.IsDue(Options, context.Age);
            TrackedFrame<T> before = new(b, b.Factors(state), s.Work), frame = After(context.Age, b, state, g, s);
            b.First(state).CopyTo(m);
            if (turns)
                Turn(before, frame, m, whole);
            int kept = b.KeptLength;
            bool moves = b.IsTracked && RestMoves(context.Age);
            frame.ProjectKept(g, c[..kept]);
            if (moves)
                frame.ProjectRest(Mean(g, b.Sum(state), whole), c[kept..]);
            frame.LiftTransposed(T.One, cotangent.Theta.Slice(b.Block.Offset, b.Block.Length), ac);
            T factor = -StepOf(context, x, k);
            Span<T> v = b.Second(state), av = b.Second(back);
            ReadOnlySpan<T> prior = b.Prior(s.Factors[..b.FactorLength]);
            double along = 0;
            if (moves)
                along = double.CreateChecked(_longer) * restMap.Vjp(c[kept..], m[kept..], v[kept..], prior[^1..], factor * _longer, ac[kept..], am[kept..], av[kept..], ref restSums);
            for (int i = 0; i < b.M; i++)
            {
                (int from, int n) = (i * b.Columns, b.Columns);
                along += map.Vjp(c.Slice(from, n), m.Slice(from, n), v.Slice(from, n), prior[..n], factor, ac.Slice(from, n), am.Slice(from, n), av.Slice(from, n), ref sums);
            }

            T aStep = T.CreateChecked(-along);
            metaCotangent[Rate] += aStep * context.Meta[FirstScale + k] * x.Scale[0];
            metaCotangent[FirstScale + k] += aStep * context.Meta[Rate] * x.Scale[0];
            cotangent.Scale[0] += aStep * context.Meta[Rate] * context.Meta[FirstScale + k];
            if (turns)
            {
                whole.Clear();
                am.CopyTo(m);
                frame.ProjectTransposed(m, whole);
                before.LiftTransposed(T.One, whole, am);
            }

            b.Factors(back).Clear();
            Span<T> ag = cotangent.Gradient.Slice(b.Block.Offset, b.Block.Length), aSum = b.Sum(back);
            frame.ProjectKeptTransposed(ac[..kept], ag);
            if (!b.IsTracked)
                continue;
            if (aSum.IsEmpty)
            {
                frame.ProjectRestTransposed(ac[kept..], ag);
                continue;
            }

            // S' = S + G; where the residual moves it is used up, and starts again from zero.
            if (moves)
            {
                aSum.Clear();
                Vectors.Scale(T.One / T.CreateChecked(Options.ResidualEvery), ac[kept..]);
                frame.ProjectRestTransposed(ac[kept..], aSum);
            }

            Vectors.AddScaled(T.One, aSum, ag);
        }

        metaCotangent[Momentum] += T.CreateChecked(sums.B1) + (T.CreateChecked(restSums.B1) * Slope(context.Meta[Momentum]));
        metaCotangent[Averaging] += T.CreateChecked(sums.B2) + (T.CreateChecked(restSums.B2) * Slope(context.Meta[Averaging]));
        metaCotangent[Exponent] += T.CreateChecked(sums.E + restSums.E);
        metaCotangent[PriorWeight] += T.CreateChecked(sums.C + restSums.C);
    }

    /// <summary>Throws where values, or tangents or cotangents beside them, have other lengths than declared.</summary>
    private void RequireLengths(in StepContext<T> context, in Iterate<T> x, in Iterate<T> other, int metas)
    {
        RequireLengths(context, x, FirstScale + _blocks.Length, _stateLength, _scratch.Length);
        context.Layout.RequireLength(other.Theta.Length, nameof(other));
        context.Layout.RequireLength(other.Gradient.Length, nameof(other));
        RequireLength("derivatives of state entries", other.State.Length, _stateLength);
        RequireLength("derivatives of meta-parameters", metas, context.Meta.Length);
    }

    private bool RestMoves(int age) => age % Options.ResidualEvery == 0;

    /// <summary>The slope of b^s in b.</summary>
    private T Slope(T b) => T.CreateChecked(Options.ResidualEvery) * Power(b, Options.ResidualEvery - 1);

    /// <summary>(sum + g) / s, in the scratch given; g itself where there is no sum.</summary>
    private ReadOnlySpan<T> Mean(ReadOnlySpan<T> g, ReadOnlySpan<T> sum, Span<T> whole)
    {
        if (sum.IsEmpty)
            return g;
        sum.CopyTo(whole);
        Vectors.AddScaled(T.One, g, whole);
        Vectors.Scale(T.One / T.CreateChecked(Options.ResidualEvery), whole);
        return whole;
    }

    /// <summary>The sum of gradients after the step, if there is one.</summary>
    private static void Gather(bool moves, ReadOnlySpan<T> g, Span<T> sum)
    {
        if (sum.IsEmpty)
            return;
        if (moves)
            sum.Clear();
        else
            Vectors.AddScaled(T.One, g, sum);
    }

    /// <summary>The frame of the step at this age: factors advanced in scratch, the state left alone.</summary>
    private TrackedFrame<T> After(int age, TrackedBlock<T> b, Span<T> state, ReadOnlySpan<T> g, in TrackedSpans<T> s)
    {
        Span<T> factors = s.Factors[..b.FactorLength];
        b.Factors(state).CopyTo(factors);
        new TrackedFactors<T>(b, Options).Advance(age, g, factors, s.Work);
        return new TrackedFrame<T>(b, factors, s.Work);
    }

    /// <summary>Moments from the coordinates of one frame to those of another.</summary>
    private static void Turn(in TrackedFrame<T> from, in TrackedFrame<T> to, Span<T> m, Span<T> whole)
    {
        whole.Clear();
        from.Lift(T.One, m, whole);
        to.Project(whole, m);
    }
}
