using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Tests.UpdateRules.Online;

/// <summary>The safeguard of anchored rates: never worse than the rule's own steps by more than R_T, whatever happens.</summary>
public sealed class OnlineRegretTests
{
    private const int Problems = 1000;

    /// <summary>A run has at most 40 steps of sums over 6 coordinates, each with some roundings of 1.1e-16 of what is summed.</summary>
    private const double Rounding = 1e-12;

    [Fact]
    public void On_convex_problems_adapting_never_costs_more_than_the_bound()
    {
        int gains = 0;
        for (uint k = 0; k < Problems; k++)
        {
            var stream = new RandomStream(new StreamKey(51, 0, 0, StreamPurpose.Test, k));
            var problem = new ConvexProblem(ref stream);
            int n = problem.Layout.Length, steps = 2 + (int)(stream.NextDouble() * 39);
            OnlineRate<double> rule = Draw(ref stream);
            var watch = new Watch(rule, problem);
            var descent = new Descent<double>(problem, rule, new Unroll(steps, FullBatch: true));
            double[] start = new double[n];
            stream.FillNormal<double>(start);
            descent.Start(start, new MetaParameters<double>([], rule.MetaSpecs(problem.Layout), []), default);
            descent.Run(watch);

            double allowed = Rounding * watch.Size;
            Assert.Equal(steps - 1, watch.Regret.Steps);
            Assert.True(watch.Excess <= watch.Regret.LinearRegret + allowed, $"problem {k}: losses differ by {watch.Excess:R}, linear regret {watch.Regret.LinearRegret:R}");
            Assert.True(watch.Regret.LinearRegret <= watch.Regret.Bound + allowed, $"problem {k}: linear regret {watch.Regret.LinearRegret:R}, bound {watch.Regret.Bound:R}");
            gains += watch.Excess < 0 ? 1 : 0;
        }

        // Not a theorem: if adapting hardly ever gained, it would be of no use, or the sign wrong.
        Assert.InRange(gains, Problems / 2, Problems);
    }

    /// <summary>Gradients against the present rates, of wildly differing sizes: no loss has them.</summary>
    [Fact]
    public void Against_an_enemy_the_bound_holds_too()
    {
        for (uint k = 0; k < Problems; k++)
        {
            var stream = new RandomStream(new StreamKey(52, 0, 0, StreamPurpose.Test, k));
            OnlineRate<double> rule = Draw(ref stream);
            var layout = new ParameterLayout(("a", [2, 1]), ("b", [1]));
            var regret = new OnlineRegret<double>(rule, layout);
            var plan = new OnlineRatePlan<double>(rule.Options, rule.Rule, layout);
            double[] x = [1, 1, 1], g = new double[3], state = new double[rule.StateLength(layout)], meta = [.. new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural];
            double size = 0;
            for (int t = 0; t < 40; t++)
            {
                double[] rates = rule.Rates(layout, state).ToArray();
                for (int i = 0; i < 3; i++)
                {
                    // -sign(w - 1) sign(d) makes <G, w - 1> a loss.
                    double d = (plan.IsGuarded ? plan.Parts(state).Last : plan.Parts(state).D)[i], w = rates[rates.Length == 3 ? i : rates.Length == 2 ? i / 2 : 0];
                    double sign = stream.NextDouble() < .3 || d * (w - 1) == 0 ? stream.NextNormal() : -Math.Sign(d * (w - 1));
                    g[i] = sign * Math.Pow(10, (4 * stream.NextDouble()) - 2);
                    size += Math.Abs(d * g[i]);
                }

                regret.Visit(new() { Step = t, Steps = 40, Theta = x, Gradient = g, Loss = 0 }, state);
                rule.Step(new() { Step = t, Steps = 40, Age = t, Layout = layout, Meta = meta, Scratch = new double[rule.ScratchLength(layout)] }, new(x, g, [1.0], state));
            }

            Assert.True(regret.LinearRegret <= regret.Bound + (Rounding * 4 * size), $"problem {k}: linear regret {regret.LinearRegret:R}, bound {regret.Bound:R}");
        }
    }

    /// <summary>
    /// f = |x| + 0.3 y: steps of 0.1 in x go to and fro and cost by being long, while y makes the slopes of many steps say "longer". Without a guard adapting costs more than the bound
    /// that the guard states.
    /// </summary>
    [Fact]
    public void The_guard_keeps_the_bound_where_slopes_along_many_steps_are_wrong()
    {
        OnlineRateOptions safe = OnlineRateOptions.Safeguarded(RateGranularity.Scalar);
        Assert.True(safe.Memory > 0);
        OnlineRegret<double> guarded = Zigzag(safe), free = Zigzag(safe with { Budget = 1e9 });
        Assert.InRange(guarded.LinearRegret, double.NegativeInfinity, guarded.Bound);
        Assert.InRange(free.LinearRegret, 10 * guarded.Bound, double.PositiveInfinity);
    }

    private static OnlineRegret<double> Zigzag(OnlineRateOptions options)
    {
        const int Steps = 500;
        var rule = new OnlineRate<double>(new Sgd<double>(new() { LearningRate = .1 }), options);
        var layout = ParameterLayout.Vector(2);
        var regret = new OnlineRegret<double>(rule, layout);
        double[] x = [.25, 0], state = new double[rule.StateLength(layout)], scratch = new double[rule.ScratchLength(layout)], meta = [.. new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural];
        for (int t = 0; t < Steps; t++)
        {
            double[] g = [Math.Sign(x[0]), .3];
            regret.Visit(new() { Step = t, Steps = Steps, Theta = x, Gradient = g, Loss = 0 }, state);
            rule.Step(new() { Step = t, Steps = Steps, Age = t, Layout = layout, Meta = meta, Scratch = scratch }, new(x, g, [1.0], state));
        }

        return regret;
    }

    [Fact]
    public void Other_forms_have_a_linear_regret_and_no_bound()
    {
        var rule = new OnlineRate<double>(new Sgd<double>(new() { LearningRate = .1 }), new() { MetaRate = .1 });
        var layout = ParameterLayout.Vector(1);
        var regret = new OnlineRegret<double>(rule, layout, [.1, 0, 1, .1]);
        regret.Visit(new() { Step = 0, Steps = 2, Theta = [1], Gradient = [2], Loss = 0 }, [0, 0]);
        regret.Visit(new() { Step = 1, Steps = 2, Theta = [1], Gradient = [2], Loss = 0 }, [1.5, .2]);
        Assert.Equal(-.5 * .2 * 2, regret.LinearRegret, 15);
        Assert.Equal(double.PositiveInfinity, regret.Bound);
        Assert.Contains("4 meta-parameters", Assert.Throws<ArgumentException>(() => new OnlineRegret<double>(rule, layout, [1])).Message, StringComparison.Ordinal);
    }

    private static OnlineRate<double> Draw(ref RandomStream stream)
    {
        double rate = Math.Pow(10, (2 * stream.NextDouble()) - 2);
        UpdateRule<double> inside = (int)(stream.NextDouble() * 5) switch
        {
            0 => new Sgd<double>(new() { LearningRate = rate }),
            1 => new Sgd<double>(new() { LearningRate = rate / 3, Momentum = .8 }),
            2 => new Adam<double>(new() { LearningRate = rate }),
            3 => new MirrorDescent<double>(new DiagonalQuadratic<double>(2), rate),
            _ => new Chain<double>(new ClipByNorm<double>(1), new LinearSchedule<double>(.05), new Sgd<double>(new() { LearningRate = rate })),
        };
        var granularity = (RateGranularity)(int)(stream.NextDouble() * 3);
        OnlineRateOptions options = OnlineRateOptions.Safeguarded(granularity, 1.5 + (3 * stream.NextDouble()), .02 + stream.NextDouble());
        RateHint[] hints = [RateHint.None, RateHint.LastGradient, RateHint.AverageGradient, RateHint.LastHypergradient, RateHint.AverageHypergradient];
        RateHint hint = hints[(int)(stream.NextDouble() * hints.Length)];
        RateNormalization normalization = stream.NextDouble() < .8 ? RateNormalization.AdaGrad : RateNormalization.None;
        double memory = stream.NextDouble(), zone = 3 * stream.NextDouble(), budget = 2 * stream.NextDouble();
        return new OnlineRate<double>(inside, options with
        {
            Hint = hint,
            HintAtPresentStep = true,
            Normalization = normalization,
            Memory = hint is RateHint.LastGradient or RateHint.AverageGradient || granularity == RateGranularity.Element || stream.NextDouble() < .3 ? 0 : memory,
            Budget = budget,
            DeadZone = normalization == RateNormalization.None || stream.NextDouble() < .3 ? 0 : zone,
        });
    }

    /// <summary>What adapting really cost, in losses.</summary>
    private sealed class Watch(OnlineRate<double> rule, ConvexProblem problem) : DescentObserver<double>
    {
        private readonly OnlineRatePlan<double> _plan = new(rule.Options, rule.Rule, problem.Layout);
        private double[] _theta = [];

        public OnlineRegret<double> Regret { get; } = new(rule, problem.Layout);

        public double Excess { get; private set; }

        public double Size { get; private set; }

        public override void Visit(in PathPoint<double> point, ReadOnlySpan<double> state)
        {
            Regret.Visit(point, state);
            if (point.Step > 0)
            {
                OnlineRateState<double> s = _plan.Parts(state.ToArray());
                double[] d = (_plan.IsGuarded ? s.Last : s.D).ToArray();
                double other = problem.Evaluate([.. _theta.Zip(d, (x, y) => x - y)], [], BatchKey.Full, []);
                Excess += point.Loss - other;
                Size += Math.Abs(point.Loss) + Math.Abs(other);
                for (int i = 0; i < d.Length; i++)
                    Size += 4 * Math.Abs(d[i] * point.Gradient[i]);
            }

            _theta = point.Theta.ToArray();
        }
    }

    /// <summary>A quadratic, absolute values, logistic losses or a log-sum-exp of random affine functions.</summary>
    private sealed class ConvexProblem : Objective<double>
    {
        private readonly double[][] _rows;
        private readonly double[] _shifts;
        private readonly int _kind;

        public ConvexProblem(ref RandomStream stream)
        {
            int n = 1 + (int)(stream.NextDouble() * 6), m = 1 + (int)(stream.NextDouble() * 10);
            Layout = n > 2 ? new ParameterLayout(("a", [n - 1]), ("b", [1])) : ParameterLayout.Vector(n);
            _kind = (int)(stream.NextDouble() * 4);
            _rows = new double[m][];
            for (int j = 0; j < m; j++)
                stream.FillNormal<double>(_rows[j] = new double[n]);
            stream.FillNormal<double>(_shifts = new double[m]);
        }

        public override ParameterLayout Layout { get; }

        public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
        {
            double[] values = new double[_rows.Length], slopes = new double[_rows.Length];
            for (int j = 0; j < values.Length; j++)
                values[j] = Vectors.Dot(_rows[j], theta) - _shifts[j];
            double loss = 0, most = values.Max();
            double total = values.Sum(v => Math.Exp(v - most));
            for (int j = 0; j < values.Length; j++)
            {
                double v = values[j];
                (double term, slopes[j]) = _kind switch
                {
                    0 => (v * v / 2, v),
                    1 => (Math.Abs(v), Math.Sign(v)),
                    2 => (Math.Max(v, 0) + Math.Log(1 + Math.Exp(-Math.Abs(v))), 1 / (1 + Math.Exp(-v))),
                    _ => (0, Math.Exp(v - most) / total),
                };
                loss += term;
            }

            if (_kind == 3)
                loss = most + Math.Log(total);
            if (gradient.IsEmpty)
                return loss;
            gradient.Clear();
            for (int j = 0; j < values.Length; j++)
                Vectors.AddScaled(slopes[j], _rows[j], gradient);
            return loss;
        }

        public override void HessianVectorProducts(
            ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products) =>
            throw new NotSupportedException("No rule here asks for curvature.");
    }
}
