using MetaMirror.Experiments.Tuning.Surrogates;

namespace MetaMirror.Experiments.Tests.Tuning.Surrogates;

public sealed class QuasiNewtonTests
{
    [Fact]
    public void Rosenbrocks_valley_is_followed_to_its_end()
    {
        double[] x = [-1.2, 1];
        double value = QuasiNewton.Minimize(Rosenbrock, x, 200, 1e-8);
        Assert.InRange(value, 0, 1e-15);
        Assert.Equal(1, x[0], 1e-6);
        Assert.Equal(1, x[1], 1e-6);
    }

    [Fact]
    public void A_domain_is_not_left()
    {
        double[] x = [3];
        QuasiNewton.Minimize((at, gradient) =>
        {
            if (at[0] <= 0)
                return double.PositiveInfinity;
            gradient[0] = 1 - (1 / at[0]);
            return at[0] - Math.Log(at[0]);
        }, x, 100, 1e-9);
        Assert.Equal(1, x[0], 1e-7);
    }

    [Fact]
    public void A_start_without_a_value_stays()
    {
        double[] x = [2];
        Assert.Equal(double.PositiveInfinity, QuasiNewton.Minimize((_, _) => double.PositiveInfinity, x, 10, 0));
        Assert.Equal([2.0], x);
    }

    private static double Rosenbrock(ReadOnlySpan<double> x, Span<double> gradient)
    {
        double a = 1 - x[0], b = x[1] - (x[0] * x[0]);
        gradient[0] = (-2 * a) - (400 * x[0] * b);
        gradient[1] = 200 * b;
        return (a * a) + (100 * b * b);
    }
}
