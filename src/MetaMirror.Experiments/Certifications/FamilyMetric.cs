using System.Numerics;
using MetaMirror.Certificates;
using MetaMirror.Divergences;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Certifications;

/// <summary>What Theorem 4.1 needs to know of a learned potential.</summary>
/// <param name="Norm">K, at least the ||P_j||_F of every component; not a number where it is unknown.</param>
/// <param name="Least">lambda, at most the smallest eigenvalue of any.</param>
/// <param name="Components">N.</param>
/// <param name="IsCentered">Whether B(u||theta_1) is the largest of 1/2 ||u - theta_1||^2_{P_j}: N = 1, or centered at the start.</param>
internal sealed record FamilyMetric(double Norm, double Least, int Components, bool IsCentered)
{
    /// <summary>Reads a rule's potential.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="layout">Names and shapes of theta.</param>
    /// <param name="meta">Natural values of the rule's meta-parameters.</param>
    public static FamilyMetric Of<T>(UpdateRule<T> rule, ParameterLayout layout, ReadOnlySpan<T> meta)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (rule.Mirror(layout) is not { } view)
            return Unknown;
        ReadOnlySpan<T> own = meta.Slice(view.MetaStart, view.MetaLength);
        if (view.Divergence is MaxOfDiagonals<T> max)
        {
            int n = layout.Length;
            double norm = 0, least = double.PositiveInfinity;
            for (int j = 0; j < max.Components; j++)
            {
                double[] p = Doubles(own.Slice(j * n, n));
                norm = Math.Max(norm, Frobenius(p));
                least = Math.Min(least, p.Min());
            }

            return new FamilyMetric(norm, least, max.Components, max.Components == 1 || max.Center == Center.Start);
        }

        if (!view.Divergence.IsQuadratic)
            return Unknown;
        if (view.Divergence is DiagonalDivergence<T> diagonal)
        {
            T[] p = new T[layout.Length];
            diagonal.Metric(new DivergenceContext<T> { Layout = layout, Meta = own, Scratch = new T[diagonal.ScratchLength(layout)] }, p);
            double[] entries = Doubles(p);
            return new FamilyMetric(Frobenius(entries), entries.Min(), 1, IsCentered: true);
        }

        // The largest eigenvalue, sqrt(n) times, bounds the norm.
        Geometry geometry = DivergenceGeometry<T>.Of(view.Divergence, layout, own);
        return new FamilyMetric(Math.Sqrt(geometry.Length) * geometry.Largest, geometry.Least, 1, IsCentered: true);
    }

    private static FamilyMetric Unknown => new(double.NaN, double.NaN, 1, IsCentered: false);

    private static double Frobenius(double[] diagonal) => Math.Sqrt(diagonal.Sum(p => p * p));

    private static double[] Doubles<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] result = new double[values.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = double.CreateChecked(values[i]);
        return result;
    }
}
