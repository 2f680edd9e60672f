namespace MetaMirror.Numerics.Tests.Solvers;

public sealed class SeriesTests
{
    private const double Printed = 1e-11;

    private static (SolveReport Report, double[] X) Neumann(NeumannSeries<double> solver, double[] a, double[] b)
    {
        var x = new double[b.Length];
        return (solver.Solve(DenseOperator<double>.Of(a), b, x, new double[NeumannSeries<double>.ScratchLength(b.Length)]), x);
    }

    private static (SolveReport Report, double[] X) FixedPoint(FixedPointIteration<double> solver, double[] a, double[] b)
    {
        var x = new double[b.Length];
        return (solver.Solve(DenseOperator<double>.Of(a), b, x, new double[FixedPointIteration<double>.ScratchLength(b.Length)]), x);
    }

    /// <summary>The reference numbers to PAPERS 5.2 (H = [2 .5; .5 1], v = (1, -1), step .4).</summary>
    [Fact]
    public void Reference_numbers_of_the_truncated_series()
    {
        double[][] expected = [[0.4, -0.4], [0.56, -0.72], [0.656, -0.944], [0.72, -1.0976], [0.76352, -1.20256]];
        for (int repeats = 0; repeats < expected.Length; repeats++)
        {
            (SolveReport report, double[] x) = Neumann(new NeumannSeries<double>(repeats, 0.4), [2, 0.5, 0.5, 1], [1, -1]);
            Draws.AssertClose(expected[repeats], x, Printed);
            Assert.Equal((SolveStatus.MaximumIterations, repeats), (report.Status, report.Iterations));
            Assert.True(report.Succeeded && report.TruncatedByRequest);
            Assert.Equal(CurvatureSign.Positive, report.Curvature);
            double r0 = 1 - ((2 * x[0]) + (0.5 * x[1])), r1 = -1 - ((0.5 * x[0]) + x[1]);
            Assert.Equal(Math.Sqrt((r0 * r0) + (r1 * r1)), report.Residual, 1e-14);
        }
    }

    [Fact]
    public void The_limit_is_the_inverse()
    {
        (SolveReport report, double[] x) = Neumann(new NeumannSeries<double>(10_000, 0.4, 1e-13), [2, 0.5, 0.5, 1], [1, -1]);
        Assert.Equal(SolveStatus.Converged, report.Status);
        Assert.InRange(report.Iterations, 10, 100);
        Draws.AssertClose([6 / 7.0, -10 / 7.0], x, 1e-12);
    }

    /// <summary>CASES A5: neumann with K repeats equals fixed_point with K + 1 iterations.</summary>
    [Fact]
    public void Neumann_equals_the_fixed_point_shifted_by_one()
    {
        const int N = 20;
        double[] jacobian = [.. Draws.Normal<double>(N * N, 70).Select(v => 0.15 * v)], b = Draws.Normal<double>(N, 71);
        double[] identityMinus = [.. jacobian.Select((v, i) => (i / N == i % N ? 1 : 0) - v)];
        for (int k = 0; k < 30; k += 3)
        {
            (SolveReport neumann, double[] x) = Neumann(new NeumannSeries<double>(k), identityMinus, b);
            (SolveReport fixedPoint, double[] y) = FixedPoint(new FixedPointIteration<double>(k + 1), jacobian, b);
            Draws.AssertClose(x, y, 1e-12);
            Assert.Equal(neumann.RelativeResidual, fixedPoint.RelativeResidual, 1e-12);
            Assert.Equal(k + 1, fixedPoint.Iterations);
        }
    }

    [Theory]
    [InlineData(0.9, SolveStatus.Converged)]
    [InlineData(-0.9, SolveStatus.Converged)]
    [InlineData(1.1, SolveStatus.Diverged)]
    [InlineData(-1.1, SolveStatus.Diverged)]
    public void The_fixed_point_converges_if_and_only_if_it_contracts(double slope, SolveStatus status)
    {
        (SolveReport report, double[] x) = FixedPoint(new FixedPointIteration<double>(1000, 1e-12), [slope], [1]);
        Assert.Equal(status, report.Status);
        if (status == SolveStatus.Converged)
            Assert.Equal(1 / (1 - slope), x[0], 1e-10);
        else
            Assert.InRange(report.Iterations, 1, 300);
    }

    [Theory]
    [InlineData(1.9 / 3, SolveStatus.Converged)]
    [InlineData(2.1 / 3, SolveStatus.Diverged)]
    public void The_step_must_stay_below_two_over_the_largest_eigenvalue(double step, SolveStatus status)
    {
        SolveReport report = Neumann(new NeumannSeries<double>(5000, step, 1e-10), [3, 0, 0, 1], [1, 1]).Report;
        Assert.Equal(status, report.Status);
        Assert.Equal(status == SolveStatus.Converged, report.Succeeded);
        if (status == SolveStatus.Diverged)
            Assert.Contains("step", report.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Negative_curvature_shows_in_the_report_and_the_series_diverges()
    {
        SolveReport report = Neumann(new NeumannSeries<double>(100, 0.5), [1, 0, 0, -0.5], [1, 1]).Report;
        Assert.Equal((SolveStatus.Diverged, CurvatureSign.Negative), (report.Status, report.Curvature));
        Assert.Throws<SolveFailedException>(report.EnsureSucceeded);
    }

    [Fact]
    public void Overflow_and_not_a_numbers_are_never_silent()
    {
        Assert.Equal(SolveStatus.Diverged, Neumann(new NeumannSeries<double>(3), [double.NaN], [1]).Report.Status);
        Assert.Equal(SolveStatus.Diverged, Neumann(new NeumannSeries<double>(3), [1], [double.PositiveInfinity]).Report.Status);
        Assert.Equal(SolveStatus.Diverged, Neumann(new NeumannSeries<double>(3000), [1e200], [1]).Report.Status);
        Assert.Equal(SolveStatus.Diverged, FixedPoint(new FixedPointIteration<double>(3), [double.NaN], [1]).Report.Status);
        Assert.Equal(SolveStatus.Diverged, FixedPoint(new FixedPointIteration<double>(3), [0.5], [double.NaN]).Report.Status);
        Assert.Equal(SolveStatus.Diverged, FixedPoint(new FixedPointIteration<double>(3000), [1e200], [1]).Report.Status);
    }

    [Fact]
    public void Zero_right_sides_are_solved_by_zero()
    {
        Assert.Equal(SolveStatus.Converged, Neumann(new NeumannSeries<double>(3), [2], [0]).Report.Status);
        (SolveReport report, double[] x) = FixedPoint(new FixedPointIteration<double>(3), [0.5], [0]);
        Assert.Equal((SolveStatus.Converged, 0.0), (report.Status, x[0]));
    }

    [Fact]
    public void Products_are_counted_honestly()
    {
        var a = new DenseOperator<double>([0.5], 1);
        new NeumannSeries<double>(4).Solve(a, [1], new double[1], new double[2]);
        Assert.Equal(5, a.Products);
    }

    [Fact]
    public void Bad_settings_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Neumann(new NeumannSeries<double>(-1), [1], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Neumann(new NeumannSeries<double>(1, 0), [1], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Neumann(new NeumannSeries<double>(1, double.NaN), [1], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => FixedPoint(new FixedPointIteration<double>(0), [1], [1]));
    }
}
