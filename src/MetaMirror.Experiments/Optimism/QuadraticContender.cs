using MetaMirror.Descents;
using MetaMirror.Objectives;
using MetaMirror.Optimism.Convex;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Optimism;

/// <summary>An optimizer of the figure on convex quadratics, with one learning rate: losses at t = 0 .. T.</summary>
/// <param name="Name">Name.</param>
/// <param name="Run">Runs it: the objective, the start, the learning rate, the losses to fill, shape [T + 1].</param>
internal sealed record QuadraticContender(string Name, Action<Objective<double>, double[], double, double[]> Run)
{
    /// <summary>Keeps inverse squares of rates positive: the largest step is 1000 times the first.</summary>
    private const double LeastInverseSquare = 1e-6;

    /// <summary>PAPERS 3.6: classic methods, then the two meta-learned families without and with optimism: in the convex setting (Algorithms 2 and 4), then as practised (1 and 3).</summary>
    public static IReadOnlyList<QuadraticContender> All { get; } =
    [
        new("gradient descent", Rule(rate => new Sgd<double>(new() { LearningRate = rate }))),
        new("momentum 0.9", Rule(rate => new Sgd<double>(new() { LearningRate = rate, Momentum = .9 }))),
        new("AdaGrad", Rule(rate => new AdaGrad<double>(new() { LearningRate = rate }))),
        new("Meta-Momentum", Meta(momentum: true, optimistic: false)),
        new("Meta-Momentum, optimistic", Meta(momentum: true, optimistic: true)),
        new("Meta-AdaGrad", Meta(momentum: false, optimistic: false)),
        new("Meta-AdaGrad, optimistic", Meta(momentum: false, optimistic: true)),
        new("Meta-Momentum in practice", Practical(momentum: true, optimistic: false)),
        new("Meta-Momentum in practice, optimistic", Practical(momentum: true, optimistic: true)),
        new("Meta-AdaGrad in practice", Practical(momentum: false, optimistic: false)),
        new("Meta-AdaGrad in practice, optimistic", Practical(momentum: false, optimistic: true)),
    ];

    private static Action<Objective<double>, double[], double, double[]> Rule(Func<double, UpdateRule<double>> create) => (objective, start, rate, losses) =>
    {
        UpdateRule<double> rule = create(rate);
        var descent = new Descent<double>(objective, rule, new Unroll(losses.Length, FullBatch: true));
        descent.Start(start, new MetaParameters<double>([], rule.MetaSpecs(objective.Layout), []), BatchKey.Full);
        for (int t = 0; t < losses.Length; t++)
        {
            if (!descent.Evaluate())
            {
                losses.AsSpan(t).Fill(double.PositiveInfinity);
                return;
            }

            losses[t] = descent.Loss;
            descent.Advance();
        }
    };

    private static Action<Objective<double>, double[], double, double[]> Meta(bool momentum, bool optimistic) => (objective, start, rate, losses) =>
    {
        FollowTheLeader<double> learner = momentum
            ? new(MetaRate.Constant(rate))
            : new(MetaRate.Constant(rate), new AtLeast<double>(LeastInverseSquare), [.. Enumerable.Repeat(1.0, start.Length)]);
        var run = new ConvexMetaRun<double>(
            objective,
            new()
            {
                Family = momentum ? new ElementwiseStep<double>() : new InverseRootStep<double>(),
                Learner = learner,
                Weights = optimistic ? IterateWeights.Linear : IterateWeights.Uniform,
                Guess = optimistic ? new LastGradientGuess<double>() : new NoGuess<double>(),
            },
            start);
        losses[0] = run.Loss;
        for (int t = 1; t < losses.Length; t++)
        {
            run.Step();
            if (!double.IsFinite(run.Loss))
            {
                losses.AsSpan(t).Fill(double.PositiveInfinity);
                return;
            }

            losses[t] = run.Loss;
        }
    };

    private static Action<Objective<double>, double[], double, double[]> Practical(bool momentum, bool optimistic) => (objective, start, rate, losses) =>
        PracticalRun.Fill(
            objective,
            start,
            momentum ? new ElementwiseStep<double>() : new InverseRootStep<double>(),
            momentum ? new Everywhere<double>() : new AtLeast<double>(LeastInverseSquare),
            momentum ? 0 : 1,
            rate,
            optimistic,
            losses);
}
