using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Hypergradients;

/// <summary>
/// theta_* = argmin F to a stated residual ||grad F|| / ||grad F(start)||: Newton's method with truncated conjugate gradients and a line search (Nocedal and
/// Wright, sections 7.1 and 3.1). Where the curvature is negative it goes along the gradient. The outcome is a report, never an exception.
/// </summary>
internal sealed class NewtonMinimizer<T>(Objective<T> objective, double tolerance, int maximumSteps)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double SufficientDecrease = 1e-4;
    private const double SmallestStep = 1e-10;
    private const int MostProducts = 500;

    private readonly T[] _gradient = new T[objective.Layout.Length];
    private readonly T[] _direction = new T[objective.Layout.Length];
    private readonly T[] _trial = new T[objective.Layout.Length];
    private readonly T[] _scratch = new T[ConjugateGradient<T>.ScratchLength(objective.Layout.Length)];
    private readonly HessianOperator<T> _hessian = new(objective);

    /// <summary>H of F at the point that was set last.</summary>
    public HessianOperator<T> Hessian => _hessian;

    public long Length => _gradient.Length + _direction.Length + _trial.Length + _scratch.Length;

    /// <summary>Moves <paramref name="theta"/> to the minimizer, or as far as it gets.</summary>
    public SolveReport Solve(Span<T> theta, T[] meta, CancellationToken cancellationToken)
    {
        double value = objective.Evaluate(theta, meta, BatchKey.Full, _gradient), residual = Norm, start = residual;
        int steps = 0;
        var curvature = CurvatureSign.Unknown;
        SolveReport Report(SolveStatus status) =>
            new("Newton's method for the proximal point", status, steps, residual, start > 0 ? residual / start : 0, curvature);

        while (double.IsFinite(value) && double.IsFinite(residual))
        {
            if (residual <= tolerance * start)
                return Report(SolveStatus.Converged);
            if (steps == maximumSteps)
                return Report(SolveStatus.MaximumIterations);
            cancellationToken.ThrowIfCancellationRequested();
            _hessian.MoveTo(theta, meta);
            SolveReport linear = new ConjugateGradient<T>(Math.Min(0.1, residual / start), MostProducts).Solve(_hessian, _gradient, _direction, _scratch);
            if (linear.Curvature > curvature)
                curvature = linear.Curvature;
            if (!(Vectors.Dot<T>(_direction, _gradient) > 0))
                _gradient.CopyTo(_direction, 0);
            steps++;
            if (!TryMove(theta, meta, ref value, ref residual))
                return Report(curvature == CurvatureSign.Negative ? SolveStatus.NegativeCurvature : SolveStatus.Breakdown);
        }

        return Report(SolveStatus.Diverged);
    }

    private double Norm => Math.Sqrt(Vectors.SquaredNorm<T>(_gradient));

    /// <summary>theta -= t d with the largest t = 1, 1/2, ... that halves the gradient or lowers F enough; false if none does.</summary>
    private bool TryMove(Span<T> theta, T[] meta, ref double value, ref double residual)
    {
        double slope = Vectors.Dot<T>(_direction, _gradient);
        for (double t = 1; t >= SmallestStep; t /= 2)
        {
            Vectors.LinearCombination(T.One, theta, T.CreateTruncating(-t), _direction, _trial);
            double next = objective.Evaluate(_trial, meta, BatchKey.Full, _gradient), norm = Norm;
            if (!double.IsFinite(next) || !double.IsFinite(norm) || !(norm <= residual / 2 || next < value - (SufficientDecrease * t * slope)))
                continue;
            _trial.CopyTo(theta);
            value = next;
            residual = norm;
            return true;
        }

        return false;
    }
}

/// <summary>v to H v of an objective at one point, on the whole set.</summary>
internal sealed class HessianOperator<T>(Objective<T> objective) : LinearOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _theta = new T[objective.Layout.Length];
    private T[] _meta = [];

    public override int Length => _theta.Length;

    public void MoveTo(ReadOnlySpan<T> theta, T[] meta)
    {
        theta.CopyTo(_theta);
        _meta = meta;
    }

    public override void Apply(ReadOnlySpan<T> x, Span<T> y) => objective.HessianVectorProducts(_theta, _meta, BatchKey.Full, 1, x, y);
}
