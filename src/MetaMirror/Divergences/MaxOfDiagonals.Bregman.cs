using System.Numerics;

namespace MetaMirror.Divergences;

public sealed partial class MaxOfDiagonals<T>
{
    private static readonly T Two = T.One + T.One;

    /// <inheritdoc/>
    public override double Potential(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center)
    {
        Check(context, theta.Length, StateLength(context.Layout));
        Largest(context.Meta, theta, CenterOrOrigin(center), out double q);
        return q;
    }

    /// <inheritdoc/>
    public override void PotentialGradient(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center, Span<T> gradient)
    {
        Check(context, theta.Length, StateLength(context.Layout));
        ReadOnlySpan<T> c = CenterOrOrigin(center);
        ReadOnlySpan<T> p = MetricOf(context.Meta, theta.Length, Largest(context.Meta, theta, c, out _));
        for (int i = 0; i < theta.Length; i++)
            gradient[i] = p[i] * (c.IsEmpty ? theta[i] : theta[i] - c[i]);
    }

    /// <inheritdoc/>
    /// <remarks>Centered at the reference: max_j 1/2 ||Delta||_{P_j}^2. At the origin: 1/2 ||Delta||_{P_j1}^2 + phi(u) - phi_j1(u), with j1 the
    /// component active at the reference, the first at a tie.</remarks>
    public override double Bregman(in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference)
    {
        Check(context, point.Length, StateLength(context.Layout));
        context.Layout.RequireLength(reference.Length, nameof(reference));
        if (Center == Center.Start)
        {
            Largest(context.Meta, point, reference, out double q);
            return q;
        }

        Largest(context.Meta, point, [], out double phi);
        ReadOnlySpan<T> p = MetricOf(context.Meta, point.Length, Largest(context.Meta, reference, [], out _));
        return Quadratic(p, point, reference) + (phi - Quadratic(p, point, []));
    }

    /// <inheritdoc/>
    public override void AddBregmanGradient(
        in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference, T weight, Span<T> aPoint, Span<T> aReference, Span<T> aMeta)
    {
        Check(context, point.Length, StateLength(context.Layout));
        context.Layout.RequireLength(reference.Length, nameof(reference));
        int n = point.Length;
        bool centered = Center == Center.Start;
        int jT = Largest(context.Meta, point, centered ? reference : [], out _);
        int j1 = centered ? jT : Largest(context.Meta, reference, [], out _);
        ReadOnlySpan<T> pT = MetricOf(context.Meta, n, jT), p1 = MetricOf(context.Meta, n, j1);
        for (int i = 0; i < n; i++)
        {
            T u = point[i], r = reference[i], delta = u - r;
            if (!aPoint.IsEmpty)
                aPoint[i] += weight * (jT == j1 ? p1[i] * delta : (pT[i] * u) - (p1[i] * r));
            if (!aReference.IsEmpty)
                aReference[i] -= weight * p1[i] * delta;
            if (aMeta.IsEmpty)
                continue;
            if (jT == j1)
            {
                aMeta[(j1 * n) + i] += weight * delta * delta / Two;
                continue;
            }

            aMeta[(jT * n) + i] += weight * u * u / Two;
            aMeta[(j1 * n) + i] -= weight * r * (u - (r / Two));
        }
    }

    /// <inheritdoc/>
    public override double StrongConvexity(in DivergenceContext<T> context) => Lambda.Evaluate(context.Meta);

    /// <inheritdoc/>
    public override void AddStrongConvexityGradient(in DivergenceContext<T> context, T weight, Span<T> aMeta) =>
        Lambda.AddGradient(context.Meta, weight, aMeta);

    /// <inheritdoc/>
    public override double DualNormSquared(in DivergenceContext<T> context, ReadOnlySpan<T> g)
    {
        Check(context, g.Length, StateLength(context.Layout));
        double sum = 0;
        for (int i = 0; i < g.Length; i++)
        {
            double gi = double.CreateTruncating(g[i]);
            sum += gi * gi / double.CreateTruncating(context.Meta[IndexOfSmallest(context.Meta, g.Length, i)]);
        }

        return sum;
    }

    /// <inheritdoc/>
    public override void AddDualNormSquaredGradient(in DivergenceContext<T> context, ReadOnlySpan<T> g, T weight, Span<T> aG, Span<T> aMeta)
    {
        Check(context, g.Length, StateLength(context.Layout));
        for (int i = 0; i < g.Length; i++)
        {
            int m = IndexOfSmallest(context.Meta, g.Length, i);
            T scaled = g[i] / context.Meta[m];
            if (!aG.IsEmpty)
                aG[i] += weight * (scaled + scaled);
            if (!aMeta.IsEmpty)
                aMeta[m] -= weight * scaled * scaled;
        }
    }

    private ReadOnlySpan<T> CenterOrOrigin(ReadOnlySpan<T> center) => Center == Center.Start ? center : [];

    private static ReadOnlySpan<T> MetricOf(ReadOnlySpan<T> meta, int n, int j) => meta.Slice(j * n, n);

    /// <summary>1/2 sum_i P_i (x_i - c_i)^2 in double; an empty c is the origin.</summary>
    private static double Quadratic(ReadOnlySpan<T> p, ReadOnlySpan<T> x, ReadOnlySpan<T> c) => MaxConjugateSums<T>.Quadratic(p, x, c);

    private int Largest(ReadOnlySpan<T> meta, ReadOnlySpan<T> x, ReadOnlySpan<T> c, out double value)
    {
        Span<double> q = stackalloc double[Components];
        for (int j = 0; j < Components; j++)
            q[j] = Quadratic(MetricOf(meta, x.Length, j), x, c);
        int largest = IndexOfFirstLargest(q);
        value = q[largest];
        return largest;
    }

    private static int IndexOfFirstLargest(ReadOnlySpan<double> q)
    {
        int largest = 0;
        for (int j = 1; j < q.Length; j++)
        {
            if (q[j] > q[largest])
                largest = j;
        }

        return largest;
    }

    /// <summary>Index of min_j P_ji in the meta-parameters, the first at a tie.</summary>
    private int IndexOfSmallest(ReadOnlySpan<T> meta, int n, int i)
    {
        int smallest = i;
        for (int m = i + n; m < Components * n; m += n)
        {
            if (meta[m] < meta[smallest])
                smallest = m;
        }

        return smallest;
    }
}
