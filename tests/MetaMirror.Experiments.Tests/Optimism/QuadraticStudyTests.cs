using MetaMirror.Experiments.Optimism;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Experiments.Tests.Optimism;

public sealed class QuadraticStudyTests
{
    private static readonly OptimismSizes Small = OptimismSizes.Smoke with { Dimensions = [3], Conditions = [100], Seeds = 2, Steps = 30 };

    [Fact]
    public void Quadratics_have_the_condition_number_asked_for_and_least_value_zero()
    {
        QuadraticObjective<double> q = QuadraticStudy.Draw(20, 1e3, 1, 4);
        double[] values = new double[20];
        SymmetricEigen.Decompose(q.A.ToArray(), 20, values, new double[400]);
        Assert.Equal(1, values.Max(), 1e-12);
        Assert.Equal(1e-3, values.Min(), 1e-12);

        // f(0) = c and f* = c - b' A^-1 b / 2 = 0, by a long run of gradient descent.
        double[] x = new double[20], g = new double[20];
        double loss = 0;
        for (int t = 0; t < 20_000; t++)
        {
            loss = q.Evaluate(x, [], BatchKey.Full, g);
            Vectors.AddScaled<double>(-1, g, x);
        }

        Assert.Equal(0, loss, 1e-12);
    }

    [Fact]
    public void Every_optimizer_runs_at_every_rate()
    {
        IReadOnlyList<QuadraticFigure> figures = QuadraticStudy.Run(Small, 1, new WorkerTeam(2), null, default);
        Assert.Equal(QuadraticContender.All.Select(c => c.Name), figures.Select(f => f.Optimizer));
        Assert.All(figures, f =>
        {
            Assert.True(f.Rates.Length >= 5);
            Assert.Equal(f.Rates.Order(), f.Rates);
            Assert.Equal(f.Rates.Length, f.Regret.Length);
            Assert.Equal(31, f.Loss.Length);
            Assert.Equal(f.Regret.Min(), f.BestRegret);
            Assert.True(f.Loss[^1] < f.Loss[0], f.Optimizer);
            Assert.Equal(figures[0].Loss[0], f.Loss[0], 1e-12);
        });
        Assert.Equal(figures.Select(f => f.BestRegret), QuadraticStudy.Run(Small, 1, new WorkerTeam(1), null, default).Select(f => f.BestRegret));
        Assert.NotEqual(figures[0].BestRegret, QuadraticStudy.Run(Small, 2, new WorkerTeam(1), null, default)[0].BestRegret);
    }

    [Fact]
    public void Gradient_descent_is_gradient_descent()
    {
        QuadraticObjective<double> q = QuadraticStudy.Draw(3, 100, 1, 0);
        double[] losses = new double[10], x = new double[3], g = new double[3];
        QuadraticContender.All[0].Run(q, new double[3], .7, losses);
        foreach (double loss in losses)
        {
            Assert.Equal(q.Evaluate(x, [], BatchKey.Full, g), loss, 1e-13);
            Vectors.AddScaled<double>(-.7, g, x);
        }
    }

    /// <summary>Element-wise hypergradient descent by hand: w += beta g_{t-1} ∘ (2 g_t - g_{t-1}), plain at first.</summary>
    [Fact]
    public void Meta_Momentum_in_practice_is_hypergradient_descent()
    {
        QuadraticObjective<double> q = QuadraticStudy.Draw(3, 10, 1, 0);
        foreach (bool optimistic in (bool[])[false, true])
        {
            double[] losses = new double[8], x = new double[3], w = new double[3], g = new double[3], next = new double[3];
            QuadraticContender.All.First(c => c.Name == "Meta-Momentum in practice" + (optimistic ? ", optimistic" : "")).Run(q, new double[3], .3, losses);
            Assert.Equal(q.Evaluate(x, [], BatchKey.Full, g), losses[0], 1e-13);
            for (int t = 1; t < 8; t++)
            {
                for (int i = 0; i < 3; i++)
                    x[i] -= w[i] * g[i];
                Assert.Equal(q.Evaluate(x, [], BatchKey.Full, next), losses[t], 1e-13);
                for (int i = 0; i < 3; i++)
                    w[i] += .3 * g[i] * (optimistic ? (2 * next[i]) - (t > 1 ? g[i] : 0) : next[i]);
                next.CopyTo(g, 0);
            }
        }
    }
}
