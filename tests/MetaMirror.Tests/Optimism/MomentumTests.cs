using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Optimism;
using MetaMirror.Tests.Divergences;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Optimism;

/// <summary>Momentum as a hint is momentum: PAPERS 6.8 (f) and (g), against PyTorch's formulas.</summary>
public sealed class MomentumTests
{
    private const int Steps = 25;
    private const double Mu = .85;
    private const double Rate = .05;

    /// <summary>25 steps of a contraction with about ten roundings each, momentum's sums up to 1 / (1 - mu) = 7 times as large.</summary>
    private const double Rounding = 1e-13;

    public static TheoryData<string> Geometries => ["diagonal", "block-scaled", "max-exact", "quartic"];

    [Fact]
    public void A_supplied_hint_that_is_not_finite_is_refused_by_its_step()
    {
        var rule = new Chain<double>(new SuppliedHint<double>((t, h) => h.Fill(t == 2 ? double.NaN : 0)), new Sgd<double>(new() { LearningRate = Rate }));
        var error = Assert.Throws<InvalidOperationException>(() => new GuidedRun(rule, Start, 3, Loss));
        Assert.Contains("The supplied hint for step 2 is not finite", error.Message, StringComparison.Ordinal);
        var tooShort = new Chain<double>(new SuppliedHint<double>((_, h) => h[0] = 1), new Sgd<double>(new() { LearningRate = Rate }));
        Assert.Contains("found NaN", Assert.Throws<InvalidOperationException>(() => new GuidedRun(tooShort, Start, 3, Loss)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Heavy_Ball_And_Nesterov_Are_Those_Of_PyTorch()
    {
        Same(
            new Chain<double>(new HeavyBallHint<double>(Mu), new Sgd<double>(new() { LearningRate = Rate })),
            new Sgd<double>(new() { LearningRate = Rate, Momentum = Mu }), 0);
        Same(
            new Chain<double>(new NesterovHint<double>(Mu), new Sgd<double>(new() { LearningRate = Rate })),
            new Sgd<double>(new() { LearningRate = Rate, Momentum = Mu, Nesterov = true }), 0);
    }

    [Theory, MemberData(nameof(Geometries))]
    public void With_Step_Gamma_The_Hint_Is_The_Plain_Form(string geometry)
    {
        foreach (Func<RateMeaning, Hint<double>> hint in new Func<RateMeaning, Hint<double>>[] { r => new HeavyBallHint<double>(Mu, r), r => new NesterovHint<double>(Mu, r) })
        {
            Same(
                new Chain<double>(hint(RateMeaning.Total), new MirrorDescent<double>(Divergence(geometry), Rate / (1 - Mu))),
                new Chain<double>(hint(RateMeaning.OneStep), new MirrorDescent<double>(Divergence(geometry), Rate)), Rounding);
        }
    }

    [Fact]
    public void Hints_Have_Their_Special_Cases()
    {
        MirrorDescent<double> Mirror() => new(Divergence("diagonal"), Rate);
        Same(new Chain<double>(new AverageHint<double>(1, 0), Mirror()), new Chain<double>(new LastGradientHint<double>(), Mirror()), Rounding);
        Same(new Chain<double>(new OmegaHint<double>(0), Mirror()), Mirror(), Rounding);
        Same(new Chain<double>(new LastGradientHint<double>(0), Mirror()), Mirror(), Rounding);
        Same(new Chain<double>(new HeavyBallHint<double>(0), Mirror()), Mirror(), Rounding);
        Same(new Chain<double>(new NesterovHint<double>(0, RateMeaning.Total), Mirror()), Mirror(), Rounding);
        Same(new Chain<double>(new SuppliedHint<double>((_, h) => h.Clear()), Mirror()), Mirror(), Rounding);
        Same(new TrustRegion<double>(1e6, Mirror()), Mirror(), 0);
    }

    [Fact]
    public void The_Last_Gradient_Hint_Steps_Along_Twice_The_Gradient_Less_The_One_Before()
    {
        var run = new GuidedRun(new Chain<double>(new LastGradientHint<double>(), new Sgd<double>(new() { LearningRate = Rate })), Start, Steps, Loss);
        for (int t = 0; t < Steps; t++)
        {
            for (int i = 0; i < Start.Length; i++)
            {
                double before = t > 0 ? run.Gradients[t - 1][i] : 0;
                Assert.Equal(run.Points[t][i] - (Rate * ((2 * run.Gradients[t][i]) - before)), run.Points[t + 1][i], Rounding);
            }
        }
    }

    [Fact]
    public void A_Schedule_Acts_Before_A_Hint_And_After_A_Buffer()
    {
        double[] factors = [.. Enumerable.Range(0, Steps).Select(t => 1 - (t / (double)Steps))];
        var schedule = new LinearSchedule<double>(0);
        var sgd = new Sgd<double>(new() { LearningRate = Rate });
        var optimistic = new GuidedRun(new Chain<double>(schedule, new LastGradientHint<double>(), sgd), Start, Steps, Loss);
        var momentum = new GuidedRun(new Chain<double>(schedule, new HeavyBallHint<double>(Mu), sgd), Start, Steps, Loss);
        for (int i = 0; i < Start.Length; i++)
        {
            double v = 0;
            for (int t = 0; t < Steps; t++)
            {
                double before = t > 0 ? factors[t - 1] * optimistic.Gradients[t - 1][i] : 0;
                Assert.Equal(optimistic.Points[t][i] - (Rate * ((2 * factors[t] * optimistic.Gradients[t][i]) - before)), optimistic.Points[t + 1][i], Rounding);
                v = (Mu * v) + momentum.Gradients[t][i];
                Assert.Equal(momentum.Points[t][i] - (Rate * factors[t] * v), momentum.Points[t + 1][i], Rounding);
            }
        }
    }

    private static readonly double[] Start = [1, -.5, .3, 2];

    private static double Loss(double[] x, double[] g)
    {
        for (int i = 0; i < x.Length; i++)
            g[i] = ((i + 1) * (x[i] - 1)) + Math.Sin(x[(i + 1) % x.Length]);
        return 0;
    }

    private static Divergence<double> Divergence(string name) => name switch
    {
        "diagonal" => new DiagonalQuadratic<double>([2, .5, 1, 3]),
        "block-scaled" => new BlockScaled<double>(2),
        "max-exact" => new MaxOfDiagonals<double>(3),
        _ => new NumericalMirrorStep<double>(new QuarticPotential<double>()),
    };

    private static void Same(UpdateRule<double> one, UpdateRule<double> other, double tolerance)
    {
        GuidedRun a = new(one, Start, Steps, Loss), b = new(other, Start, Steps, Loss);
        double size = Math.Sqrt(Vectors.SquaredNorm<double>(Start));
        for (int t = 0; t <= Steps; t++)
            Assert.True(Math.Sqrt(Vectors.SquaredNorm<double>(GuidedRun.Difference(a.Points[t], b.Points[t]))) <= tolerance * size, $"{one.Name} and {other.Name} part at step {t}");
    }
}
