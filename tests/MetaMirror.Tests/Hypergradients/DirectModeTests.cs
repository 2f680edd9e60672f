using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>The explicit part alone: one run, no way back.</summary>
public sealed class DirectModeTests
{
    /// <summary>The same terms, added from the first step to the last instead of backwards.</summary>
    private const double Rounding = 1e-14;

    [Fact]
    public void Is_the_direct_part_of_reverse_mode_for_the_price_of_the_run()
    {
        foreach (MetaObjective<double> objective in (MetaObjective<double>[])[new RegretBound<double>(), new RelaxedRegretBound<double>(0.2), new RelaxedRegretBound<double>(null)])
        {
            var problem = new TrialProblem(new MirrorDescent<double>(new DiagonalQuadratic<double>([2.25, 0.64]), 0.1, learnRate: true), objective, 12);
            (_, double[] expected, HypergradientReport reverse) = problem.Compute(new ReverseMode<double>());
            (double[] total, double[] direct, HypergradientReport report) = problem.Compute(new DirectMode<double>());
            TrialProblem.AssertClose(expected, direct, Rounding, objective.Name);
            Assert.Equal(direct, total);
            Assert.Equal(reverse.Value, report.Value);
            Assert.Equal((12, 0), (report.Gradients, report.HessianVectorProducts));
            Assert.Contains(direct, g => g != 0);
        }
    }

    [Fact]
    public void A_run_that_diverges_gives_no_gradient()
    {
        var problem = new TrialProblem(new Sgd<double>(new SgdOptions { LearningRate = 50 }), new FinalLoss<double>(), 40);
        (double[] total, _, HypergradientReport report) = problem.Compute(new DirectMode<double>());
        Assert.False(report.Succeeded);
        Assert.All(total, g => Assert.Equal(0, g));
    }

    [Fact]
    public void Meta_objectives_at_the_end_of_a_run_count()
    {
        HypergradientReport Of(MetaObjective<double> objective) =>
            new TrialProblem(new Sgd<double>(new SgdOptions { LearningRate = 0.1 }), objective, 5).Compute(new DirectMode<double>()).Report;
        Assert.Equal((5, 0), (Of(new TrajectoryLoss<double>()).Gradients, Of(new TrajectoryLoss<double>()).HessianVectorProducts));
        Assert.Equal((6, 0), (Of(new FinalLoss<double>()).Gradients, Of(new FinalLoss<double>()).HessianVectorProducts));
        Assert.Equal((6, 0), (Of(new ValidationLoss<double>()).Gradients, Of(new ValidationLoss<double>()).HessianVectorProducts));
        Assert.Equal((6, 1), (Of(new FinalGradientNorm<double>()).Gradients, Of(new FinalGradientNorm<double>()).HessianVectorProducts));
    }
}
