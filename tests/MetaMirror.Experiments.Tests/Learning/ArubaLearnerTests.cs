using MetaMirror.Divergences;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Learning;

/// <summary>ARUBA and ARUBA++ in plans.</summary>
public sealed class ArubaLearnerTests
{
    private static readonly ArubaLearning Rates = new("aruba", LearningRates: [0.02, 0.05], Schedules: [ScheduleName.Constant], OuterSteps: 6);

    private static readonly Plan Axes = RivalRuns.Axes(Rates);

    [Fact]
    public void Learned_rates_are_better_than_the_best_single_rate_on_new_starts()
    {
        LearnedRule<double> rule = Learn(Axes);

        Assert.Equal(("aruba", OptimizerRole.Rival), (rule.Name, rule.Role));
        Assert.Empty(rule.Notes);

        // Six passes for each zeta, and the check; an empty list of notes says that it was better than the start's.
        Assert.Equal((3 * 6) + 1, rule.History.Length);
        Assert.IsType<DiagonalQuadratic<double>>(rule.Rule.Mirror(rule.Layout)!.Divergence);
        Assert.True(rule.Natural[..^1].Max() > 1.5 * rule.Natural[..^1].Min());
    }

    [Fact]
    public void Plus_deploys_the_sums_with_the_best_coefficient_behind_the_schedule()
    {
        var learning = new ArubaLearning("aruba-plus", LearningRates: [0.02, 0.05], Schedules: [ScheduleName.Linear], OuterSteps: 6, Zetas: [0.1], Coefficients: [0, 0.01]);
        LearnedRule<double> rule = Learn(Axes with { Learn = learning });

        Assert.Empty(rule.Notes);
        ArubaPlus<double> plus = Assert.IsType<ArubaPlus<double>>(Assert.IsType<Chain<double>>(rule.Rule).Members[^1]);
        Assert.Equal(0.1, plus.Options.Zeta);

        // The schedule's end, b, g, coefficient.
        Assert.Equal((2 * rule.Layout.Length) + 2, rule.Natural.Length);
        Assert.Equal(0.05, rule.Natural[0]);
        Assert.Equal(plus.Options.Coefficient, rule.Natural[^1]);
        Assert.All(rule.Natural[1..^1], x => Assert.True(x > 0));
    }

    [Fact]
    public void The_budget_counts_every_pass()
    {
        int pass = (8 - 1) * 30;

        // 2 candidates, 3 choices, 2 checks, and 2 outer steps of 3 passes.
        Assert.Equal(2, Learn(Axes with { Learn = Rates with { InnerGradients = (2 + 3 + 2 + 8) * pass } }).Cost.OuterSteps);
        ArgumentException error = Assert.Throws<ArgumentException>(() => Learn(Axes with { Learn = Rates with { InnerGradients = 9 * pass } }));
        Assert.Contains($"5 candidates, 2 checks and one outer step take {10 * pass}", error.Message, StringComparison.Ordinal);
    }

    /// <summary>So large a zeta that the sums of the tasks are lost in rounding: the rates stay, and equal is not better.</summary>
    [Fact]
    public void What_is_not_better_is_dropped_with_a_reason()
    {
        LearnedRule<double> rule = Learn(Axes with { Learn = Rates with { OuterSteps = 1, Zetas = [1e12], LearningRates = [0.05] } });
        Assert.StartsWith("What aruba learned was dropped: on new initial weights and batches", Assert.Single(rule.Notes), StringComparison.Ordinal);
        Assert.All(rule.Natural[..^1], p => Assert.Equal(1 / 0.05, p));
    }

    [Fact]
    public void Settings_of_the_other_variant_are_refused()
    {
        Assert.Contains("$.learn.coefficients: expected none, or the optimizer 'aruba-plus'", Mistakes(Rates with { Coefficients = [1] }), StringComparison.Ordinal);
        Assert.Contains("$.learn.isotropic: expected false", Mistakes(new ArubaLearning("aruba-plus", Isotropic: true)), StringComparison.Ordinal);
    }

    private static string Mistakes(ArubaLearning learning) =>
        Assert.Throws<PlanException>(() => PlanJson.Read(PlanJson.ToText(Axes with { Learn = learning }), "p.json")).Message;

    private static LearnedRule<double> Learn(Plan plan) => Assert.Single(RivalRuns.Learn(plan));
}
