using MetaMirror.Certificates;
using MetaMirror.Objectives;
using MetaMirror.Optimism.Convex;

namespace MetaMirror.Tests.Optimism.Convex;

/// <summary>PAPERS section 9, R15 and R16, in the laboratory; the numeric checks and the counter-example of PAPERS 3.3.</summary>
public sealed class PaperNumbersTests
{
    /// <summary>The numbers are printed to 12 digits.</summary>
    private const double Printed = 1e-11;

    [Fact]
    public void R15_Without_Hints()
    {
        ConvexMetaRun<double> run = R15(1, IterateWeights.Uniform, new NoGuess<double>());
        Near([0, 0, .5, -.1, .833333333333, -.196666666667, 1.04166666667, -.290083333333, 1.15833333333, -.380331666667], Averages(run, 5));
        Judged(run, 1, .143700997722, .5);
    }

    [Fact]
    public void R15_With_Hints_And_R16_The_Bootstrapped_Target()
    {
        double[] averages = [0, 0, .5, -.1, .6875, -.19375, .83125, -.3006875, .925520833333, -.421396354167];
        ConvexMetaRun<double> run = R15(.25, IterateWeights.Linear, new LastGradientGuess<double>());
        Near([0, 0], run.Meta.ToArray());
        Near(averages, Averages(run, 5));
        Judged(run, 1, .127373046666, 2.0 / 3);

        var learner = new BootstrappedLearner<double>(.25);
        run = new(Loss(), Options(learner, IterateWeights.Linear, new LastGradientGuess<double>(), new OffsetUpdate<double>()), [0, 0], new([1, -2], [1, -2]));
        Near(averages[..6], Averages(run, 3));
        Near([1.10416666667, -.518958333333], learner.Target.ToArray());
        Near([1.046875, -.46109375], run.Meta.ToArray());
        run.Run(2);
        Near(averages[^2..], run.Average.ToArray());

        // Not a leader: nothing is judged to hold for it.
        Assert.False(ConvexRate.Judge(run, 1, 1).Applies);
    }

    [Fact]
    public void R15_With_The_Better_Constant()
    {
        ConvexMetaRun<double> run = R15(1, IterateWeights.SquareRoot, new LastGradientGuess<double>());
        run.Run(5);
        Near([7.55587162853], [run.WeightSum]);
        Near([1, -.759143591045], run.Average.ToArray());
        Judged(run, 1, .0769862313823, .330868511657);
    }

    [Fact]
    public void R15_Elementwise()
    {
        ConvexMetaRun<double> run = new(
            Loss(), Options(new FollowTheLeader<double>(MetaRate.Constant(.25)), IterateWeights.Linear, new LastGradientGuess<double>(), new ElementwiseStep<double>()), [0, 0], new([1, -2], [1, 10]));
        List<double> averages = [], metas = [];
        for (int t = 0; t < 5; t++)
        {
            run.Step();
            averages.AddRange(run.Average);
            metas.AddRange(run.Meta);
        }

        Near([.75, .03, .6875, .05984012, .730712890625, .0993528311592, .766650753541, .148305412323], [.. metas.Take(8)]);
        Near([.5, -.004, .671875, -.009972043976, .767781066895, -.0178806404367, .827124673578, -.0276792747331], [.. averages.Skip(2)]);
        Judged(run, 1, .209445391409, 4 * 101.0 / 30);
    }

    /// <summary>f = (x - 1)^2 / 2 from 100: with a first hint from xbar_0 the gap after two steps is ten times the bound (PAPERS 3.3, edge condition i).</summary>
    [Fact]
    public void A_First_Hint_Breaks_The_Bound_And_Is_Refused()
    {
        ConvexMetaRun<double> run = Line(new LastGradientGuess<double>(first: true));
        ConvexRateVerdict verdict = ConvexRate.Judge(run, 1, 1);
        Assert.Equal(6.57, verdict.Gap, .005);
        Assert.Equal(2.0 / 3, verdict.Bound, Printed);
        Assert.False(verdict.Applies);
        Assert.False(verdict.IsPass);
        Assert.Contains(verdict.Premises, p => p.Status == PremiseStatus.Failed && p.Text == "the first hint is 0");

        verdict = ConvexRate.Judge(Line(new LastGradientGuess<double>()), 1, 1);
        Assert.Equal(.125, verdict.Gap, Printed);
        Assert.True(verdict.IsPass);

        static ConvexMetaRun<double> Line(Guess<double> guess)
        {
            ConvexMetaRun<double> run = new(
                new QuadraticObjective<double>([1], [1], .5), Options(new FollowTheLeader<double>(MetaRate.Constant(.25)), IterateWeights.Linear, guess, new OffsetUpdate<double>()), [100], new([1], [1]));
            run.Run(2);
            return run;
        }
    }

    /// <summary>d = 20, eigenvalues 1 .. 1e-4, varphi = w, T = 1000 (x* is not given: its norm is, by the bounds). One step without hints attains its bound.</summary>
    [Fact]
    public void Offsets_On_Twenty_Dimensions()
    {
        double[] h = [.. Enumerable.Range(0, 20).Select(i => Math.Pow(10, -4 * i / 19.0))], x = [.. Enumerable.Repeat(Math.Sqrt(24.5 / 20), 20)];
        (double plain, double plainBound) = Of(IterateWeights.Uniform, new NoGuess<double>());
        (double hinted, double hintedBound) = Of(IterateWeights.Linear, new LastGradientGuess<double>());
        Assert.Equal(1.2e-2, plainBound, .05e-2);
        Assert.Equal(9.8e-5, hintedBound, .05e-5);
        Assert.InRange(plain, 1.8e-3 / 2, 1.8e-3 * 2);
        Assert.InRange(hinted, 1.5e-6 / 2, 1.5e-6 * 2);

        ConvexMetaRun<double> one = new(
            new QuadraticObjective<double>([1], [1], .5), Options(new FollowTheLeader<double>(MetaRate.Constant(1)), IterateWeights.Uniform, new NoGuess<double>(), new OffsetUpdate<double>()), [5], new([1], [1]));
        one.Step();
        Assert.Equal(1, ConvexRate.Judge(one, 1, 1).Ratio, Printed);

        (double Gap, double Bound) Of(IterateWeights weights, Guess<double> guess)
        {
            ConvexMetaRun<double> run = new(Diagonal(h, x), Options(new FollowTheLeader<double>(MetaRate.Constant(ConvexRate.Beta(weights, 1, 1))), weights, guess, new OffsetUpdate<double>()), new double[20], new(x, x));
            run.Run(1000);
            ConvexRateVerdict verdict = ConvexRate.Judge(run, 1, 1);
            Assert.True(verdict.IsPass);
            return (verdict.Gap, verdict.Bound);
        }
    }

    /// <summary>d = 10, element-wise rates, T = 10,000: a hint is worth more than a factor of a hundred, and the last meta-gradient is as good a hint.</summary>
    [Fact]
    public void Elementwise_Rates_On_Ten_Dimensions()
    {
        double[] h = [.. Enumerable.Range(0, 10).Select(i => Math.Pow(10, -2 * i / 9.0))], x = [.. Enumerable.Repeat(1.0, 10)], w = [.. h.Select(y => 1 / y)];
        double plain = Of(IterateWeights.Uniform, new NoGuess<double>(), true), hinted = Of(IterateWeights.Linear, new LastGradientGuess<double>(), true);
        double meta = Of(IterateWeights.Linear, new LastMetaGradientGuess<double>(), false);
        Assert.True(hinted < plain / 100, $"{hinted} with, {plain} without");
        Assert.Equal(hinted, meta, .02 * hinted);

        double Of(IterateWeights weights, Guess<double> guess, bool proved)
        {
            ConvexMetaRun<double> run = new(Diagonal(h, x), Options(new FollowTheLeader<double>(MetaRate.Constant(ConvexRate.Beta(weights, 1, 1))), weights, guess, new ElementwiseStep<double>()), new double[10], new(x, w));
            run.Run(10000);
            ConvexRateVerdict verdict = ConvexRate.Judge(run, 1, 1);
            Assert.Equal(proved, verdict.IsPass);
            Assert.True(verdict.Gap <= verdict.Bound);

            // lambda = max_i grad_i f(xbar_0)^2.
            Assert.Equal(1, run.LargestJacobian, Printed);
            return verdict.Gap;
        }
    }

    internal static ConvexMetaOptions<double> Options(ConvexMetaLearner<double> learner, IterateWeights weights, Guess<double> guess, UpdateFamily<double> family) =>
        new() { Family = family, Learner = learner, Weights = weights, Guess = guess };

    internal static QuadraticObjective<double> Diagonal(double[] h, double[] minimizer)
    {
        int n = h.Length;
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++)
            a[(i * n) + i] = h[i];
        return new(a, [.. h.Zip(minimizer, (x, y) => x * y)], h.Zip(minimizer, (x, y) => x * y * y / 2).Sum());
    }

    private static QuadraticObjective<double> Loss() => Diagonal([1, .1], [1, -2]);

    private static ConvexMetaRun<double> R15(double beta, IterateWeights weights, Guess<double> guess) =>
        new(Loss(), Options(new FollowTheLeader<double>(MetaRate.Constant(beta)), weights, guess, new OffsetUpdate<double>()), [0, 0], new([1, -2], [1, -2]));

    private static double[] Averages(ConvexMetaRun<double> run, int steps)
    {
        List<double> averages = [];
        for (int t = 0; t < steps; t++)
        {
            run.Step();
            averages.AddRange(run.Average);
        }

        return [.. averages];
    }

    private static void Judged(ConvexMetaRun<double> run, double lambda, double gap, double bound)
    {
        ConvexRateVerdict verdict = ConvexRate.Judge(run, lambda, 1);
        Near([gap], [verdict.Gap]);
        Near([bound], [verdict.Bound]);
        Assert.True(verdict.IsPass, string.Join("; ", verdict.Premises));
    }

    private static void Near(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        double largest = Math.Max(expected.Max(Math.Abs), 1e-3);
        foreach ((double e, double f) in expected.Zip(found))
            Assert.True(Math.Abs(e - f) <= Printed * largest, $"expected {string.Join(' ', expected)}, found {string.Join(' ', found)}");
    }
}
