using System.Globalization;
using MetaMirror.Certificates;
using MetaMirror.Numerics;
using MetaMirror.Optimism.Convex;
using MetaMirror.Tests.Divergences;

namespace MetaMirror.Tests.Optimism.Convex;

/// <summary>PAPERS 3.3 on random problems: the identity holds, regret and rates are never above their bounds.</summary>
public sealed class ConvexRateTests
{
    private const int MostSteps = 80;

    /// <summary>Rounding of sums of a few hundred terms, relative to the sum of their sizes.</summary>
    private const double Rounding = 1e-12;

    /// <summary>1,000 by default; METAMIRROR_TEST_SCALE multiplies them.</summary>
    private static int Problems => (int)(1000 * double.Parse(Environment.GetEnvironmentVariable("METAMIRROR_TEST_SCALE") ?? "1", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("1")]
    [InlineData("t")]
    [InlineData("sqrt(A_(t-1))")]
    public void Rates_With_Their_Constants_Are_Never_Exceeded(string name)
    {
        RandomStream stream = Draws.Stream(311);
        IterateWeights weights = ((IterateWeights[])[IterateWeights.Uniform, IterateWeights.Linear, IterateWeights.SquareRoot]).First(w => string.Equals(w.Name, name, StringComparison.Ordinal));
        double worst = 0;
        for (int k = 0; k < Problems; k++)
        {
            var problem = new SmoothProblem(k % SmoothProblem.Kinds, ref stream);
            (Func<UpdateFamily<double>> create, double[] meta) = problem.Family(k / SmoothProblem.Kinds % 6, ref stream);
            MetaDomain<double>? ball = stream.NextBounded(2) == 0 ? new Ball<double>(Math.Sqrt(Vectors.SquaredNorm<double>(meta)) * (1 + 1e-9 + stream.NextDouble())) : null;
            int steps = 1 + (int)stream.NextBounded(MostSteps);
            ConvexMetaRun<double> Create(double lambda) => new(
                problem.Objective,
                new()
                {
                    Family = create(),
                    Learner = new FollowTheLeader<double>(MetaRate.Constant(ConvexRate.Beta(weights, lambda, problem.Smoothness)), ball),
                    Weights = weights,
                    Guess = weights == IterateWeights.Uniform ? new NoGuess<double>() : new LastGradientGuess<double>(),
                },
                problem.Start,
                new(problem.Minimizer, meta));
            ConvexRateOutcome<double> outcome = ConvexRateRun.Until(Create, steps, 0, problem.Smoothness);
            string text = $"problem {k}, kind {problem.Kind}, {outcome.Run.Options.Family.Name}, T {steps}, {outcome.Attempts} runs";
            Assert.True(outcome.Verdict.Applies, $"{text}: {string.Join("; ", outcome.Verdict.Premises.Where(p => p.Status == PremiseStatus.Failed))}");
            Assert.True(outcome.IsPass, $"{text}: gap {outcome.Verdict.Gap}, bound {outcome.Verdict.Bound}, worst {outcome.WorstRatio}");
            OnlineToBatch identity = outcome.Run.Identity!;
            Assert.True(Math.Abs(identity.Left - identity.Right) <= Rounding * identity.Size, $"{text}: {identity.Left} is not {identity.Right}");
            Assert.True(identity.ToComparator >= -Rounding * identity.Size && identity.BetweenAverages >= -Rounding * identity.Size, text);
            worst = Math.Max(worst, outcome.WorstRatio);
        }

        // Sharp enough to be worth having: the bound is nearly attained somewhere. (Above 1 by rounding where a gap is a small difference of large losses: that each is within it was asserted.)
        Assert.True(worst > .5, $"{worst}");
    }

    [Fact]
    public void Regret_Of_The_Leader_Is_Never_Above_Its_Bound_With_Any_Hints()
    {
        RandomStream stream = Draws.Stream(312);
        double worst = 0;
        int diverged = 0;
        for (int k = 0; k < Problems; k++)
        {
            var problem = new SmoothProblem(k % SmoothProblem.Kinds, ref stream);
            (Func<UpdateFamily<double>> create, double[] meta) = problem.Family(k / SmoothProblem.Kinds % 6, ref stream);
            double beta = Math.Pow(10, -2 - stream.NextDouble()) / problem.Smoothness;
            double[] center = Draws.Normal(ref stream, meta.Length, .1);
            MetaDomain<double> domain = stream.NextBounded(2) == 0 ? new Everywhere<double>() : new Ball<double>(1 + (2 * Distance(meta, center)));
            var run = new ConvexMetaRun<double>(
                problem.Objective,
                new()
                {
                    Family = create(),
                    Learner = new FollowTheLeader<double>(k % 4 == 0 ? MetaRate.Decaying(beta) : MetaRate.Constant(beta), domain, center),
                    Weights = (k % 5) switch { 0 => IterateWeights.Uniform, 1 => IterateWeights.Linear, 2 => IterateWeights.SquareRoot, _ => IterateWeights.Of("t^1/2", (t, _) => Math.Sqrt(t)) },
                    Guess = Guesses[k % Guesses.Length],
                    HintJacobian = (HintJacobian)(k % 2),
                },
                problem.Start,
                new Optimum<double>(problem.Minimizer, meta));
            run.Run(1 + (int)stream.NextBounded(MostSteps));
            OnlineToBatch identity = run.Identity!;
            double regret = run.Regret.Against<double>(meta), bound = run.Regret.Bound(run.SquaredDistance());
            if (!double.IsFinite(bound) || bound > 1e12)
            {
                // No run of so large a meta rate says anything: regret and bound are rounding.
                diverged++;
                continue;
            }

            string name = $"problem {k}, kind {problem.Kind}, {run.Options.Family.Name}, {run.Options.Guess.Name}";
            Assert.True(regret <= bound + (Rounding * (run.Regret.Size + identity.Size)), $"{name}: regret {regret} above {bound}");
            Assert.True(Math.Abs(identity.Left - identity.Right) <= Rounding * identity.Size, $"{name}: {identity.Left} is not {identity.Right}");

            // varphi is affine and takes w* to x*: the points' regret is the meta-learner's, and the measured bound follows.
            Assert.True(Math.Abs(identity.LinearRegret - regret) <= 1e-9 * (run.Regret.Size + identity.Size), $"{name}: {identity.LinearRegret} is not {regret}");
            worst = Math.Max(worst, regret / bound);
        }

        Assert.InRange(worst, .5, 1 + Rounding);
        Assert.True(diverged <= Problems / 10, $"{diverged} of {Problems} said nothing");
    }

    [Fact]
    public void A_Decaying_Rate_And_Other_Weights_Have_A_Bound_Too_Where_The_Conditions_Hold()
    {
        RandomStream stream = Draws.Stream(313);
        for (int k = 0; k < 100; k++)
        {
            var problem = new SmoothProblem(k % SmoothProblem.Kinds, ref stream);
            double scale = problem.Smoothness;
            var run = new ConvexMetaRun<double>(
                problem.Objective,
                new()
                {
                    Family = new OffsetUpdate<double>(),
                    Learner = new FollowTheLeader<double>(MetaRate.Decaying(.5 / scale, .25)),
                    Weights = IterateWeights.Of("t^1/2", (t, _) => Math.Sqrt(t)),
                    Guess = new LastGradientGuess<double>(),
                },
                problem.Start,
                new Optimum<double>(problem.Minimizer, problem.Minimizer));
            for (int t = 0; t < 60; t++)
            {
                run.Step();
                ConvexRateVerdict verdict = ConvexRate.Judge(run, 1, scale);
                Assert.True(verdict.IsPass, $"problem {k}, step {t + 1}: {verdict.Gap} and {verdict.Bound}; {string.Join("; ", verdict.Premises)}");
            }
        }
    }

    private static readonly Guess<double>[] Guesses =
    [
        new NoGuess<double>(), new LastGradientGuess<double>(), new LastGradientGuess<double>(first: true), new LastMetaGradientGuess<double>(), new LookAheadGuess<double>(),
        new AverageGuess<double>(), new SuppliedGuess<double>((t, y) => y.Fill(Math.Sin(t))),
    ];

    private static double Distance(double[] x, double[] y) => Math.Sqrt(x.Zip(y, (a, b) => (a - b) * (a - b)).Sum());
}
