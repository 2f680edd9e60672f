using MetaMirror.Cli.Engines;
using MetaMirror.Experiments.Optimism;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Cli.Tests.Running;

/// <summary>A result of the experiment on optimism, without the work.</summary>
internal static class SampleOptimism
{
    private static readonly int[] Steps = [1, 400, 4000];

    public static OptimismOutcome Of(ReproductionScale scale, EngineContext context)
    {
        context.Runs.Report(new RunProgress("convex quadratics", 1, 1, "2 dimensions, condition number 10,000", double.NaN));
        RateCurves curves = new("the worst h", Steps, [.5, 1.25e-3, 1.25e-4], [2, 1.25e-5, 1.25e-7], [.5, 1.25e-3, 1.25e-4], [2, 2.5e-5, 2.5e-7]) { BoundsHold = true, WorstRatio = 1 };
        return new OptimismOutcome(
            new OptimismResult
            {
                Scale = scale.ToString(),
                Seed = context.Seed,
                SlopeWithoutHint = -1,
                SlopeWithHint = -2,
                BoundsHold = true,
                WorstRatio = 1,
                Repeats = 1,
                Envelope = new RateEnvelope(curves, 361, -1, -2),
                FixedQuadratics = [curves with { Name = "a fixed quadratic", Repeats = 1 }],
                ConvexQuadratics =
                [
                    new(2, 1e4, "gradient descent", [.1, 1], [4, 2], 1, true, 2, [1, .5]),
                    new(2, 1e4, "Meta-Momentum", [.1, 1], [8, double.PositiveInfinity], .1, true, 8, [1, .75]),
                ],
                Games = [new(1, "gradient descent-ascent", .02, [0, 1], [1, 1.5], false, 1.5), new(1, "optimistic", .5, [0, 1], [1, .25], true, .25)],
            },
            []);
    }
}
