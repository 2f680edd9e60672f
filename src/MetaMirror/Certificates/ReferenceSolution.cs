using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Certificates;

/// <summary>
/// A nearly optimal point of a convex loss on the whole set, by Newton's method: conjugate gradients on exact Hessian-vector products, and steps halved until the loss
/// falls. It depends on the loss alone, not on any optimizer: theorems about families need that.
/// </summary>
public sealed class ReferenceSolution
{
    private const int MostSteps = 200;
    private const int MostHalvings = 40;
    private const int MostProducts = 500;

    /// <summary>Share of the predicted decrease that a step must give.</summary>
    private const double Armijo = 1e-4;

    /// <summary>A gradient this small beside the first one is optimal to rounding.</summary>
    private const double Optimal = 1e-14;

    /// <summary>A duality gap this small beside the first one is optimal to rounding.</summary>
    private const double OptimalGap = 1e-13;

    /// <summary>Keeps the linear systems solvable where the Hessian is singular, relative to the gradient's norm.</summary>
    private const double Damping = 1e-8;

    private readonly double[] _point;

    private ReferenceSolution(double[] point, double loss, double gradientNorm)
    {
        _point = point;
        (Loss, GradientNorm) = (loss, gradientNorm);
    }

    /// <summary>u, shape [n].</summary>
    public ReadOnlySpan<double> Point => _point;

    /// <summary>l(u).</summary>
    public double Loss { get; }

    /// <summary>||grad l(u)||_2.</summary>
    public double GradientNorm { get; }

    /// <summary>Of a solution on simplices, an upper bound on l(u) - min l there; null for one that nothing constrains.</summary>
    public double? DualityGap { get; private init; }

    /// <summary>The gap at the start, which says how small <see cref="DualityGap"/> is.</summary>
    public double FirstGap { get; private init; }

    /// <summary>Minimizes on a product of simplices, one per tensor, where entropy steps live.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="objective">A convex loss.</param>
    /// <param name="meta">Natural values of its meta-parameters.</param>
    /// <param name="start">Where to begin, shape [n].</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static ReferenceSolution OnSimplices<T>(Objective<T> objective, ReadOnlySpan<T> meta, ReadOnlySpan<T> start, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(objective);
        objective.Layout.RequireLength(start.Length, nameof(start));
        (T[] x, double loss, double norm, double gap, double first) = new SimplexMinimizer<T>(objective, meta).Run(start, OptimalGap, cancellationToken);
        return new ReferenceSolution([.. x.Select(double.CreateChecked)], loss, norm) { DualityGap = gap, FirstGap = first };
    }

    /// <summary>Minimizes.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="objective">A convex loss.</param>
    /// <param name="meta">Natural values of its meta-parameters.</param>
    /// <param name="start">Where to begin, shape [n].</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static ReferenceSolution Of<T>(Objective<T> objective, ReadOnlySpan<T> meta, ReadOnlySpan<T> start, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(objective);
        objective.Layout.RequireLength(start.Length, nameof(start));
        int n = start.Length;
        T[] x = start.ToArray(), g = new T[n], step = new T[n], next = new T[n], nextGradient = new T[n], scratch = new T[ConjugateGradient<T>.ScratchLength(n)];
        T[] values = meta.ToArray();
        double loss = objective.Evaluate(x, values, BatchKey.Full, g), norm = Norm(g), first = norm;
        for (int k = 0; k < MostSteps && norm > Optimal * first; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var solver = new ConjugateGradient<T>(Math.Clamp(norm / first, 1e-10, 0.1), MostProducts, Damping * Math.Min(1, norm));
            solver.Solve(new Hessian<T>(objective, values, x), g, step, scratch);
            double slope = Vectors.Dot<T>(g, step);
            if (!(slope > 0))
            {
                g.CopyTo(step, 0);
                slope = norm * norm;
            }

            bool moved = false;
            double scale = 1;
            for (int halving = 0; halving < MostHalvings && !moved; halving++, scale /= 2)
            {
                Vectors.LinearCombination(T.One, x, T.CreateTruncating(-scale), step, next);
                double trial = objective.Evaluate(next, values, BatchKey.Full, nextGradient);

                // At the bottom losses agree to rounding, and the gradient decides.
                moved = trial <= loss - (Armijo * scale * slope) || (halving == 0 && Norm(nextGradient) < norm / 2 && trial <= loss + (1e-12 * Math.Abs(loss)));
                if (moved)
                    loss = trial;
            }

            if (!moved)
                break;
            (x, next) = (next, x);
            (g, nextGradient) = (nextGradient, g);
            norm = Norm(g);
        }

        return new ReferenceSolution([.. x.Select(double.CreateChecked)], loss, norm);
    }

    private static double Norm<T>(T[] x)
        where T : unmanaged, IFloatingPointIeee754<T> => Math.Sqrt(Vectors.SquaredNorm<T>(x));

    private sealed class Hessian<T>(Objective<T> objective, T[] meta, T[] theta) : LinearOperator<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override int Length => theta.Length;

        public override void Apply(ReadOnlySpan<T> x, Span<T> y) => objective.HessianVectorProducts(theta, meta, BatchKey.Full, 1, x, y);
    }
}
