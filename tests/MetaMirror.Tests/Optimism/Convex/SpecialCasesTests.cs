using MetaMirror.Numerics;
using MetaMirror.Optimism.Convex;
using MetaMirror.Tests.Divergences;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Optimism.Convex;

/// <summary>PAPERS 3.4 and 3.5: heavy ball, Nesterov's scheme, AdaGrad by both routes, bootstrapped meta-gradients, each against its own recursion.</summary>
public sealed class SpecialCasesTests
{
    /// <summary>Rounding of recursions of forty steps, relative to the largest point.</summary>
    private const double Exact = 1e-12;

    private const int Steps = 40;

    private static readonly IterateWeights[] Weights = [IterateWeights.Uniform, IterateWeights.Linear, IterateWeights.SquareRoot, IterateWeights.Of("1 + 1/t", (t, _) => 1 + (1.0 / t))];

    [Fact]
    public void Without_Hints_It_Is_Heavy_Ball()
    {
        RandomStream stream = Draws.Stream(321);
        foreach (int kind in Enumerable.Range(0, SmoothProblem.Kinds))
        {
            foreach (IterateWeights weights in Weights)
            {
                var problem = new SmoothProblem(kind, ref stream);
                double beta = .2 / problem.Smoothness;
                Trace run = Trace.Of(problem, weights, new NoGuess<double>(), new FollowTheLeader<double>(MetaRate.Constant(beta)));
                for (int t = 1; t < Steps; t++)
                {
                    double mu = run.Momentum(t);
                    run.AssertNext(t, i => run.X(t)[i] + (mu * (run.X(t)[i] - run.X(t - 1)[i])) - (run.Rho(t + 1) * run.Alpha(t) * beta * run.G(t)[i]));
                }
            }
        }
    }

    [Fact]
    public void With_The_Last_Gradient_It_Is_Nesterovs_Scheme()
    {
        RandomStream stream = Draws.Stream(322);
        foreach (int kind in Enumerable.Range(0, SmoothProblem.Kinds))
        {
            foreach (IterateWeights weights in Weights)
            {
                var problem = new SmoothProblem(kind, ref stream);
                double beta = .05 / problem.Smoothness;
                Trace run = Trace.Of(problem, weights, new LastGradientGuess<double>(), new FollowTheLeader<double>(MetaRate.Constant(beta)));
                for (int t = 1; t < Steps; t++)
                {
                    double mu = run.Momentum(t);
                    run.AssertNext(t, i =>
                    {
                        double before = t == 1 ? 0 : run.G(t - 1)[i];
                        double step = (run.Alpha(t + 1) * run.G(t)[i]) + (run.Alpha(t) * (run.G(t)[i] - before));
                        return run.X(t)[i] + (mu * (run.X(t)[i] - run.X(t - 1)[i])) - (run.Rho(t + 1) * beta * step);
                    });
                    if (weights != IterateWeights.Linear)
                        continue;

                    // u_t + mu_t (u_t - u'_{t-1}): the old point has the step 2 beta t / (t - 1).
                    Assert.Equal((t - 1.0) / (t + 2), mu, Exact);
                    if (t == 1)
                        continue;
                    run.AssertNext(t, i =>
                    {
                        double u = run.X(t)[i] - (2 * beta * run.G(t)[i]), old = run.X(t - 1)[i] - (2 * beta * t / (t - 1.0) * run.G(t - 1)[i]);
                        return u + (mu * (u - old));
                    });
                }
            }
        }
    }

    [Fact]
    public void AdaGrad_As_A_Leader_With_A_Diagonal_Regularizer()
    {
        RandomStream stream = Draws.Stream(323);
        foreach (int kind in Enumerable.Range(0, SmoothProblem.Kinds))
        {
            var problem = new SmoothProblem(kind, ref stream);
            Trace run = Trace.Of(problem, IterateWeights.Uniform, new NoGuess<double>(), new AdaGradLearner<double>(.3));
            int n = problem.Start.Length;
            double[] sum = new double[n], squares = new double[n];
            for (int t = 1; t < Steps; t++)
            {
                for (int i = 0; i < n; i++)
                {
                    sum[i] += run.G(t)[i];
                    squares[i] += run.G(t)[i] * run.G(t)[i];
                }

                run.AssertNext(t, i => ((t * run.X(t)[i]) + (squares[i] > 0 ? -.3 * sum[i] / Math.Sqrt(squares[i]) : 0)) / (t + 1));
            }
        }
    }

    [Fact]
    public void AdaGrad_As_The_Leader_Of_The_Regret_Bound()
    {
        const double d = .7;
        RandomStream stream = Draws.Stream(324);
        double[] x = [1, -2, 3], squares = [0, 0, 0], theta = [1, -2, 3];
        var rule = new AdaGrad<double>(new() { LearningRate = d, Epsilon = 1e-300 });
        ParameterLayout layout = ParameterLayout.Vector(3);
        double[] meta = [.. new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural], state = new double[rule.StateLength(layout)], scratch = new double[rule.ScratchLength(layout)];
        for (int t = 0; t < Steps; t++)
        {
            double[] g = Draws.Normal(ref stream, 3);
            RegretLeader.Step<double>(d, g, squares, x);
            rule.Step(new() { Step = t, Steps = Steps, Age = t, Layout = layout, Meta = meta, Scratch = scratch }, new(theta, [.. g], [1.0], state));
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(theta[i], x[i], Exact * 10);

                // p is the minimizer of U: any other rate has a larger bound, and U(p) = D sqrt(sum g^2).
                double p = d / Math.Sqrt(squares[i]), least = RegretLeader.Bound(p, squares[i], d);
                Assert.Equal(d * Math.Sqrt(squares[i]), least, Exact * least);
                Assert.All((double[])[.5, .9, .999, 1.001, 1.1, 2], factor => Assert.True(RegretLeader.Bound(factor * p, squares[i], d) > least));
            }
        }
    }

    [Fact]
    public void Bootstrapped_Targets_Are_Optimism_Where_The_Jacobian_Stays()
    {
        RandomStream stream = Draws.Stream(325);
        Guess<double>[] guesses = [new NoGuess<double>(), new LastGradientGuess<double>(), new LookAheadGuess<double>(), new AverageGuess<double>()];
        foreach (int kind in Enumerable.Range(0, SmoothProblem.Kinds))
        {
            foreach (Guess<double> guess in guesses)
            {
                var problem = new SmoothProblem(kind, ref stream);
                double beta = .05 / problem.Smoothness;
                Trace leader = Trace.Of(problem, IterateWeights.Linear, guess, new FollowTheLeader<double>(MetaRate.Constant(beta)));
                Trace bootstrapped = Trace.Of(problem, IterateWeights.Linear, guess, new BootstrappedLearner<double>(beta));
                for (int t = 1; t < Steps; t++)
                    leader.AssertNext(t, i => bootstrapped.X(t + 1)[i]);
            }
        }
    }

    [Fact]
    public void Otherwise_Each_Bootstrapped_Step_Exceeds_The_Leaders_By_A_Known_Term()
    {
        RandomStream stream = Draws.Stream(326);
        double largestExcess = 0;
        for (int k = 0; k < 20; k++)
        {
            var problem = new SmoothProblem(k % SmoothProblem.Kinds, ref stream);
            double beta = 1e-3;
            UpdateFamily<double> family = k % 2 == 0 ? new ElementwiseStep<double>() : new LinearMapStep<double>();
            var run = new ConvexMetaRun<double>(
                problem.Objective,
                new() { Family = family, Learner = new BootstrappedLearner<double>(beta), Weights = IterateWeights.Linear, Guess = new LastGradientGuess<double>(), HintJacobian = HintJacobian.OneOlder },
                [.. problem.Start.Select(x => x / 4)]);
            double[] before = run.NextFeatures.ToArray();
            for (int t = 1; t <= 20 && Vectors.MaxAbs(run.Meta) < 1e6; t++)
            {
                double[] w = run.Meta.ToArray(), hint = run.NextHint.ToArray(), guess = run.NextGuess.ToArray(), features = run.NextFeatures.ToArray(), excess = new double[w.Length];
                double alpha = run.NextWeight;
                run.Step();
                BootstrappedLearner<double>.Excess(family, features, before, guess, beta * alpha, excess);
                for (int i = 0; i < w.Length; i++)
                {
                    double leader = w[i] - (beta * ((alpha * run.MetaGradient[i]) + (run.NextWeight * run.NextHint[i]) - (alpha * hint[i])));
                    double size = Math.Abs(w[i]) + Math.Abs(excess[i]) + Math.Abs(beta * alpha * run.MetaGradient[i]) + Math.Abs(beta * run.NextWeight * run.NextHint[i]) + 1e-300;
                    Assert.True(Math.Abs(run.Meta[i] - leader - excess[i]) <= Exact * size, $"step {t}: {run.Meta[i]} against {leader} + {excess[i]}");
                    largestExcess = Math.Max(largestExcess, Math.Abs(excess[i]) / size);
                }

                before = features;
            }
        }

        Assert.True(largestExcess > .01, $"{largestExcess} of a step tests nothing");
    }

    /// <summary>xbar_t, grad f(xbar_t) and weights of a run with varphi = w, t from 1.</summary>
    private sealed class Trace
    {
        private readonly List<double[]> _points = [], _gradients = [];
        private readonly List<double> _weights = [], _sums = [];

        public static Trace Of(SmoothProblem problem, IterateWeights weights, Guess<double> guess, ConvexMetaLearner<double> learner)
        {
            var trace = new Trace();
            var run = new ConvexMetaRun<double>(problem.Objective, new() { Family = new OffsetUpdate<double>(), Learner = learner, Weights = weights, Guess = guess }, problem.Start);
            for (int t = 1; t <= Steps; t++)
            {
                trace._weights.Add(run.NextWeight);
                run.Step();
                trace._points.Add(run.Average.ToArray());
                trace._gradients.Add(run.Gradient.ToArray());
                trace._sums.Add(run.WeightSum);
            }

            return trace;
        }

        public double[] X(int t) => _points[Math.Max(t, 1) - 1];

        public double[] G(int t) => _gradients[t - 1];

        public double Alpha(int t) => _weights[t - 1];

        public double Rho(int t) => _weights[t - 1] / _sums[t - 1];

        /// <summary>mu_t = rho_{t+1} (1 - rho_t) / rho_t; 0 at t = 1.</summary>
        public double Momentum(int t) => Rho(t + 1) * (1 - Rho(t)) / Rho(t);

        public void AssertNext(int t, Func<int, double> expected)
        {
            double size = 1 + _points.Max(x => x.Max(Math.Abs));
            for (int i = 0; i < X(t).Length; i++)
                Assert.True(Math.Abs(expected(i) - X(t + 1)[i]) <= Exact * size, $"step {t + 1}, coordinate {i}: expected {expected(i)}, found {X(t + 1)[i]}");
        }
    }
}
