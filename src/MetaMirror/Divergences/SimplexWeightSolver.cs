using System.Numerics;

namespace MetaMirror.Divergences;

/// <summary>
/// Minimizes h(a) of <see cref="MaxConjugate{T}"/> over the simplex. Stops at the Frank-Wolfe gap max_j q_j - sum_j a_j q_j, which bounds
/// h(a) - min h, so that ||theta - theta_exact||_Pmin is at most sqrt(2 gap) (PAPERS 6.2).
/// </summary>
internal static class SimplexWeightSolver
{
    private const int MaximumIterations = 200;
    private const int MaximumHalvings = 40;

    /// <summary>Share of the predicted decrease that a step must reach (Armijo).</summary>
    private const double SufficientDecrease = 1e-4;

    /// <summary>Rounding of the sums q_j may end progress above the tolerance for very long vectors; up to here that is accepted.</summary>
    private const double StagnationFactor = 100;

    /// <summary>Relative gap asked for.</summary>
    public static double Tolerance<T>() => typeof(T) == typeof(double) ? 1e-14 : 1e-10;

    /// <summary>Improves <paramref name="a"/> (any start; zeros mean none) to the minimizer and writes q and H there.</summary>
    /// <exception cref="MirrorStepFailedException">The gap stayed too large: the input is not finite, or its metrics differ by more than double can hold.</exception>
    public static SimplexSolution Solve<T>(in MaxConjugate<T> problem, Span<double> a, Span<double> q, Span<double> hessian)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Start(a);
        SimplexSolution solution = a.Length switch
        {
            1 => Closed(problem, a, q, hessian),
            2 => Pair(problem, a, q, hessian),
            _ => Newton(problem, a, q, hessian),
        };
        Snap(problem, a, q, hessian, solution.Gap);
        double tolerance = Tolerance<T>();
        if (!(solution.Gap <= StagnationFactor * tolerance))
        {
            throw new MirrorStepFailedException(
                "The simplex problem of the exact max-of-quadratics step", solution.Gap, tolerance, solution.Iterations, "Look for NaN or infinities in the gradient and for extreme metrics first.");
        }

        return solution;
    }

    /// <summary>(max_j q_j - sum_j a_j q_j) / max_j q_j; 0 at z = 0.</summary>
    public static double RelativeGap(ReadOnlySpan<double> a, ReadOnlySpan<double> q)
    {
        double max = 0, mean = 0;
        for (int j = 0; j < a.Length; j++)
        {
            max = Math.Max(max, q[j]);
            mean += a[j] * q[j];
        }

        return max == 0 ? 0 : (max - mean) / max;
    }

    private static void Start(Span<double> a)
    {
        double sum = 0;
        foreach (ref double weight in a)
            sum += weight = weight > 0 ? weight : 0;
        if (sum > 0 && double.IsFinite(sum))
        {
            foreach (ref double weight in a)
                weight /= sum;
        }
        else
        {
            a.Fill(1.0 / a.Length);
        }
    }

    private static SimplexSolution Closed<T>(in MaxConjugate<T> problem, Span<double> a, Span<double> q, Span<double> hessian)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        a[0] = 1;
        problem.Evaluate(a, q, hessian);
        return new(double.IsFinite(q[0]) ? 0 : double.NaN, 0);
    }

    /// <summary>N = 2: q_0 - q_1 falls in a_0, so Newton's step is safeguarded by a bracket; a vertex is tried as soon as Newton leaves the interval.</summary>
    private static SimplexSolution Pair<T>(in MaxConjugate<T> problem, Span<double> a, Span<double> q, Span<double> h)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double low = 0, high = 1, x = a[0], tolerance = Tolerance<T>(), gap = double.NaN;
        int iterations = 0;
        while (iterations < MaximumIterations)
        {
            a[0] = x;
            a[1] = 1 - x;
            problem.Evaluate(a, q, h);
            iterations++;
            gap = RelativeGap(a, q);
            if (!(gap > tolerance))
                break;
            double slope = q[0] - q[1];
            if (slope > 0)
                low = x;
            else
                high = x;
            double next = x + (slope / (h[0] - h[1] - h[2] + h[3]));
            if (!(next < high && next > low))
                next = Outside(low, high, x, slope);
            if (next == x)
                break;
            x = next;
        }

        return new(gap, iterations);
    }

    private static double Outside(double low, double high, double x, double slope)
    {
        if (slope > 0 && high == 1 && x < 1)
            return 1;
        return slope < 0 && low == 0 && x > 0 ? 0 : low + ((high - low) / 2);
    }

    /// <summary>N of 3 and more: Newton steps whose quadratic model is minimized over the simplex, with a line search; exponentiated gradient where that fails.</summary>
    private static SimplexSolution Newton<T>(in MaxConjugate<T> problem, Span<double> a, Span<double> q, Span<double> h)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = a.Length;
        Span<double> target = stackalloc double[n], trial = stackalloc double[n], trialQ = stackalloc double[n], trialH = stackalloc double[n * n];
        double tolerance = Tolerance<T>();
        problem.Evaluate(a, q, h);
        double gap = RelativeGap(a, q);
        int iterations = 1;
        while (gap > tolerance && iterations < MaximumIterations)
        {
            SimplexQuadratic.Minimize(n, h, q, a, target);
            double value = Value(a, q), slope = Slope(a, target, q), t = 1;
            bool accepted = false;
            for (int halving = 0; halving < MaximumHalvings && !accepted; halving++, t /= 2)
            {
                for (int j = 0; j < n; j++)
                    trial[j] = t == 1 ? target[j] : a[j] + (t * (target[j] - a[j]));
                problem.Evaluate(trial, trialQ, trialH);
                accepted = (slope < 0 && Value(trial, trialQ) <= value + (SufficientDecrease * t * slope)) || RelativeGap(trial, trialQ) <= gap / 2;
            }

            if (!accepted && !ExponentiatedGradient(problem, a, q, trial, trialQ, trialH))
                break;
            trial.CopyTo(a);
            trialQ.CopyTo(q);
            trialH.CopyTo(h);
            gap = RelativeGap(a, q);
            iterations++;
        }

        return new(gap, iterations);
    }

    /// <summary>trial_j = a_j exp(s q_j / max q), normalized, with s halved until h falls; false if it doesn't.</summary>
    private static bool ExponentiatedGradient<T>(in MaxConjugate<T> problem, ReadOnlySpan<double> a, ReadOnlySpan<double> q, Span<double> trial, Span<double> trialQ, Span<double> trialH)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double value = Value(a, q), max = 0, s = 1;
        foreach (double x in q)
            max = Math.Max(max, x);
        for (int halving = 0; halving < MaximumHalvings; halving++, s /= 2)
        {
            double sum = 0;

            // A weight of exactly 0 could never grow again: it starts from a small share.
            for (int j = 0; j < a.Length; j++)
                sum += trial[j] = (a[j] + (s * 1e-3 / a.Length)) * Math.Exp(s * (q[j] - max) / max);
            foreach (ref double weight in trial)
                weight /= sum;
            problem.Evaluate(trial, trialQ, trialH);
            if (Value(trial, trialQ) < value)
                return true;
        }

        return false;
    }

    /// <summary>Weights that are smaller than their relative slack are zero at the solution: the face must be exact, derivatives live on it.</summary>
    private static void Snap<T>(in MaxConjugate<T> problem, Span<double> a, Span<double> q, Span<double> h, double gap)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<double> trial = stackalloc double[a.Length], trialQ = stackalloc double[a.Length], trialH = stackalloc double[h.Length];
        double max = 0;
        foreach (double x in q)
            max = Math.Max(max, x);
        bool any = false;
        for (int j = 0; j < a.Length; j++)
        {
            bool zero = a[j] > 0 && a[j] < (max - q[j]) / max;
            any |= zero;
            trial[j] = zero ? 0 : a[j];
        }

        if (!any)
            return;
        Start(trial);
        problem.Evaluate(trial, trialQ, trialH);
        if (RelativeGap(trial, trialQ) > Math.Max(gap, Tolerance<T>()))
            return;
        trial.CopyTo(a);
        trialQ.CopyTo(q);
        trialH.CopyTo(h);
    }

    private static double Value(ReadOnlySpan<double> a, ReadOnlySpan<double> q)
    {
        double value = 0;
        for (int j = 0; j < a.Length; j++)
            value += a[j] * q[j];
        return value;
    }

    private static double Slope(ReadOnlySpan<double> a, ReadOnlySpan<double> target, ReadOnlySpan<double> q)
    {
        double slope = 0;
        for (int j = 0; j < a.Length; j++)
            slope -= q[j] * (target[j] - a[j]);
        return slope;
    }
}

/// <summary>How well the simplex problem was solved.</summary>
/// <param name="Gap">Relative Frank-Wolfe gap.</param>
/// <param name="Iterations">Evaluations of q and H.</param>
internal readonly record struct SimplexSolution(double Gap, int Iterations);
