using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

/// <summary>
/// phi(theta) = 1/2 theta^T P theta with a positive diagonal P = M^2: step theta - eta P^-1 g (MetaMD v1 Eq. 6-8 with N = 1, convention C1).
/// Variants say which entries of P are one shared meta-parameter.
/// </summary>
/// <remarks>
/// B(a||b) = 1/2 ||a - b||_P^2. phi is lambda-strongly convex in the 2-norm with lambda = min P (or the estimate chosen), and 1-strongly
/// convex in ||.||_P, whose dual norm is ||g||_{P^-1}.
/// Differs from the paper: the meta-parameter is P itself, stored by its logarithm, so that it can't change sign; Eq. 6 has no 1/2 (PAPERS 6.1).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class DiagonalDivergence<T> : Divergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected DiagonalDivergence(StrongConvexityEstimate? lambda) => Lambda = lambda ?? StrongConvexityEstimate.MinimumSquared;

    /// <summary>How lambda is computed. Default: min P.</summary>
    public StrongConvexityEstimate Lambda { get; }

    /// <inheritdoc/>
    public sealed override bool IsQuadratic => true;

    /// <inheritdoc/>
    public sealed override bool PullsBackByGradientAlone => true;

    /// <inheritdoc/>
    internal sealed override bool OverwritesFresh => true;

    /// <inheritdoc/>
    public sealed override int ScratchLength(ParameterLayout layout) => 0;

    /// <summary>Writes the diagonal of P, one entry per parameter.</summary>
    /// <param name="context">Layout and meta-parameters.</param>
    /// <param name="metric">Shape [n], overwritten.</param>
    public void Metric(in DivergenceContext<T> context, Span<T> metric)
    {
        Check(context, metric.Length, nameof(metric));
        for (int s = 0; s < SegmentCount(context.Layout); s++)
        {
            MetricSegment segment = SegmentAt(context.Layout, s);
            if (segment.IsShared)
                segment.Of(metric).Fill(context.Meta[segment.Meta]);
            else
                segment.MetaOf(context.Meta).CopyTo(segment.Of(metric));
        }
    }

    /// <summary>aMeta += the transpose of <see cref="Metric"/> applied to aMetric: entries that share a meta-parameter are summed.</summary>
    /// <param name="context">Layout and meta-parameters.</param>
    /// <param name="aMetric">Cotangent of P, shape [n].</param>
    /// <param name="aMeta">Cotangent of the meta-parameters, added to.</param>
    public void AddMetricTranspose(in DivergenceContext<T> context, ReadOnlySpan<T> aMetric, Span<T> aMeta)
    {
        Check(context, aMetric.Length, nameof(aMetric));
        for (int s = 0; s < SegmentCount(context.Layout); s++)
        {
            MetricSegment segment = SegmentAt(context.Layout, s);
            if (segment.IsShared)
                aMeta[segment.Meta] += T.CreateTruncating(Vectors.Sum(segment.Of(aMetric)));
            else
                Vectors.AddScaled(T.One, segment.Of(aMetric), segment.MetaOf(aMeta));
        }
    }

    /// <inheritdoc/>
    public sealed override void Step(in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, Span<T> theta, Span<T> state)
    {
        Check(context, theta.Length, nameof(theta));
        context.Layout.RequireLength(gradient.Length, nameof(gradient));
        for (int s = 0; s < SegmentCount(context.Layout); s++)
        {
            MetricSegment segment = SegmentAt(context.Layout, s);
            ReadOnlySpan<T> g = segment.Of(gradient);
            if (segment.IsShared)
            {
                Vectors.AddScaled(-eta / context.Meta[segment.Meta], g, segment.Of(theta));
                continue;
            }

            DiagonalStep<T>.Step(eta, g, segment.MetaOf(context.Meta), segment.Of(theta));
        }
    }

    /// <inheritdoc/>
    /// <remarks>dtheta+ = dtheta - (deta g + eta dg)/P + eta g dP/P^2.</remarks>
    public sealed override void StepJvp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        ReadOnlySpan<T> metaTangent, T dEta, ReadOnlySpan<T> dGradient, Span<T> dTheta, Span<T> dState)
    {
        Check(context, dTheta.Length, nameof(dTheta));
        for (int s = 0; s < SegmentCount(context.Layout); s++)
        {
            MetricSegment segment = SegmentAt(context.Layout, s);
            for (int i = segment.Offset, m = segment.Meta; i < segment.End; i++, m += segment.Stride)
            {
                T p = context.Meta[m];
                dTheta[i] -= ((dEta * gradient[i]) + (eta * dGradient[i]) - (eta * gradient[i] * metaTangent[m] / p)) / p;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>The transpose: aTheta passes; aG -= eta aTheta/P; aEta -= sum g aTheta/P; aP += eta g aTheta/P^2.</remarks>
    public sealed override void StepVjp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        Span<T> aTheta, Span<T> aState, Span<T> aGradient, Span<T> aMeta, Span<T> aEta)
    {
        Check(context, aTheta.Length, nameof(aTheta));
        context.Layout.RequireLength(gradient.Length, nameof(gradient));
        context.Layout.RequireLength(aGradient.Length, nameof(aGradient));
        double slope = 0;
        for (int s = 0; s < SegmentCount(context.Layout); s++)
        {
            MetricSegment segment = SegmentAt(context.Layout, s);
            ReadOnlySpan<T> g = segment.Of(gradient), a = segment.Of((ReadOnlySpan<T>)aTheta);
            if (segment.IsShared)
            {
                T p = context.Meta[segment.Meta];
                double sum = DiagonalStep<T>.SharedVjp(eta, g, p, a, segment.Of(aGradient), context.IsFresh);
                aMeta[segment.Meta] += eta * T.CreateTruncating(sum) / p;
                slope += sum;
            }
            else
            {
                slope += DiagonalStep<T>.Vjp(eta, g, segment.MetaOf(context.Meta), a, segment.Of(aGradient), segment.MetaOf(aMeta), context.IsFresh);
            }
        }

        aEta[0] -= T.CreateTruncating(slope);
    }

    /// <inheritdoc/>
    public sealed override double Potential(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center)
    {
        Check(context, theta.Length, nameof(theta));
        double twice = 0;
        for (int s = 0; s < SegmentCount(context.Layout); s++)
        {
            MetricSegment segment = SegmentAt(context.Layout, s);
            for (int i = segment.Offset, m = segment.Meta; i < segment.End; i++, m += segment.Stride)
                twice += Square(theta[i]) * double.CreateTruncating(context.Meta[m]);
        }

        return twice / 2;
    }

    /// <inheritdoc/>
    public sealed override void PotentialGradient(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center, Span<T> gradient)
    {
        Check(context, theta.Length, nameof(theta));
        for (int s = 0; s < SegmentCount(context.Layout); s++)
        {
            MetricSegment segment = SegmentAt(context.Layout, s);
            for (int i = segment.Offset, m = segment.Meta; i < segment.End; i++, m += segment.Stride)
                gradient[i] = context.Meta[m] * theta[i];
        }
    }

    /// <inheritdoc/>
    public sealed override double Bregman(in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference)
    {
        Check(context, point.Length, nameof(point));
        context.Layout.RequireLength(reference.Length, nameof(reference));
        double twice = 0;
        for (int s = 0; s < SegmentCount(context.Layout); s++)
        {
            MetricSegment segment = SegmentAt(context.Layout, s);
            for (int i = segment.Offset, m = segment.Meta; i < segment.End; i++, m += segment.Stride)
                twice += Square(point[i] - reference[i]) * double.CreateTruncating(context.Meta[m]);
        }

        return twice / 2;
    }

    /// <inheritdoc/>
    public sealed override void AddBregmanGradient(
        in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference, T weight, Span<T> aPoint, Span<T> aReference, Span<T> aMeta)
    {
        Check(context, point.Length, nameof(point));
        context.Layout.RequireLength(reference.Length, nameof(reference));
        for (int s = 0; s < SegmentCount(context.Layout); s++)
        {
            MetricSegment segment = SegmentAt(context.Layout, s);
            double shared = 0;
            for (int i = segment.Offset, m = segment.Meta; i < segment.End; i++, m += segment.Stride)
            {
                T delta = point[i] - reference[i], dual = weight * context.Meta[m] * delta;
                if (!aPoint.IsEmpty)
                    aPoint[i] += dual;
                if (!aReference.IsEmpty)
                    aReference[i] -= dual;
                if (segment.IsShared)
                    shared += Square(delta) / 2;
                else if (!aMeta.IsEmpty)
                    aMeta[m] += weight * delta * delta / (T.One + T.One);
            }

            if (segment.IsShared && !aMeta.IsEmpty)
                aMeta[segment.Meta] += weight * T.CreateTruncating(shared);
        }
    }

    /// <inheritdoc/>
    public sealed override double StrongConvexity(in DivergenceContext<T> context) => Lambda.Evaluate(context.Meta);

    /// <inheritdoc/>
    public sealed override void AddStrongConvexityGradient(in DivergenceContext<T> context, T weight, Span<T> aMeta) =>
        Lambda.AddGradient(context.Meta, weight, aMeta);

    /// <inheritdoc/>
    public sealed override double DualNormSquared(in DivergenceContext<T> context, ReadOnlySpan<T> g)
    {
        Check(context, g.Length, nameof(g));
        double sum = 0;
        for (int s = 0; s < SegmentCount(context.Layout); s++)
        {
            MetricSegment segment = SegmentAt(context.Layout, s);
            sum += segment.IsShared
                ? Vectors.SquaredNorm(segment.Of(g)) / double.CreateTruncating(context.Meta[segment.Meta])
                : DiagonalStep<T>.DualSquare(segment.Of(g), segment.MetaOf(context.Meta));
        }

        return sum;
    }

    /// <inheritdoc/>
    public sealed override void AddDualNormSquaredGradient(in DivergenceContext<T> context, ReadOnlySpan<T> g, T weight, Span<T> aG, Span<T> aMeta)
    {
        Check(context, g.Length, nameof(g));
        for (int s = 0; s < SegmentCount(context.Layout); s++)
        {
            MetricSegment segment = SegmentAt(context.Layout, s);
            double shared = 0;
            for (int i = segment.Offset, m = segment.Meta; i < segment.End; i++, m += segment.Stride)
            {
                T scaled = g[i] / context.Meta[m];
                if (!aG.IsEmpty)
                    aG[i] += weight * (scaled + scaled);
                if (segment.IsShared)
                    shared += Square(scaled);
                else if (!aMeta.IsEmpty)
                    aMeta[m] -= weight * scaled * scaled;
            }

            if (segment.IsShared && !aMeta.IsEmpty)
                aMeta[segment.Meta] -= weight * T.CreateTruncating(shared);
        }
    }

    private protected abstract int MetaLength(ParameterLayout layout);

    private protected abstract int SegmentCount(ParameterLayout layout);

    private protected abstract MetricSegment SegmentAt(ParameterLayout layout, int index);

    private static double Square(T x)
    {
        double value = double.CreateTruncating(x);
        return value * value;
    }

    private void Check(in DivergenceContext<T> context, int length, string what)
    {
        context.Layout.RequireLength(length, what);
        if (context.Meta.Length != MetaLength(context.Layout))
            throw new ArgumentException($"{Name} got {context.Meta.Length} meta-parameters, expected {MetaLength(context.Layout)}.", nameof(context));
    }
}

/// <summary>A range of parameters whose metric entries are either one meta-parameter (stride 0) or one each (stride 1).</summary>
internal readonly record struct MetricSegment(int Offset, int Length, int Meta, int Stride)
{
    public int End => Offset + Length;

    public bool IsShared => Stride == 0;

    public ReadOnlySpan<T> Of<T>(ReadOnlySpan<T> x) => x.Slice(Offset, Length);

    public Span<T> Of<T>(Span<T> x) => x.Slice(Offset, Length);

    public ReadOnlySpan<T> MetaOf<T>(ReadOnlySpan<T> meta) => meta.Slice(Meta, Length);

    public Span<T> MetaOf<T>(Span<T> meta) => meta.Slice(Meta, Length);
}
