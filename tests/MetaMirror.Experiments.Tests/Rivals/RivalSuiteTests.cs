using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Protocols;
using MetaMirror.Experiments.Rivals;
using MetaMirror.Experiments.Tests.Learning;
using MetaMirror.UpdateRules;

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

    /// <summary>7 tasks of 30 steps; what ours took is no multiple of a pass, or of the passes of an outer step.</summary>
    [Theory]
    [InlineData("meta-sgd", 1)]
    [InlineData("aruba", 3)]
    [InlineData("aruba-plus", 1)]
    public void Learned_rivals_take_at_least_as_many_inner_gradients_as_ours_took(string name, int passesPerOuterStep)
    {
        const int Pass = 7 * 30;
        LearningPlan Rival(int outerSteps) => name == "meta-sgd"
            ? new UnrolledLearning(name, OuterSteps: outerSteps, LearningRates: [.05], Schedules: [ScheduleName.Constant])
            : new ArubaLearning(name, OuterSteps: outerSteps, LearningRates: [.05], Schedules: [ScheduleName.Constant], Zetas: name == "aruba" ? [.1, .2, .4] : [.1], Coefficients: name == "aruba" ? [0] : [.1]);
        for (int ours = 9; ours < 12; ours++)
        {
            Plan plan = RivalRuns.Axes(new MetaMdLearning("metamd-diagonal", InnerSteps: 20, OuterSteps: ours)) with { MatchInnerGradients = true, Also = [Rival(1)] };
            IReadOnlyList<LearnedRule<double>> rules = RivalRuns.Learn(plan);

            // No more than an outer step above; meta-sgd's runs take one gradient more at their last iterates, there and back.
            Assert.InRange(rules[1].Cost.Gradients, rules[0].Cost.Gradients, rules[0].Cost.Gradients + (passesPerOuterStep * Pass) + (2 * 7 * rules[1].Cost.OuterSteps));
            Assert.Equal(1, RivalRuns.Learn(plan with { MatchInnerGradients = false })[1].Cost.OuterSteps);
            Assert.Equal(20, RivalRuns.Learn(plan with { Also = [Rival(20)] })[1].Cost.OuterSteps);
        }
    }

    /// <summary>Which plan has which learned rivals, learned for what, and beside which schedules.</summary>
    [Fact]
    public void Rivals_are_learned_for_the_target_of_the_plan_and_tuned_with_schedules_that_fall()
    {
        Dictionary<string, Plan> plans = RivalSuite.Plans(ProtocolScale.Quick, []).ToDictionary(p => p.Name, StringComparer.Ordinal);
        Assert.Equal(Catalogue.LearnedRivals, Learned(plans["rotated-digits"]));
        Assert.All((string[])["rotated-mnist", "rotated-fashion", "lenet-families"], name => Assert.Equal(["meta-sgd", "warp-grad", "aruba-plus", "fds"], Learned(plans[name])));
        Assert.All((string[])["digit-pairs", "sensors", "rotated-quadratic"], name => Assert.Equal(["meta-sgd", "aruba-plus", "fds"], Learned(plans[name])));
        Assert.All(plans.Values, plan => Assert.Contains(ScheduleName.Linear, plan.Tuning.Schedules));
        Assert.Equal(
            ["digit-pairs", "rotated-digits", "rotated-quadratic", "sensors"],
            plans.Values.Where(p => p.Baselines.Contains("hypergradient-descent-elementwise", StringComparer.Ordinal)).Select(p => p.Name).Order(StringComparer.Ordinal));

        // Its target is a small gradient, which ours is learned for over 150 steps.
        Assert.Equal([ScheduleName.Constant], PlanFile.Read("digit-pairs").Tuning.Schedules);
        Assert.Equal(new TuningPlan().Schedules, plans["digit-pairs"].Tuning.Schedules);
        Assert.All(plans["digit-pairs"].Also.OfType<IRivalLearning>(), rival => Assert.Equal((150, MetaObjectiveName.FinalGradientNorm), (rival.InnerSteps, rival.MetaObjective)));
        Assert.All(plans["rotated-mnist"].Also.OfType<IRivalLearning>(), rival => Assert.Equal((null, MetaObjectiveName.TrajectoryLoss), (rival.InnerSteps, rival.MetaObjective)));

        static IEnumerable<string> Learned(Plan plan) => plan.Also.OfType<IRivalLearning>().Select(l => l.Optimizer);
    }

    [Fact]
    public void A_plan_gets_the_rivals_that_are_named_tuned_or_learned()
    {
        Plan digits = PlanFile.Read("rotated-digits"), pairs = PlanFile.Read("digit-pairs");
        string[] all = [.. Catalogue.Rivals, .. Catalogue.LearnedRivals];
        Assert.Same(digits, RivalSuite.With(digits, []));
        Plan two = RivalSuite.With(digits, ["soap", "lstm-rule"]);
        Assert.Equal([.. digits.Baselines, "soap"], two.Baselines);
        Assert.Equal("lstm-rule", Assert.Single(two.Also).Optimizer);
        Assert.True(two.MatchInnerGradients);
        Assert.Equal(["meta-sgd", "aruba-plus", "fds"], RivalSuite.With(pairs, all).Also.OfType<IRivalLearning>().Select(l => l.Optimizer));
        Assert.Subset(RivalSuite.With(pairs, all).Baselines.ToHashSet(StringComparer.Ordinal), Catalogue.Rivals.ToHashSet(StringComparer.Ordinal));
        Assert.Contains(ScheduleName.Linear, RivalSuite.With(pairs, ["lion"]).Tuning.Schedules);

        // Classic optimizers are tuned otherwise only beside hand-designed ones.
        Assert.Equal([ScheduleName.Constant], RivalSuite.With(pairs, ["meta-sgd"]).Tuning.Schedules);

        // What the plan has of its own stays, with as many gradients as ours at least, like any other.
        Plan own = RivalSuite.With(digits with { Also = [new FdsLearning("fds", OuterSteps: 3)] }, ["fds", "lion"]);
        Assert.Equal((3, true), (Assert.IsType<FdsLearning>(Assert.Single(own.Also)).OuterSteps, own.MatchInnerGradients));

        // All learned ones by name are what was asked for, and go with any target.
        Assert.Equal(Catalogue.LearnedRivals, RivalSuite.With(pairs, Catalogue.LearnedRivals).Also.OfType<IRivalLearning>().Select(l => l.Optimizer));
        Assert.Equal(MetaObjectiveName.TrajectoryLoss, RivalSuite.With(pairs, ["warp-grad"]).Also.OfType<UnrolledLearning>().Single().MetaObjective);
        Assert.Equal((150, MetaObjectiveName.FinalGradientNorm), RivalSuite.With(pairs, ["lstm-rule"]).Also.OfType<NeuralLearning>().Select(l => (l.InnerSteps, l.MetaObjective)).Single());
        Assert.Contains("$.also[0]", Assert.Throws<PlanException>(() => RivalSuite.With(digits with { Training = new TrainingPlan(3) }, ["fds"])).Message, StringComparison.Ordinal);

        Plan nothing = digits with { Learn = null, Controls = [] };
        Assert.Empty(RivalSuite.With(nothing, all).Also);
        Assert.Contains("'rotated-digits' learns nothing", Assert.Throws<ArgumentException>(() => RivalSuite.With(nothing, ["meta-sgd"])).Message, StringComparison.Ordinal);
    }

    /// <summary>The best is neither the first nor the last; steps of 4 diverge where the curvature is above 0.5.</summary>
    [Fact]
    public void Learned_rivals_start_at_the_best_candidate()
    {
        double[] rates = [.002, .05, 4];
        ScheduleName[] schedules = [ScheduleName.Linear, ScheduleName.Constant];
        var told = new List<LearningProgress>();
        Plan plan = RivalRuns.Axes(new UnrolledLearning("meta-sgd", OuterSteps: 1, LearningRates: [.. rates], Schedules: [.. schedules]));
        LearnedRule<double> learned = RuleLearners.LearnAll(plan, RivalRuns.Family(plan), new LearningSettings(1), TimeProvider.System, new Told(told.Add), TestContext.Current.CancellationToken)[0];
        double[] values = [.. told.Where(p => p.Phase == "rate").Select(p => double.IsFinite(p.Value) ? p.Value : double.PositiveInfinity)];
        Assert.Equal(6, values.Length);
        int best = Array.IndexOf(values, values.Min());
        Assert.InRange(best, 1, 4);
        double rate = rates[best % 3];
        Assert.Equal(schedules[best / 3] == ScheduleName.Linear, learned.Rule is Chain<double>);

        // One outer step of Adam moves logarithms of rates by at most its own step, .05.
        double[] deployed = [.. learned.Natural.Where(v => Math.Abs(Math.Log(v * rate)) < 1)];
        Assert.Equal(learned.Layout.Length, deployed.Length);
        Assert.All(deployed, v => Assert.InRange(v * rate, Math.Exp(-.05) - 1e-9, Math.Exp(.05) + 1e-9));
    }
}
