using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Protocols;
using MetaMirror.Experiments.Rivals;
using MetaMirror.Experiments.Tests.Learning;

namespace MetaMirror.Experiments.Tests.Rivals;

public sealed class RivalSuiteTests
{
    [Theory]
    [InlineData(ProtocolScale.Smoke, 2)]
    [InlineData(ProtocolScale.Quick, 7)]
    [InlineData(ProtocolScale.Paper, 7)]
    public void Every_plan_is_valid_and_has_hand_designed_and_learned_rivals(ProtocolScale scale, int count)
    {
        IReadOnlyList<Plan> plans = RivalSuite.Plans(scale, []);
        Assert.Equal(count, plans.Select(p => p.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(plans, plan =>
        {
            string text = PlanJson.ToText(plan);
            Assert.Equal(text, PlanJson.ToText(PlanJson.Read(text, plan.Name)));
            Assert.Subset(plan.Baselines.ToHashSet(StringComparer.Ordinal), RivalSuite.HandDesigned.ToHashSet(StringComparer.Ordinal));
            Assert.True(plan.MatchInnerGradients);
            Assert.Equal(2, plan.Tuning.ScoutingSeeds);
            Assert.True(plan.Also.Count(l => l is IRivalLearning) >= 3);
        });
        Assert.All(RivalSuite.HandDesigned, name => Assert.Contains(name, Catalogue.Rivals));
        Assert.All(scale == ProtocolScale.Paper ? plans : [], plan => Assert.True(plan.Seeds >= 10));
    }

    [Fact]
    public void Rivals_that_are_named_take_the_place_of_the_usual_ones()
    {
        Plan plan = RivalSuite.Plans(ProtocolScale.Quick, ["lion"])[0];
        Assert.Contains("lion", plan.Baselines);
        Assert.DoesNotContain("soap", plan.Baselines);
    }

    /// <summary>The penalty is a meta-parameter of the objective, not of the rule.</summary>
    [Fact]
    public void Every_learned_rival_is_learned_on_objectives_with_a_penalty()
    {
        Plan pairs = PlanFile.Read("digit-pairs");
        foreach (LearningPlan rival in RivalSuite.Plans(ProtocolScale.Smoke, [])[0].Also)
        {
            Plan plan = pairs with { Family = new DigitPairsPlan(TrainExamples: 100), Training = new TrainingPlan(12), Learn = rival, Also = [], Controls = [] };
            LearnedRule<double> rule = RivalRuns.Learn(plan)[0];
            Assert.Equal(rule.Rule.MetaSpecs(rule.Layout).Sum(s => s.Length), rule.Natural.Length);
        }
    }

    /// <summary>7 tasks of 30 steps; the gradient at the last iterate of a run is taken beside them, on the way there and back.</summary>
    [Fact]
    public void Learned_rivals_take_at_least_as_many_inner_gradients_as_ours_took()
    {
        const int Pass = 7 * 30;
        Plan plan = RivalRuns.Axes(new MetaMdLearning("metamd-diagonal", OuterSteps: 9)) with { MatchInnerGradients = true, Also = [new UnrolledLearning("meta-sgd", OuterSteps: 2, LearningRates: [.05], Schedules: [ScheduleName.Constant])] };
        IReadOnlyList<LearnedRule<double>> rules = RivalRuns.Learn(plan);
        long passes = rules[0].Cost.Gradients / Pass, outer = rules[1].Cost.OuterSteps;

        // One candidate and two checks.
        Assert.Equal(passes - 3, outer);
        Assert.InRange(rules[1].Cost.Gradients, passes * Pass, (passes * Pass) + (2 * 7 * outer));
        Assert.Equal(2, RivalRuns.Learn(plan with { MatchInnerGradients = false })[1].Cost.OuterSteps);
        Assert.Equal(20, RivalRuns.Learn(plan with { Also = [((UnrolledLearning)plan.Also[0]) with { OuterSteps = 20 }] })[1].Cost.OuterSteps);
    }
}
