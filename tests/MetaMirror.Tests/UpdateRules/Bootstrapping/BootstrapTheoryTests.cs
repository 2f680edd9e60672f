using MetaMirror.Descents;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Bootstrapping;

/// <summary>What PAPERS 3.5 and 4 say about bootstrapped meta-gradients.</summary>
public sealed class BootstrapTheoryTests
{
    private const double Epsilon = 1.2e-16;

    /// <summary>Dyadic numbers of few bits, powers of two for alpha and beta: nothing rounds before the meta-update, so equal means equal.</summary>
    [Fact]
    public void With_L_1_and_a_gradient_step_as_target_it_is_the_plain_meta_gradient_of_rate_alpha_beta_exactly()
    {
        const double Alpha = 0.125, Beta = 0.0625;
        var f = new QuadraticObjective<double>([2, 0.5, 0.5, 1], [1, -0.5]);
        foreach (RateGranularity granularity in Enum.GetValues<RateGranularity>())
        {
            BootstrapOptions options = new() { Rate = 0.25, MetaRate = Beta, Granularity = granularity, Form = RateForm.Additive };
            BootstrappedMetaGradient<double> target = BootstrapRun.Of("sgd", "sgd", Alpha, options), plain = BootstrapRun.Of("sgd", null, 0, options with { MetaRate = Alpha * Beta });
            Descent<double> a = BootstrapRun.Begin(f, target, 4, [0.5, -0.25]), b = BootstrapRun.Begin(f, plain, 4, [0.5, -0.25]);
            BootstrapRun.Advance(a, 2);
            BootstrapRun.Advance(b, 2);
            Assert.Equal(plain.Rates(f.Layout, b.State).ToArray(), target.Rates(f.Layout, a.State).ToArray());
            Assert.DoesNotContain(0.25, target.Rates(f.Layout, a.State).ToArray());
            Assert.Equal(b.Theta.ToArray(), a.Theta.ToArray());
        }
    }

    [Theory]
    [InlineData("sgd", 1)]
    [InlineData("sgd", 4)]
    [InlineData("adam", 3)]
    public void Whole_runs_of_both_agree_to_rounding(string rule, int k)
    {
        const double Alpha = 0.03, Beta = 0.02;
        const int Steps = 13;
        var f = new DriftingQuartic(BootstrapRun.Layout);
        BootstrapOptions options = new() { Rate = 0.02, MetaRate = Beta, LearnedSteps = k, Granularity = RateGranularity.Block, Form = RateForm.Additive };
        Descent<double> a = BootstrapRun.Begin(f, BootstrapRun.Of(rule, "sgd", Alpha, options), Steps);
        Descent<double> b = BootstrapRun.Begin(f, BootstrapRun.Of(rule, null, 0, options with { MetaRate = Alpha * Beta }), Steps);
        BootstrapRun.Advance(a, Steps);
        BootstrapRun.Advance(b, Steps);

        // alpha g comes out of x - (x - alpha g): a rounding of x, that of alpha g times 1 / alpha; gradients of order 10 along 13 steps on 7 coordinates carry it on.
        Assert.True(BootstrapRun.Distance(a.Theta, b.Theta) <= 1e4 * Epsilon / Alpha, $"{BootstrapRun.Distance(a.Theta, b.Theta)}");
    }

    /// <summary>PAPERS 3.5: the target x - alpha (g_t + y_{t+1} - y_t) with the hint y_{t+1} = g_t makes BMG the optimistic meta-gradient w += alpha beta g_{t-1} (g_t + y_{t+1} - y_t).</summary>
    [Fact]
    public void Towards_an_optimistic_step_it_is_the_optimistic_meta_gradient()
    {
        const double Alpha = 0.01, Beta = 0.05, Rate = 0.02;
        const int Steps = 20;
        var f = new DriftingQuartic(BootstrapRun.Layout);
        BootstrapOptions options = new() { Rate = Rate, MetaRate = Beta, Granularity = RateGranularity.Element, Form = RateForm.Additive };
        BootstrappedMetaGradient<double> rule = BootstrapRun.Of("sgd", "optimistic", Alpha, options);
        Descent<double> descent = BootstrapRun.Begin(f, rule, Steps);
        int n = f.Layout.Length;
        double[] x = BootstrapRun.Start(n), w = [.. Enumerable.Repeat(Rate, n)], last = new double[n];
        for (int t = 0; t < Steps; t++)
        {
            double[] g = new double[n];
            f.Evaluate(x, [], new BatchKey(0, (uint)t, 0, 0), g);
            for (int i = 0; i < n; i++)
            {
                if (t > 0)
                    w[i] = Math.Clamp(w[i] + (Alpha * Beta * last[i] * (g[i] + g[i] - last[i])), 1e-10, 1e6);
                x[i] -= w[i] * g[i];
            }

            last = g;
            BootstrapRun.Advance(descent, 1);
            Assert.True(BootstrapRun.Distance(descent.Theta, x) <= 1e4 * Epsilon / Alpha, $"step {t}: {BootstrapRun.Distance(descent.Theta, x)}");
        }

        Assert.True(BootstrapRun.Distance(rule.Rates(f.Layout, descent.State), w) <= 1e4 * Epsilon);
        Assert.Contains(w, v => Math.Abs(v - Rate) > 1e-3);
    }

    /// <summary>
    /// PAPERS 4, Theorem 1: f(x^(K)(w')) - f(x^(K)(w)) = (beta/alpha) (mu(z, x - alpha G g) - mu(z, x)) + O(beta (alpha + beta)), G = D D^T. For K = 1 and gradient descent on a
    /// quadratic x is linear in w, so both remainders are known: 1/2 u^T A u for the step u = -beta D D^T (x - z), and (alpha beta / 2) ||G g||^2.
    /// </summary>
    [Fact]
    public void First_order_change_is_that_of_the_theorem_for_one_step()
    {
        for (uint problem = 0; problem < 50; problem++)
        {
            (QuadraticObjective<double> f, double[] start, double alpha, double beta) = Problem(problem);
            int n = start.Length;
            double[] g0 = Gradient(f, start), w = [.. Enumerable.Repeat(0.05, n)], x = Stepped(start, w, g0);
            double[] moved = Moved(f, start, alpha, beta, 1, 2);
            double change = Loss(f, Stepped(start, moved, g0)) - Loss(f, x);

            // z: one further learned step, and one of gradient descent.
            double[] g1 = Gradient(f, x), second = Stepped(x, w, g1), g2 = Gradient(f, second), z = [.. second.Zip(g2, (v, g) => v - (alpha * g))];
            double[] gg = [.. g0.Zip(g1, (d, g) => d * d * g)], v = [.. x.Zip(z, (a, b) => a - b)];
            double[] u = [.. g0.Zip(v, (d, s) => -beta * d * d * s)];
            double predicted = beta / alpha * (Mu(z, [.. x.Zip(gg, (a, b) => a - (alpha * b))]) - Mu(z, x));
            double curved = (0.5 * Quadratic(f, u)) - (0.5 * alpha * beta * Vectors.SquaredNorm<double>(gg));

            // Rounding of the two losses, whose difference the change is.
            double rounding = 64 * Epsilon * (1 + Math.Abs(Loss(f, x)) + (Vectors.SquaredNorm<double>(x) * beta / alpha));
            Assert.True(Math.Abs(change - predicted - curved) <= rounding, $"problem {problem}: change {change}, predicted {predicted}, second order {curved}, allowed {rounding}");
            Assert.True(Math.Abs(predicted) > rounding);
        }
    }

    /// <summary>For K = 3 the remainder is second order: with alpha and beta halved it falls to a quarter of its size; first-order errors would fall to a half.</summary>
    [Fact]
    public void First_order_change_is_that_of_the_theorem_for_three_steps()
    {
        var ratios = new List<double>();
        for (uint problem = 100; problem < 130; problem++)
        {
            (QuadraticObjective<double> f, double[] start, _, _) = Problem(problem);
            double coarse = Remainder(f, start, 2e-3, 2e-3), fine = Remainder(f, start, 1e-3, 1e-3);
            ratios.Add(coarse / fine);
        }

        ratios.Sort();
        Assert.InRange(ratios[ratios.Count / 2], 3.5, 4.5);
    }

    private static double Remainder(QuadraticObjective<double> f, double[] start, double alpha, double beta)
    {
        const int K = 3;
        int n = start.Length;
        double[] w = [.. Enumerable.Repeat(0.05, n)], x = End(f, start, w, K), after = End(f, start, Moved(f, start, alpha, beta, K, 1), K);
        double[] g = Gradient(f, x), z = [.. x.Zip(g, (a, b) => a - (alpha * b))];

        // Rows of D: dx/dw_j by central differences; x is a polynomial of degree K in w.
        double[] gg = new double[n];
        for (int j = 0; j < n; j++)
        {
            double[] up = [.. w], down = [.. w];
            up[j] += 1e-4;
            down[j] -= 1e-4;
            double[] d = [.. End(f, start, up, K).Zip(End(f, start, down, K), (a, b) => (a - b) / 2e-4)];
            Vectors.AddScaled<double>(Vectors.Dot<double>(d, g), d, gg);
        }

        double predicted = beta / alpha * (Mu(z, [.. x.Zip(gg, (a, b) => a - (alpha * b))]) - Mu(z, x));
        return Loss(f, after) - Loss(f, x) - predicted;
    }

    /// <summary>The rates after one meta-update of the rule.</summary>
    private static double[] Moved(QuadraticObjective<double> f, double[] start, double alpha, double beta, int k, int l)
    {
        BootstrapOptions options = new() { Rate = 0.05, MetaRate = beta, LearnedSteps = k, TargetSteps = l, Granularity = RateGranularity.Element, Form = RateForm.Additive };
        BootstrappedMetaGradient<double> rule = BootstrapRun.Of("sgd", "sgd", alpha, options);
        Descent<double> descent = BootstrapRun.Begin(f, rule, rule.Cycle + 1, start);
        BootstrapRun.Advance(descent, rule.Cycle + 1);
        return rule.Rates(f.Layout, descent.State).ToArray();
    }

    private static (QuadraticObjective<double> F, double[] Start, double Alpha, double Beta) Problem(uint name)
    {
        const int N = 6;
        double[] r = Objectives.Draws.Normal<double>(N * N, 2 * name + 500), a = new double[N * N];
        for (int i = 0; i < N; i++)
        {
            for (int j = 0; j < N; j++)
                a[(i * N) + j] = Enumerable.Range(0, N).Sum(q => r[(i * N) + q] * r[(j * N) + q]) / N + (i == j ? 0.1 : 0);
        }

        return (new QuadraticObjective<double>(a, Objectives.Draws.Normal<double>(N, 2 * name + 501)), BootstrapRun.Start(N), 0.01 * (1 + (name % 3)), 1e-3 * (1 + (name % 4)));
    }

    private static double[] End(QuadraticObjective<double> f, double[] start, double[] w, int k)
    {
        for (int i = 0; i < k; i++)
            start = Stepped(start, w, Gradient(f, start));
        return start;
    }

    private static double[] Stepped(double[] x, double[] w, double[] g) => [.. x.Select((v, i) => v - (w[i] * g[i]))];

    private static double[] Gradient(QuadraticObjective<double> f, double[] x)
    {
        double[] g = new double[x.Length];
        f.Evaluate(x, [], BatchKey.Full, g);
        return g;
    }

    private static double Loss(QuadraticObjective<double> f, double[] x) => f.Evaluate(x, [], BatchKey.Full, []);

    private static double Quadratic(QuadraticObjective<double> f, double[] u)
    {
        double[] product = new double[u.Length];
        f.HessianVectorProducts(u, [], BatchKey.Full, 1, u, product);
        return Vectors.Dot<double>(u, product);
    }

    private static double Mu(double[] z, double[] x) => 0.5 * z.Zip(x, (a, b) => (a - b) * (a - b)).Sum();
}
