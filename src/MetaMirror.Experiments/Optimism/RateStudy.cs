using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Optimism.Convex;

namespace MetaMirror.Experiments.Optimism;

/// <summary>
/// Measures how f(xbar_T) - f* falls with T, with and without hints, where the bounds of PAPERS 3.3 hold. A run whose premise lambda_t &lt;= lambda fails is repeated
/// with a larger lambda.
/// </summary>
public static class RateStudy
{
    /// <summary>T of the fitted slopes.</summary>
    public const int FirstFitted = 400, LastFitted = 4000;

    private const double LeastCurvature = 1e-9;

    /// <summary>Steps at which a curve is kept: all small ones, then some per decade.</summary>
    private const int PointsPerDecade = 40;

    /// <summary>The envelope over h.</summary>
    /// <param name="curvatures">Values of h on a log grid of [1e-9, 1], at least 2.</param>
    /// <param name="team">Threads; the result does not depend on their number.</param>
    /// <param name="cancellationToken">Ends the study early.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public static RateEnvelope Envelope(int curvatures, WorkerTeam team, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(curvatures, 2);
        ArgumentNullException.ThrowIfNull(team);
        int[] steps = Points(LastFitted);
        var all = new RateCurves[curvatures];
        team.Run(curvatures, (k, _) =>
        {
            if (cancellationToken.IsCancellationRequested)
                return;
            double h = Math.Pow(LeastCurvature, 1 - (k / (curvatures - 1.0)));

            // The class of f_h is 1-smooth: one beta for all of it.
            all[k] = Follow($"h = {h:G3}", () => new QuadraticObjective<double>([h], [h], h / 2), () => new OffsetUpdate<double>(), [0], new([1], [1]), 1, steps);
        });
        cancellationToken.ThrowIfCancellationRequested();
        double[] without = Worst(c => c.WithoutHint), with = Worst(c => c.WithHint);
        var curves = new RateCurves("the worst h", steps, without, with, all[0].BoundWithoutHint, all[0].BoundWithHint)
        {
            BoundsHold = all.All(c => c.BoundsHold), WorstRatio = all.Max(c => c.WorstRatio), Repeats = all.Sum(c => c.Repeats),
        };
        return new RateEnvelope(curves, curvatures, Slope(steps, without), Slope(steps, with));

        double[] Worst(Func<RateCurves, double[]> of) => [.. steps.Select((_, i) => all.Max(c => of(c)[i]))];
    }

    /// <summary>Fixed ill-conditioned quadratics, for which no slope is expected.</summary>
    /// <param name="cancellationToken">Ends the study early.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public static IReadOnlyList<RateCurves> Fixed(CancellationToken cancellationToken = default)
    {
        int[] steps = Points(LastFitted);
        var curves = new List<RateCurves>();
        foreach (int decades in (int[])[4, 8])
        {
            cancellationToken.ThrowIfCancellationRequested();
            double[] h = [.. Enumerable.Range(0, 20).Select(i => Math.Pow(10, -decades * i / 19.0))], x = [.. Enumerable.Repeat(1.0, 20)];
            curves.Add(Follow(
                $"offset, 20 eigenvalues from 1 to 1e-{decades}", () => Diagonal(h, x), () => new OffsetUpdate<double>(), new double[20], new(x, x), 1, steps));
        }

        cancellationToken.ThrowIfCancellationRequested();
        double[] worst = Tridiagonal(100, out double[] minimizer, out double[] b);
        curves.Add(Follow(
            "offset, the tridiagonal worst case in 100 dimensions", () => new QuadraticObjective<double>(worst, b), () => new OffsetUpdate<double>(), new double[100], new(minimizer, minimizer), 1, steps));
        cancellationToken.ThrowIfCancellationRequested();
        double[] curvature = [.. Enumerable.Range(0, 10).Select(i => Math.Pow(10, -2 * i / 9.0))], at = [.. Enumerable.Repeat(1.0, 10)];
        curves.Add(Follow(
            "element-wise rate, 10 eigenvalues from 1 to 1e-2", () => Diagonal(curvature, at), () => new ElementwiseStep<double>(), new double[10], new(at, [.. curvature.Select(c => 1 / c)]), 1, steps));
        return curves;
    }

    /// <summary>The least-squares slope of log gap in log T over T = 400 .. 4000, at the steps that are kept.</summary>
    public static double Slope(IReadOnlyList<int> steps, IReadOnlyList<double> gaps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(gaps);
        (double X, double Y)[] points = [.. steps.Zip(gaps).Where(p => p.First is >= FirstFitted and <= LastFitted).Select(p => (Math.Log(p.First), Math.Log(p.Second)))];
        double x = points.Average(p => p.X), y = points.Average(p => p.Y);
        return points.Sum(p => (p.X - x) * (p.Y - y)) / points.Sum(p => (p.X - x) * (p.X - x));
    }

    private static RateCurves Follow(
        string name, Func<Objective<double>> objective, Func<UpdateFamily<double>> family, double[] start, Optimum<double> optimum, double smoothness, int[] steps)
    {
        Objective<double> f = objective();
        RateRun without = RateRun.Of(f, family, start, optimum, smoothness, IterateWeights.Uniform, new NoGuess<double>(), steps);
        RateRun with = RateRun.Of(f, family, start, optimum, smoothness, IterateWeights.Linear, new LastGradientGuess<double>(), steps);
        return new RateCurves(name, steps, without.Gaps, with.Gaps, without.Bounds, with.Bounds)
        {
            Repeats = without.Repeats + with.Repeats, BoundsHold = without.Holds && with.Holds, WorstRatio = Math.Max(without.Worst, with.Worst),
        };
    }

    private static QuadraticObjective<double> Diagonal(double[] h, double[] minimizer)
    {
        double[] a = new double[h.Length * h.Length];
        for (int i = 0; i < h.Length; i++)
            a[(i * h.Length) + i] = h[i];
        return new(a, [.. h.Zip(minimizer, (x, y) => x * y)], h.Zip(minimizer, (x, y) => x * y * y / 2).Sum());
    }

    /// <summary>1/4 tridiag(-1, 2, -1) and e_1 / 4: eigenvalues below 1; the worst case of all first-order methods.</summary>
    private static double[] Tridiagonal(int n, out double[] minimizer, out double[] b)
    {
        double[] h = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            h[(i * n) + i] = .5;
            if (i > 0)
                h[(i * n) + i - 1] = h[((i - 1) * n) + i] = -.25;
        }

        minimizer = [.. Enumerable.Range(1, n).Select(i => 1 - (i / (n + 1.0)))];
        b = new double[n];
        b[0] = .25;
        return h;
    }

    private static int[] Points(int last)
    {
        var points = new SortedSet<int>();
        for (double x = 0; x <= Math.Log10(last) + 1e-9; x += 1.0 / PointsPerDecade)
            points.Add((int)Math.Round(Math.Pow(10, x)));
        points.Add(last);
        return [.. points];
    }
}
