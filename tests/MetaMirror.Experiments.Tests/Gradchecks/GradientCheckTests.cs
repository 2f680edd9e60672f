using MetaMirror.Experiments.Gradchecks;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Gradchecks;

public sealed class GradientCheckTests
{
    private const ulong Seed = 3;

    /// <summary>Every estimator of the library, in the order of the table.</summary>
    private static readonly string[] Estimators =
    [
        "reverse", "reverse, all states stored", "forward", "truncated-reverse-5", "implicit-neumann-0", "implicit-neumann-20", "implicit-fixed-point-20", "implicit-normal-cg",
        "implicit-neumann-2000, loss", "implicit-fixed-point-2000, loss", "implicit-normal-cg, loss", "implicit-cg, loss", "implicit-stationarity-neumann-2000, loss",
        "implicit-proximal",
    ];

    [Theory]
    [InlineData("sensors")]
    [InlineData("quadratics")]
    [InlineData("rotated-quadratic")]
    public void Every_estimator_has_a_row_with_cost_residual_and_verdict(string name)
    {
        GradientCheckResult result = new GradientCheck(PlanFile.Read(name), new DatasetCatalogue(new DataLocations()), Seed, TimeProvider.System).Run(6);

        Assert.True(result.Passed);
        Assert.Equal(Estimators, result.Checks.Select(c => c.Estimator));
        foreach (EstimatorCheck check in result.Checks.Where(c => c.Estimator.StartsWith("implicit", StringComparison.Ordinal)))
        {
            Assert.NotEmpty(check.Verdict);
            Assert.True(check is { Gradients: > 0, HessianVectorProducts: > 0, PeakBytes: > 0, Iterations: >= 0, Residual: >= 0 });
            Assert.Equal("positive", check.Curvature);
            Assert.DoesNotContain(check.Estimator, check.Verdict, StringComparison.Ordinal);
        }

        // On the loss's hyperparameters all five agree with reverse mode; in the proximal form differences agree.
        Assert.Equal(5, result.Checks.Count(c => c.Estimator.EndsWith("loss", StringComparison.Ordinal) && c is { Tolerance: not null, Passed: true }));
        Assert.InRange(result.Checks[^1].RelativeError!.Value, 0, 1e-7);
    }

    [Fact]
    public void An_estimator_that_fails_has_a_verdict_and_no_error()
    {
        // 650 unknowns and 50 iterations at a point that is no fixed point: the solver does not converge, and the row says so.
        GradientCheckResult result = new GradientCheck(PlanFile.Read("logistic"), new DatasetCatalogue(new DataLocations()), Seed, TimeProvider.System).Run(3);

        EstimatorCheck normal = result.Checks.Single(c => c.Estimator == "implicit-normal-cg");
        Assert.Null(normal.RelativeError);
        Assert.Contains("There is no hypergradient.", normal.Verdict, StringComparison.Ordinal);
        Assert.True(normal.Residual > 0);
    }
}
