using MetaMirror.Divergences;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Learning;

/// <summary>Learned optimizers of others that are trained by hypergradient through whole runs.</summary>
public sealed class UnrolledLearnerTests
{
    private static readonly UnrolledLearning Rates = new("meta-sgd", OuterSteps: 12, LearningRates: [0.02, 0.05, 1000], Schedules: [ScheduleName.Constant], OuterLearningRate: 0.2);

    private static readonly Plan Axes = RivalRuns.Axes(Rates) with { Controls = ["unlearned-mirror"] };

    [Fact]
    public void Learning_rates_lowers_the_loss_against_the_best_single_rate()
    {
        LearnedRule<double> rule = RivalRuns.Learn(Axes with { Controls = [] })[0];

        Assert.Equal(("meta-sgd", OptimizerRole.Rival), (rule.Name, rule.Role));
        Assert.Equal("learned on the source tasks", rule.ToContender().Tuning.Method);
        Assert.Empty(rule.Notes);

        // The outer steps, the first of which is the start's, and the check of what came of them.
        Assert.Equal(12 + 1, rule.History.Length);
        Assert.True(rule.History[^1].Value < 0.9 * rule.History[0].Value, $"{rule.History[^1].Value} with learned rates, {rule.History[0].Value} with one");
        Assert.True(rule.History[^1].Anisotropy > 0.1);
        Assert.IsType<DiagonalQuadratic<double>>(rule.Rule.Mirror(rule.Layout)!.Divergence);
    }

    [Fact]
    public void Matrices_of_each_mode_lower_the_loss_against_the_best_single_rate()
    {
        LearnedRule<double> rule = RivalRuns.Learn(Axes with { Controls = [], Learn = Rates with { Optimizer = "meta-curvature", OuterLearningRate = 0.05 } })[0];
        Assert.Equal(("meta-curvature", OptimizerRole.Rival), (rule.Name, rule.Role));
        Assert.Empty(rule.Notes);
        Assert.IsType<MetaCurvature<double>>(rule.Rule);
        Assert.True(rule.History[^1].Value < rule.History[0].Value, $"{rule.History[^1].Value} with learned matrices, {rule.History[0].Value} with one rate");
    }

    /// <summary>The loss one step on falls on fresh batches; that of the run with it.</summary>
    [Fact]
    public void Warps_behind_each_layer_lower_the_loss_against_the_best_single_rate()
    {
        Plan digits = PlanFile.Read("rotated-digits") with
        {
            Training = new TrainingPlan(25, 64),
            Learn = new UnrolledLearning("warp-grad", OuterSteps: 20, LearningRates: [0.1, 0.3], Schedules: [ScheduleName.Constant]),
            Controls = [],
            Also = [],
        };
        LearnedRule<double> rule = RivalRuns.Learn(digits)[0];
        Assert.Equal(("warp-grad", OptimizerRole.Rival), (rule.Name, rule.Role));
        Assert.Empty(rule.Notes);
        Assert.Equal(0, rule.Cost.HessianVectorProducts);
        Assert.IsType<WarpGrad<double>>(rule.Rule);
        Assert.True(rule.History[^1].Value < 0.95 * rule.History[0].Value, $"{rule.History[^1].Value} with learned warps, {rule.History[0].Value} with one rate");
    }

    [Fact]
    public void Warps_know_one_objective()
    {
        var errors = new List<PlanError>();
        LearningChecks.Add(Axes with { Learn = new UnrolledLearning("warp-grad", MetaObjective: MetaObjectiveName.FinalLoss), Controls = [] }, errors);
        Assert.Contains("expected trajectory-loss: warp-grad is learned from every point", Assert.Single(errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_budget_of_inner_gradients_counts_candidates_and_checks()
    {
        int pass = (8 - 1) * 30;
        var phases = new List<string>();
        LearnedRule<double> rule = RivalRuns.Learn(Axes with { Learn = Rates with { InnerGradients = (8 * pass) - 1 } }, phases)[0];

        // 3 candidates, 2 checks, and what is left.
        Assert.Equal(["rate", "rate", "rate", "check", "refinement", "refinement", "check"], phases);
        Assert.Equal(2, rule.Cost.OuterSteps);
        ArgumentException error = Assert.Throws<ArgumentException>(() => RivalRuns.Learn(Axes with { Learn = Rates with { InnerGradients = pass } }));
        Assert.Contains($"cannot be learned with {pass} inner gradients: 3 candidates, 2 checks and one outer step take {6 * pass}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_diverges_says_so()
    {
        LearnedRule<double> rule = RivalRuns.Learn(Axes with { Learn = Rates with { OuterLearningRate = 50 } })[0];
        Assert.StartsWith("The refinement by hypergradient was dropped: ", Assert.Single(rule.Notes), StringComparison.Ordinal);

        var error = Assert.Throws<MetaLearningDivergedException>(() => RivalRuns.Learn(Axes with { Learn = Rates with { LearningRates = [1e6, 1e7] } }));
        Assert.Contains("Every candidate rate of meta-sgd (1000000, 10000000) diverged", error.Message, StringComparison.Ordinal);
    }

    /// <summary>It must not cost the others: hours of a suite.</summary>
    [Fact]
    public void A_rival_without_any_rate_that_holds_is_left_out_and_the_rule_beside_it_says_so()
    {
        LearnedRule<double> rule = Assert.Single(RivalRuns.Learn(Axes with { Learn = new MetaMdLearning("metamd-diagonal", 2), Also = [Rates with { LearningRates = [1e6] }], Controls = [] }));
        Assert.Equal("metamd-diagonal", rule.Name);
        Assert.StartsWith("meta-sgd, learned beside it, is left out, as there is nothing to deploy: Every candidate rate of meta-sgd (1000000) diverged", Assert.Single(rule.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rival_beside_a_learned_rule_keeps_its_place_before_controls()
    {
        IReadOnlyList<LearnedRule<double>> rules = RivalRuns.Learn(Axes with { Learn = new MetaMdLearning("metamd-diagonal", 2), Also = [Rates with { OuterSteps = 1 }] });
        Assert.Equal([OptimizerRole.Learned, OptimizerRole.Rival, OptimizerRole.Control], rules.Select(r => r.Role));
    }

    [Fact]
    public void Statistics_are_refused_by_name()
    {
        var statistics = new BoundStatistics(RivalRuns.Family(Axes).Layout);
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => RuleLearners.Create(Axes, RivalRuns.Family(Axes), new LearningSettings(1), TimeProvider.System, statistics: statistics));
        Assert.Contains("learns meta-sgd otherwise", error.Message, StringComparison.Ordinal);
    }
}
