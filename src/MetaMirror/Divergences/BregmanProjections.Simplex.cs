using System.Numerics;
using System.Numerics.Tensors;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

/// <summary>
/// Bregman projections argmin_{x in C} B(x||y), in place. After the unconstrained mirror step they give the mirror step over C, so that
/// Theorem 3.1 still holds; a Euclidean projection after a step in another metric would not (DESIGN, certificate level L0).
/// </summary>
public static partial class BregmanProjections
{
    /// <summary>Euclidean projection onto {x &gt;= 0, sum x = total}: max(0, y - tau), tau found by sorting (Duchi et al., ICML 2008).</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="y">Shape [n], n at least 1; overwritten by the projection.</param>
    /// <param name="scratch">Shape [n]; overwritten.</param>
    /// <param name="total">Sum of the result, positive.</param>
    /// <exception cref="ArgumentException">y is empty or not finite, scratch is too short, or total is not positive.</exception>
    public static void OntoSimplex<T>(Span<T> y, Span<T> scratch, double total = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireSimplex<T>(y, total);
        if (scratch.Length < y.Length)
            throw new ArgumentException($"scratch has length {scratch.Length}, expected at least {y.Length}.", nameof(scratch));
        Span<T> sorted = scratch[..y.Length];
        y.CopyTo(sorted);
        sorted.Sort();
        double sum = -total, tau = 0;
        for (int k = 1; k <= y.Length; k++)
        {
            double largest = double.CreateTruncating(sorted[^k]), candidate = (sum + largest) / k;
            if (k > 1 && largest <= candidate)
                break;
            sum += largest;
            tau = candidate;
        }

        for (int i = 0; i < y.Length; i++)
            y[i] = T.CreateTruncating(Math.Max(0, double.CreateTruncating(y[i]) - tau));
    }

    /// <summary>
    /// argmin 1/2 ||x - y||_P^2 over {x &gt;= 0, sum x = total}: x_i = max(0, y_i - mu / P_i), with mu by Newton's method on the convex
    /// piecewise linear sum, which rises to the root in at most n steps.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="metric">Diagonal of P, positive, shape [n].</param>
    /// <param name="y">Shape [n], n at least 1; overwritten by the projection.</param>
    /// <param name="total">Sum of the result, positive.</param>
    /// <exception cref="ArgumentException">Lengths differ, y is empty or not finite, an entry of P or the total is not positive.</exception>
    public static void OntoSimplexInMetric<T>(ReadOnlySpan<T> metric, Span<T> y, double total = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireSimplex<T>(y, total);
        RequireMetric(metric, y.Length);
        double mu = double.NegativeInfinity;
        for (int round = 0; round <= y.Length; round++)
        {
            // The line through the coordinates still positive at mu: all of them in the first round.
            double sum = -total, slope = 0;
            for (int i = 0; i < y.Length; i++)
            {
                double yi = double.CreateTruncating(y[i]), p = double.CreateTruncating(metric[i]);
                if (yi * p <= mu)
                    continue;
                sum += yi;
                slope += 1 / p;
            }

            double next = sum / slope;
            if (!(next > mu))
                break;
            mu = next;
        }

        for (int i = 0; i < y.Length; i++)
            y[i] = T.CreateTruncating(Math.Max(0, double.CreateTruncating(y[i]) - (mu / double.CreateTruncating(metric[i]))));
    }

    /// <summary>Projection onto the simplex in the Kullback-Leibler divergence (negative entropy): x = total y / sum y.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="y">Shape [n], not negative, with a positive sum; overwritten by the projection.</param>
    /// <param name="total">Sum of the result, positive.</param>
    /// <exception cref="ArgumentException">y is empty, not finite, negative somewhere or zero everywhere, or total is not positive.</exception>
    public static void OntoSimplexInEntropy<T>(Span<T> y, double total = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RequireSimplex<T>(y, total);
        double sum = Vectors.Sum<T>(y);
        if (T.IsNegative(TensorPrimitives.Min<T>(y)) || !(sum > 0))
            throw new ArgumentException(FormattableString.Invariant($"y must not be negative and must have a positive sum, but its smallest entry is {TensorPrimitives.Min<T>(y)} and its sum {sum}."), nameof(y));
        Vectors.Scale(T.CreateTruncating(total / sum), y);
    }

    private static void RequireSimplex<T>(ReadOnlySpan<T> y, double total)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (y.IsEmpty)
            throw new ArgumentException("A simplex needs at least one coordinate; y has none.", nameof(y));
        RequireFinite(y);
        if (!(total > 0) || !double.IsFinite(total))
            throw new ArgumentOutOfRangeException(nameof(total), total, "The sum of a simplex must be positive and finite.");
    }

    private static void RequireFinite<T>(ReadOnlySpan<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int index = Vectors.IndexOfNonFinite(y);
        if (index >= 0)
            throw new ArgumentException(FormattableString.Invariant($"y must be finite, but entry {index} is {y[index]}."), nameof(y));
    }

    private static void RequireMetric<T>(ReadOnlySpan<T> metric, int length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (metric.Length != length)
            throw new ArgumentException($"metric has length {metric.Length}, expected {length}.", nameof(metric));
        for (int i = 0; i < length; i++)
        {
            if (!(metric[i] > T.Zero) || !T.IsFinite(metric[i]))
                throw new ArgumentException(FormattableString.Invariant($"metric must be positive and finite, but entry {i} is {metric[i]}."), nameof(metric));
        }
    }
}
