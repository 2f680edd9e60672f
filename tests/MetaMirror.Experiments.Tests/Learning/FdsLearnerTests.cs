using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Learning;

/// <summary>FDS in plans.</summary>
public sealed class FdsLearnerTests
{
    private static readonly FdsLearning Schedules = new("fds", OuterSteps: 12, LearningRateValues: 3);

    private static readonly Plan Quadratics = RivalRuns.Axes(Schedules);

    [Fact]
    public void Schedules_learned_from_0_are_better_than_the_best_single_rate()
    {
        var phases = new List<string>();
        LearnedRule<double> rule = RivalRuns.Learn(Quadratics, phases)[0];
        Assert.Equal(("fds", OptimizerRole.Rival), (rule.Name, rule.Role));
        Assert.Empty(rule.Notes);
        Assert.Equal(rule.History.Length - 1, rule.Cost.OuterSteps);
        Assert.Equal(["rate", "check", .. Enumerable.Repeat("schedules", rule.History.Length - 1), "check"], phases);

        // Learning rates, momentum, weight decay: no decay helps a quadratic around its minimum.
        Chain<double> chain = Assert.IsType<Chain<double>>(rule.Rule);
        Assert.IsType<ClipByValue<double>>(chain.Members[0]);
        Assert.IsType<ScheduledSgd<double>>(chain.Members[1]);
        Assert.Equal(5, rule.Natural.Length);
        Assert.All(rule.Natural[..3], rate => Assert.True(rate > 0));
        Assert.InRange(rule.Natural[3], 0, 0.99);

        // As many columns as values, in every step of every run.
        Assert.True(rule.Cost.HessianVectorProducts >= 5 * 30 * 7 * (rule.History.Length - 1) / 2);
        LearnedRule<double> rates = RivalRuns.Learn(Quadratics with { Learn = new UnrolledLearning("meta-sgd", OuterSteps: 1, Schedules: [ScheduleName.Constant], LearningRates: [0.02, 0.05, 0.1, 0.2]) })[0];
        Assert.True(rule.History[^1].Value < rates.History[0].Value, $"{rule.History[^1].Value} with schedules, {rates.History[0].Value} with the best single rate");
    }

    [Fact]
    public void A_rival_beside_a_learned_rule_keeps_its_place_and_its_budget()
    {
        int pass = (8 - 1) * 30;
        IReadOnlyList<LearnedRule<double>> rules = RivalRuns.Learn(Quadratics with { Learn = new MetaMdLearning("metamd-diagonal", 2), Also = [Schedules with { InnerGradients = (6 * pass) - 1 }] });
        Assert.Equal(["metamd-diagonal", "fds"], rules.Select(r => r.Name));

        // One candidate, two checks, and what is left.
        Assert.Equal(2, rules[1].Cost.OuterSteps);
        ArgumentException error = Assert.Throws<ArgumentException>(() => RivalRuns.Learn(Quadratics with { Learn = Schedules with { InnerGradients = pass } }));
        Assert.Contains($"fds cannot be learned with {pass} inner gradients: 1 candidates, 2 checks and one outer step take {4 * pass}", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Where already the start diverges on every task there is nothing to go back to.</summary>
    [Fact]
    public void What_is_not_better_is_dropped_with_a_reason()
    {
        LearnedRule<double> rule = RivalRuns.Learn(Quadratics with { Learn = Schedules with { OuterSteps = 1 } })[0];
        Assert.StartsWith("What fds learned was dropped: on new initial weights and batches", Assert.Single(rule.Notes), StringComparison.Ordinal);
        Assert.All(rule.Natural, x => Assert.Equal(0, x));
        var error = Assert.Throws<MetaLearningDivergedException>(() => RivalRuns.Learn(Quadratics with { Learn = Schedules with { LearningRates = [1e300] } }));
        Assert.Contains("Every candidate rate of fds (1E+300) diverged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_values_than_steps_are_refused() =>
        Assert.Contains(
            "$.learn.momentumValues: expected at most 30, the steps of an inner run: a value is that of one step or more, found 31",
            Assert.Throws<PlanException>(() => PlanJson.Read(PlanJson.ToText(Quadratics with { Learn = Schedules with { MomentumValues = 31 } }), "p.json")).Message, StringComparison.Ordinal);
}
