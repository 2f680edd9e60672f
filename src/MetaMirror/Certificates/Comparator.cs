using System.Collections.Immutable;
using MetaMirror.Objectives;

namespace MetaMirror.Certificates;

/// <summary>
/// The point u that a run is compared with. Either u itself, a stored solution: then everything about it is known; or the minimizer theta_* near u, whose
/// distance and loss are bounded by u's gradient where the loss is strongly convex (PAPERS 6.8): ||theta_* - u||_2 &lt;= ||g||_2 / m, l(u) - l_* &lt;= ||g||^2 / (2 m).
/// </summary>
public sealed class Comparator
{
    private readonly double[] _point;
    private readonly double _slack;

    private Comparator(ReadOnlySpan<double> point, bool isMinimizer, double slack, double gap, ImmutableArray<Premise> premises)
    {
        _point = point.ToArray();
        _slack = slack;
        (IsMinimizer, LossGap, Premises) = (isMinimizer, gap, premises);
        Name = isMinimizer ? "the minimum" : "the reference solution";
    }

    /// <summary>u.</summary>
    public ReadOnlySpan<double> Point => _point;

    /// <summary>Whether statements are about the minimizer theta_*, not only about u.</summary>
    public bool IsMinimizer { get; }

    /// <summary>An upper bound on l(u) - l_*; 0 where u itself is compared with.</summary>
    public double LossGap { get; }

    /// <summary>What the comparison rests on.</summary>
    public ImmutableArray<Premise> Premises { get; }

    /// <summary>Name in statements.</summary>
    public string Name { get; private init; }

    /// <summary>u as it is.</summary>
    public static Comparator Reference(ReadOnlySpan<double> u) =>
        new(u, false, 0, 0, [Premise.Checked("the comparator is a stored solution, whose distance from the start is known", how: "the distance is computed")]);

    /// <summary>theta_*, known to be u up to rounding: closed forms.</summary>
    public static Comparator Minimizer(ReadOnlySpan<double> minimizer) =>
        new(minimizer, true, 0, 0, [Premise.Checked("the minimizer is known, and so is its distance from the start", how: "a closed form")]);

    /// <summary>theta_*, bounded by the gradient at u of a strongly convex loss; u itself where the loss is not known to be.</summary>
    /// <param name="u">A nearly optimal point.</param>
    /// <param name="gradientNorm">||grad l(u)||_2 on the whole set.</param>
    /// <param name="curvature">Of the loss.</param>
    public static Comparator Near(ReadOnlySpan<double> u, double gradientNorm, LossCurvature curvature)
    {
        double m = curvature.StrongConvexity;
        if (!(m > 0))
            return Reference(u);
        return new(u, true, gradientNorm / m, gradientNorm * gradientNorm / (2 * m),
            [Premise.Checked("the minimizer is as near to the reference solution as strong convexity says: ||g||_2 / m", gradientNorm / m, "its gradient and m are known; margin: the distance allowed for")]);
    }

    /// <summary>The minimizer on a product of simplices, found up to a duality gap; statements are about u itself.</summary>
    /// <param name="u">A nearly optimal point there.</param>
    /// <param name="gap">An upper bound on l(u) - min l.</param>
    /// <param name="limit">The largest gap that is accepted.</param>
    public static Comparator OnSimplices(ReadOnlySpan<double> u, double gap, double limit) =>
        new(u, false, 0, 0, [Premise.AtMost(gap, limit, FormattableString.Invariant($"the comparator is the minimizer on the simplex, up to a duality gap of {gap:G3}"), "the gap was computed; margin: what is accepted, less the gap")])
        {
            IsConstrained = true,
            Name = FormattableString.Invariant($"a point near the minimum on the simplex (duality gap {gap:G3})"),
        };

    /// <summary>Whether u minimizes on the simplices alone, where the potential lives.</summary>
    public bool IsConstrained { get; private init; }

    /// <summary>An upper bound on D = sqrt(2 B(theta_* || theta_1)), or u's.</summary>
    public double Distance(Geometry geometry, ReadOnlySpan<double> start)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        double known = Math.Sqrt(2 * Math.Max(0, geometry.Bregman(_point, start)));
        return _slack > 0 ? known + (Math.Sqrt(geometry.Largest) * _slack) : known;
    }
}
