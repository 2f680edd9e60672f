namespace MetaMirror.Numerics.Tests.Solvers;

public sealed class ConjugateGradientTests
{
    private static (SolveReport Report, double[] X) Solve(ConjugateGradient<double> solver, double[] a, double[] b)
    {
        var x = new double[b.Length];
        Array.Fill(x, double.NaN);
        return (solver.Solve(DenseOperator<double>.Of(a), b, x, new double[ConjugateGradient<double>.ScratchLength(b.Length)]), x);
    }

    [Fact]
    public void Solves_positive_definite_systems()
    {
        double[] values = [.. Enumerable.Range(1, 30).Select(i => (double)i)];
        double[] a = Draws.Symmetric(values, 40), truth = Draws.Normal<double>(30, 41), b = new double[30];
        Gemm.MultiplyVector<double>(false, 30, 30, 1, a, truth, 0, b);
        (SolveReport report, double[] x) = Solve(new ConjugateGradient<double>(1e-12), a, b);
        Assert.Equal(SolveStatus.Converged, report.Status);
        Assert.Equal(CurvatureSign.Positive, report.Curvature);
        Assert.InRange(report.Iterations, 1, 60);

        // Relative error <= condition number (30) x relative residual.
        Draws.AssertClose(truth, x, 30 * 1e-12 * Math.Sqrt(30));
        Assert.Same(report, report.EnsureSucceeded());
    }

    [Fact]
    public void Reported_residual_is_the_true_one()
    {
        double[] values = [.. Enumerable.Range(0, 40).Select(i => Math.Pow(10, -i / 5.0))];
        double[] a = Draws.Symmetric(values, 42), b = Draws.Normal<double>(40, 43);
        foreach (int iterations in new[] { 1, 5, 20, 400 })
        {
            (SolveReport report, double[] x) = Solve(new ConjugateGradient<double>(1e-14, iterations), a, b);
            double[] r = [.. b];
            Gemm.MultiplyVector<double>(false, 40, 40, -1, a, x, 1, r);
            Assert.Equal(Math.Sqrt(r.Sum(v => v * v)), report.Residual, 1e-13);
            Assert.Equal(report.Residual / Math.Sqrt(b.Sum(v => v * v)), report.RelativeResidual, 1e-13);
            Assert.Equal(report.RelativeResidual <= 1e-14, report.Status == SolveStatus.Converged);
        }
    }

    [Fact]
    public void The_best_iterate_is_returned_not_the_last()
    {
        // On badly conditioned systems the residuals of CG go up and down; a longer run must never return a worse point.
        double[] values = [.. Enumerable.Range(0, 25).Select(i => Math.Pow(10, i / 4.0))];
        double[] a = Draws.Symmetric(values, 44), b = Draws.Normal<double>(25, 45);
        double previous = double.PositiveInfinity;
        for (int iterations = 0; iterations < 30; iterations++)
        {
            double residual = Solve(new ConjugateGradient<double>(0, iterations), a, b).Report.Residual;
            Assert.True(residual <= previous * (1 + 1e-6), $"{iterations}: {residual} > {previous}");
            previous = residual;
        }
    }

    [Fact]
    public void Negative_curvature_is_reported_with_advice()
    {
        (SolveReport report, double[] x) = Solve(new ConjugateGradient<double>(), [1, 0, 0, -2], [1, 1]);
        Assert.Equal(SolveStatus.NegativeCurvature, report.Status);
        Assert.Equal(CurvatureSign.Negative, report.Curvature);
        Assert.False(report.Succeeded);
        Assert.Contains("damping", report.Verdict, StringComparison.Ordinal);
        Assert.Equal([0, 0], x);
        Assert.Same(report, Assert.Throws<SolveFailedException>(report.EnsureSucceeded).Report);
    }

    [Fact]
    public void Indefinite_random_systems_are_never_called_converged_wrongly()
    {
        for (uint seed = 0; seed < 40; seed++)
        {
            double[] values = [.. Enumerable.Range(0, 12).Select(i => i - 3.5)];
            double[] b = Draws.Normal<double>(12, 50 + seed);
            (SolveReport report, double[] x) = Solve(new ConjugateGradient<double>(1e-8, 200), Draws.Symmetric(values, 100 + seed), b);
            Assert.Equal(SolveStatus.NegativeCurvature, report.Status);
            Assert.True(Vectors.AllFinite<double>(x));
            Assert.InRange(report.RelativeResidual, 0, 1);
        }
    }

    [Fact]
    public void Damping_larger_than_the_negative_eigenvalue_repairs_it()
    {
        (SolveReport report, double[] x) = Solve(new ConjugateGradient<double>(Damping: 3), [1, 0, 0, -2], [1, 1]);
        Assert.Equal(SolveStatus.Converged, report.Status);
        Draws.AssertClose([0.25, 1], x, 1e-12);
    }

    [Fact]
    public void A_singular_direction_is_a_breakdown_and_a_consistent_singular_system_is_not()
    {
        (SolveReport report, double[] x) = Solve(new ConjugateGradient<double>(), [1, 0, 0, 0], [0, 1]);
        Assert.Equal((SolveStatus.Breakdown, CurvatureSign.Zero), (report.Status, report.Curvature));
        (report, x) = Solve(new ConjugateGradient<double>(), [2, 0, 0, 0], [4, 0]);
        Assert.Equal(SolveStatus.Converged, report.Status);
        Assert.Equal([2, 0], x);
    }

    [Fact]
    public void Infinities_and_not_a_numbers_mean_diverged()
    {
        Assert.Equal(SolveStatus.Diverged, Solve(new ConjugateGradient<double>(), [1, 0, 0, 1], [double.NaN, 1]).Report.Status);
        Assert.Equal(SolveStatus.Diverged, Solve(new ConjugateGradient<double>(), [1, double.NaN, 0, 1], [1, 1]).Report.Status);
        Assert.Equal(SolveStatus.Diverged, Solve(new ConjugateGradient<double>(), [1, double.PositiveInfinity, 0, 1], [1, 1]).Report.Status);
    }

    [Fact]
    public void Zero_right_side_and_no_unknowns_are_solved_at_once()
    {
        (SolveReport report, double[] x) = Solve(new ConjugateGradient<double>(), [1, 0, 0, 1], [0, 0]);
        Assert.Equal((SolveStatus.Converged, 0, CurvatureSign.Unknown), (report.Status, report.Iterations, report.Curvature));
        Assert.Equal([0, 0], x);
        Assert.Equal(SolveStatus.Converged, Solve(new ConjugateGradient<double>(), [], []).Report.Status);
    }

    [Fact]
    public void Too_few_iterations_say_so()
    {
        double[] values = [.. Enumerable.Range(1, 20).Select(i => (double)i)];
        SolveReport report = Solve(new ConjugateGradient<double>(1e-10, 3), Draws.Symmetric(values, 46), Draws.Normal<double>(20, 47)).Report;
        Assert.Equal((SolveStatus.MaximumIterations, 3), (report.Status, report.Iterations));
        Assert.Throws<SolveFailedException>(report.EnsureSucceeded);
        Assert.Contains("more iterations", report.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tolerance_beyond_float_is_not_called_reached()
    {
        double[] values = [.. Enumerable.Range(1, 20).Select(i => (double)i)];
        float[] b = Draws.Normal<float>(20, 48), x = new float[20];
        SolveReport report = new ConjugateGradient<float>(1e-12).Solve(DenseOperator<float>.Of(Draws.Symmetric(values, 49)), b, x, new float[80]);
        Assert.Contains(report.Status, new[] { SolveStatus.Breakdown, SolveStatus.MaximumIterations });
        Assert.False(report.Succeeded);

        // u sqrt(n) cond = 6e-8 * 4.5 * 20.
        Assert.InRange(report.RelativeResidual, 0, 6e-6);
    }

    [Fact]
    public void Misuse_is_refused()
    {
        var a = new DenseOperator<double>([1, 0, 0, 1], 2);
        var solver = new ConjugateGradient<double>();
        double[] shared = new double[20];
        Assert.Throws<ArgumentException>(() => solver.Solve(a, new double[3], new double[3], new double[12]));
        Assert.Throws<ArgumentException>(() => solver.Solve(a, new double[2], new double[2], new double[7]));
        Assert.Throws<ArgumentException>(() => solver.Solve(a, shared.AsSpan(0, 2), shared.AsSpan(0, 2), new double[8]));
        Assert.Throws<ArgumentNullException>(() => solver.Solve(null!, new double[2], new double[2], new double[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => (solver with { Damping = -1 }).Solve(a, new double[2], new double[2], new double[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => (solver with { Tolerance = double.NaN }).Solve(a, new double[2], new double[2], new double[8]));
    }
}
