using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Neural;

namespace MetaMirror.Experiments.Tests.Learning;

/// <summary>Learned optimizers that are small networks on each coordinate.</summary>
public sealed class NeuralLearnerTests
{
    private static readonly NeuralLearning Lstm = new("lstm-rule", OuterSteps: 60, LearningRates: [0.1, 0.3, 1000], Schedules: [ScheduleName.Constant], Units: 8, Window: 15);

    private static readonly Plan Axes = RivalRuns.Axes(new UnrolledLearning("meta-sgd", OuterSteps: 1, LearningRates: [0.05], Schedules: [ScheduleName.Constant]));

    [Theory]
    [InlineData("lstm-rule", false)]
    [InlineData("lstm-rule", true)]
    [InlineData("mlp-rule", false)]
    [InlineData("mlp-rule", true)]
    public void Networks_beside_a_rule_lower_the_loss_against_their_start(string name, bool secondOrder)
    {
        LearnedRule<double> rule = RivalRuns.Learn(Axes with { Also = [Lstm with { Optimizer = name, SecondOrder = secondOrder }] })[1];
        Assert.Equal((name, OptimizerRole.Rival), (rule.Name, rule.Role));
        Assert.Empty(rule.Notes);

        // The outer steps, the first of which is the start's, and the check of what came of them.
        Assert.Equal(60 + 1, rule.History.Length);
        double before = rule.History[0].Value, after = rule.History[^1].Value;
        Assert.True(after < 0.9 * before, $"{after} with learned weights, {before} at the start");
        Assert.Equal(8, name == "lstm-rule" ? Assert.IsType<LstmRule<double>>(rule.Rule).Options.Units : Assert.IsType<MlpRule<double>>(rule.Rule).Options.Units);
    }

    [Fact]
    public void The_cost_counts_gradients_and_products()
    {
        // 7 tasks, 30 steps; 3 candidates, 2 checks and 1 outer step, whose products stop where a window starts.
        LearnedRule<double> first = RivalRuns.Learn(Axes with { Learn = Lstm with { OuterSteps = 1 } })[0], second = RivalRuns.Learn(Axes with { Learn = Lstm with { OuterSteps = 1, SecondOrder = true } })[0];
        Assert.Equal(0, first.Cost.HessianVectorProducts);
        Assert.Equal(7 * 30, second.Cost.HessianVectorProducts);

        // Reverse mode starts from the gradient at the last iterate too.
        Assert.Equal(7 * ((30 * (3 + 2 + 1)) + 1), first.Cost.Gradients);
        Assert.True(second.Cost.Gradients >= first.Cost.Gradients);
    }

    [Theory]
    [InlineData("lstm-rule")]
    [InlineData("mlp-rule")]
    public void What_diverges_says_so(string name)
    {
        LearnedRule<double> rule = RivalRuns.Learn(Axes with { Learn = Lstm with { Optimizer = name, OuterSteps = 5, OuterLearningRate = 1e6 } })[0];
        Assert.StartsWith("The refinement by hypergradient was dropped: ", Assert.Single(rule.Notes), StringComparison.Ordinal);

        var error = Assert.Throws<MetaLearningDivergedException>(() => RivalRuns.Learn(Axes with { Learn = Lstm with { Optimizer = name, LearningRates = [1e160, 1e170] } }));
        Assert.Contains($"Every candidate rate of {name} (1E+160, 1E+170) diverged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_are_refused_by_name()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => RuleLearners.Create(
            Axes with { Learn = Lstm }, RivalRuns.Family(Axes), new LearningSettings(1), TimeProvider.System, statistics: new BoundStatistics(RivalRuns.Family(Axes).Layout)));
        Assert.Contains("learns lstm-rule otherwise", error.Message, StringComparison.Ordinal);
    }
}
