using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

/// <summary>When the Newton iteration of <see cref="NumericalMirrorStep{T}"/> stops. Residuals are relative to ||grad phi(theta)|| + eta ||g||.</summary>
/// <param name="Tolerance">Residual at which it stops; null: 1e-13 in double, 1e-5 in float. Rounding may stop it earlier: up to 100 times this is accepted.</param>
/// <param name="MaximumSteps">Most Newton steps.</param>
/// <param name="MaximumProducts">Most Hessian-vector products of one linear solve.</param>
public sealed record NewtonOptions(double? Tolerance = null, int MaximumSteps = 100, int MaximumProducts = 10_000);

/// <summary>
/// theta = argmin phi(theta) - &lt;z, theta&gt;: Newton's method with truncated conjugate gradients and a line search (Nocedal and Wright,
/// sections 7.1 and 3.1). Works on spans of the caller, so that a step allocates nothing.
/// </summary>
internal sealed class NewtonMirrorSolver<T>(Potential<T> potential, NewtonOptions options)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Scratch vectors of length n that the members need.</summary>
    public const int ScratchVectors = 5;

    private const double StagnationFactor = 100;
    private const double SufficientDecrease = 1e-4;
    private const double SmallestStep = 1e-12;

    private double Tolerance => options.Tolerance ?? (typeof(T) == typeof(double) ? 1e-13 : 1e-5);

    /// <summary>Moves <paramref name="theta"/> from a point of the domain to the solution.</summary>
    /// <exception cref="MirrorStepFailedException">It was not reached.</exception>
    public void Solve(ReadOnlySpan<T> z, ReadOnlySpan<T> meta, double scale, Span<T> theta, Span<T> work)
    {
        int n = theta.Length, steps = 0;
        Span<T> r = work[..n], d = work.Slice(n, n), trial = work.Slice(2 * n, n), rest = work[n..];
        double residual = Residual(z, meta, theta, r);
        while (residual > Tolerance * scale && steps < options.MaximumSteps)
        {
            // The forcing term min(.1, residual) makes the convergence superlinear.
            ConjugateGradient(theta, meta, r, Math.Min(0.1, residual / scale), d, rest[n..]);
            double slope = Vectors.Dot<T>(r, d), value = Objective(z, meta, theta), t = 1, reached = double.NaN;
            for (; t >= SmallestStep; t /= 2)
            {
                Vectors.LinearCombination(T.One, theta, T.CreateTruncating(t), d, trial);
                double next = Objective(z, meta, trial);
                if (!double.IsFinite(next))
                    continue;
                reached = Residual(z, meta, trial, r);
                if (reached <= residual / 2 || next < value - (SufficientDecrease * t * slope))
                    break;
            }

            steps++;
            if (!(t >= SmallestStep && double.IsFinite(reached)))
                break;
            trial.CopyTo(theta);
            residual = reached;
        }

        if (!(residual <= StagnationFactor * Tolerance * scale))
        {
            throw new MirrorStepFailedException(
                $"The mirror step of potential '{potential.Name}'", residual / scale, Tolerance, steps, "Make the step smaller, and check that the potential is strictly convex and that its gradient reaches every vector.");
        }
    }

    /// <summary>x = H^-1 b at theta, with one round of refinement.</summary>
    /// <exception cref="MirrorStepFailedException">H is not positive definite or too ill conditioned.</exception>
    public void SolveHessian(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, ReadOnlySpan<T> b, Span<T> x, Span<T> work)
    {
        int n = theta.Length;
        Span<T> r = work[..n], correction = work.Slice(n, n), rest = work[(2 * n)..];
        double norm = Math.Sqrt(Vectors.SquaredNorm(b)), unit = typeof(T) == typeof(double) ? 1e-16 : 1e-8;
        b.CopyTo(r);
        x.Clear();
        int products = 0;
        for (int round = 0; round < 2 && norm > 0; round++)
        {
            products += ConjugateGradient(theta, meta, r, unit, correction, rest);
            Vectors.AddScaled(T.One, correction, x);
            potential.HessianVector(theta, meta, x, correction);
            Vectors.Subtract(b, correction, r);
        }

        double residual = norm > 0 ? Math.Sqrt(Vectors.SquaredNorm<T>(r)) / norm : 0, accepted = StagnationFactor * StagnationFactor * Tolerance;
        if (!(residual <= accepted))
        {
            throw new MirrorStepFailedException(
                $"The derivative of the mirror step of potential '{potential.Name}'", residual, accepted, products, "The Hessian is too ill conditioned or not positive definite.");
        }
    }

    private double Objective(ReadOnlySpan<T> z, ReadOnlySpan<T> meta, ReadOnlySpan<T> theta) => potential.Value(theta, meta) - Vectors.Dot(z, theta);

    private double Residual(ReadOnlySpan<T> z, ReadOnlySpan<T> meta, ReadOnlySpan<T> theta, Span<T> r)
    {
        potential.Gradient(theta, meta, r);
        Vectors.Subtract(z, r, r);
        return Math.Sqrt(Vectors.SquaredNorm<T>(r));
    }

    /// <summary>d approximately H^-1 b: stops at the relative tolerance, when rounding ends progress, or at negative curvature (with what it has; b itself if nothing).</summary>
    private int ConjugateGradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, ReadOnlySpan<T> b, double tolerance, Span<T> d, Span<T> work)
    {
        int n = theta.Length, products = 0;
        Span<T> r = work[..n], p = work.Slice(n, n), hp = work.Slice(2 * n, n);
        d.Clear();
        b.CopyTo(r);
        b.CopyTo(p);
        double rr = Vectors.SquaredNorm<T>(r), target = tolerance * tolerance * rr;
        int limit = Math.Min(options.MaximumProducts, (4 * n) + 20);
        while (rr > target && products < limit)
        {
            potential.HessianVector(theta, meta, p, hp);
            products++;
            double curvature = Vectors.Dot<T>(p, hp);
            if (!(curvature > 0))
            {
                if (products == 1)
                    b.CopyTo(d);
                break;
            }

            T alpha = T.CreateTruncating(rr / curvature);
            Vectors.AddScaled(alpha, p, d);
            Vectors.AddScaled(-alpha, hp, r);
            double next = Vectors.SquaredNorm<T>(r);
            Vectors.LinearCombination(T.One, r, T.CreateTruncating(next / rr), p, p);
            rr = next;
        }

        return products;
    }
}
