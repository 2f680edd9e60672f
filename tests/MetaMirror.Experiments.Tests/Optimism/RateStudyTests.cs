using MetaMirror.Experiments.Optimism;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Optimism.Convex;

namespace MetaMirror.Experiments.Tests.Optimism;

public sealed class RateStudyTests
{
    /// <summary>What the slopes may miss -1 and -2 by.</summary>
    private const double Tolerance = .05;

    [Fact]
    public void The_envelope_falls_like_one_over_T_without_hints_and_one_over_T_squared_with_them()
    {
        RateEnvelope envelope = RateStudy.Envelope(91, new WorkerTeam(2));
        Assert.Equal(-1, envelope.SlopeWithoutHint, Tolerance);
        Assert.Equal(-2, envelope.SlopeWithHint, Tolerance);
        Assert.True(envelope.Curves.BoundsHold);
        Assert.InRange(envelope.Curves.WorstRatio, .9, 1 + 1e-12);
        Assert.Equal((1, 4000), (envelope.Curves.Steps[0], envelope.Curves.Steps[^1]));
        RateEnvelope one = RateStudy.Envelope(91, new WorkerTeam(1));
        Assert.Equal(envelope.Curves.WithHint, one.Curves.WithHint);
        Assert.Equal(envelope.SlopeWithoutHint, one.SlopeWithoutHint);
    }

    [Fact]
    public void Fixed_quadratics_keep_within_their_bounds()
    {
        IReadOnlyList<RateCurves> curves = RateStudy.Fixed();
        Assert.Equal(4, curves.Count);
        Assert.All(curves, c =>
        {
            Assert.True(c.BoundsHold, c.Name);
            Assert.All(c.WithHint.Zip(c.BoundWithHint), p => Assert.True(p.First <= p.Second, c.Name));
        });
    }

    [Fact]
    public void A_run_whose_lambda_was_too_small_is_repeated()
    {
        // lambda_1 = (h x)^2 = 100, beyond the 1 that is tried first.
        var objective = new QuadraticObjective<double>([1], [10], 50);
        RateRun run = RateRun.Of(objective, () => new ElementwiseStep<double>(), [0], new([10], [1]), 1, IterateWeights.Linear, new LastGradientGuess<double>(), [1, 2, 3, 4, 5, 50]);
        Assert.Equal(1, run.Repeats);
        Assert.True(run.Holds);
        Assert.All(run.Gaps.Zip(run.Bounds), p => Assert.True(p.First <= p.Second));
    }

    [Fact]
    public void The_slope_of_a_power_is_its_exponent()
    {
        int[] steps = [.. Enumerable.Range(1, 4000)];
        Assert.Equal(-1.5, RateStudy.Slope(steps, [.. steps.Select(t => 7 * Math.Pow(t, -1.5))]), 1e-10);
    }

    [Fact]
    public void It_can_be_canceled()
    {
        var canceled = new CancellationToken(canceled: true);
        Assert.Throws<OperationCanceledException>(() => RateStudy.Envelope(10, new WorkerTeam(2), canceled));
        Assert.Throws<OperationCanceledException>(() => RateStudy.Fixed(canceled));
        Assert.Throws<OperationCanceledException>(() => new OptimismExperiment(new WorkerTeam(1), 1).Run(OptimismSizes.Smoke, canceled));
    }
}
