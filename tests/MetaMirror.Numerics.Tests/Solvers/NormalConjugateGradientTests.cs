namespace MetaMirror.Numerics.Tests.Solvers;

public sealed class NormalConjugateGradientTests
{
    private static (SolveReport Report, double[] X) Solve(NormalConjugateGradient<double> solver, double[] a, double[] b)
    {
        var x = new double[b.Length];
        var scratch = new double[NormalConjugateGradient<double>.ScratchLength(b.Length)];
        return (solver.Solve(DenseOperator<double>.Of(a), DenseOperator<double>.Of(a, transpose: true), b, x, scratch), x);
    }

    [Fact]
    public void Solves_matrices_that_are_not_symmetric_nor_definite()
    {
        const int N = 15;
        double[] a = Draws.Normal<double>(N * N, 60), truth = Draws.Normal<double>(N, 61), b = new double[N];
        for (int i = 0; i < N; i++)
            a[(i * N) + i] += i % 2 == 0 ? 6 : -6;
        Gemm.MultiplyVector<double>(false, N, N, 1, a, truth, 0, b);
        (SolveReport report, double[] x) = Solve(new NormalConjugateGradient<double>(1e-12, 500), a, b);
        Assert.Equal((SolveStatus.Converged, CurvatureSign.Positive), (report.Status, report.Curvature));
        Draws.AssertClose(truth, x, 1e-9);
    }

    [Fact]
    public void Solves_an_indefinite_system_that_stops_plain_conjugate_gradients()
    {
        (SolveReport report, double[] x) = Solve(new NormalConjugateGradient<double>(), [1, 0, 0, -2], [1, 1]);
        Assert.Equal(SolveStatus.Converged, report.Status);
        Draws.AssertClose([1, -0.5], x, 1e-10);
    }

    [Fact]
    public void An_inconsistent_singular_system_ends_at_least_squares_and_is_not_called_solved()
    {
        (SolveReport report, double[] x) = Solve(new NormalConjugateGradient<double>(), [1, 0, 0, 0], [3, 1]);
        Assert.Equal(SolveStatus.Breakdown, report.Status);
        Assert.Equal(1, report.Residual, 1e-12);
        Draws.AssertClose([3, 0], x, 1e-12);
        Assert.Contains("singular", report.Verdict, StringComparison.Ordinal);
        (report, _) = Solve(new NormalConjugateGradient<double>(), [1, 0, 0, 0], [0, 1]);
        Assert.Equal(SolveStatus.Breakdown, report.Status);
    }

    [Fact]
    public void Damping_gives_the_ridge_solution()
    {
        // (AᵀA + δI) x = Aᵀb with A = [1 2; 0 1], δ = 1: [2 2; 2 6] x = [1; 3].
        (SolveReport report, double[] x) = Solve(new NormalConjugateGradient<double>(Damping: 1), [1, 2, 0, 1], [1, 1]);
        Assert.Equal(SolveStatus.Converged, report.Status);
        Draws.AssertClose([0, 0.5], x, 1e-10);
    }

    [Fact]
    public void Infinities_and_not_a_numbers_mean_diverged()
    {
        Assert.Equal(SolveStatus.Diverged, Solve(new NormalConjugateGradient<double>(), [1, double.NaN, 0, 1], [1, 1]).Report.Status);
        Assert.Equal(SolveStatus.Diverged, Solve(new NormalConjugateGradient<double>(), [1, 0, 0, 1], [double.PositiveInfinity, 1]).Report.Status);
    }
}
