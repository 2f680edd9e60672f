using System.Xml.Linq;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Rivals;

namespace MetaMirror.Experiments.Tests.Rivals;

/// <summary>How learned optimizers and rivals stand, on rows whose figures are known.</summary>
public sealed class RivalStandingsTests
{
    private const string Own = "metamirror-tracked", Mirror = "metamd-diagonal";

    private static readonly RivalResult Two = RivalStandings.Of(
        [
            (PlanFile.Read("rotated-digits"), Result(
                Row(Own, OptimizerRole.Learned, "a", 80, 1, .10, .95, .01, 0),
                Row("adam", OptimizerRole.Baseline, "a", 200, .5, .20, .94, .01, 18),
                Row("soap", OptimizerRole.Rival, "a", 100, 4, .09, .955, .002, 18),
                Row("meta-sgd", OptimizerRole.Rival, "a", 400, .5, .30, .90, .01, 0),
                Row("unlearned-tracked", OptimizerRole.Control, "a", 10, 1, .01, .99, .001, 0),
                Row(Own, OptimizerRole.Learned, "b", 90, .8, .12, .95, .001, 0),
                Row("adam", OptimizerRole.Baseline, "b", 160, .5, .10, .96, .001, 36),
                Row("soap", OptimizerRole.Rival, "b", null, 4, null, .90, .01, 18) with { Diverged = 2 },
                Row("meta-sgd", OptimizerRole.Rival, "b", 400, .5, .30, .90, .01, 0)) with
            {
                LearningCosts = [Cost(Own, 100), Cost("meta-sgd", 99)],
                Notes = ["meta-sgd: What it learned was dropped."],
            }),
            (PlanFile.Read("sensors") with { Training = new TrainingPlan(400) }, Result(
                Row(Mirror, OptimizerRole.Learned, "s", null, .01, .5, null, null, 0),
                Row("adam", OptimizerRole.Baseline, "s", 50, .01, .25, null, null, 18),
                Row("soap", OptimizerRole.Rival, "s", 25, .1, .25, null, null, 18))),
        ],
        "quick",
        7);

    [Fact]
    public void Each_figure_is_compared_with_the_best_of_the_others_for_it_and_controls_do_not_compete()
    {
        RivalDuel a = Two.Duels[0], b = Two.Duels[1], s = Two.Duels[2];
        Assert.Equal([("rotated-digits", "a", Own), ("rotated-digits", "b", Own), ("sensors", "s", Mirror)], Two.Duels.Select(d => (d.Family, d.Task, d.Champion)));
        Assert.Equal(new FigureDuel(80, "soap", 100), a.Steps);
        Assert.Equal(new FigureDuel(.08, "adam", .1), a.Seconds);
        Assert.Equal(new FigureDuel(.10, "soap", .09), a.FinalLoss);
        Assert.Equal(new FigureDuel(.95, "soap", .955), a.Accuracy);
        Assert.Equal((.8, true), (a.Steps.Ratio, a.IsAccuracyBest));
        Assert.Equal(("adam", 90.0 / 160, false), (b.Steps.Best, b.Steps.Ratio, b.IsAccuracyBest));
        Assert.Equal((null, "soap", double.PositiveInfinity), (s.Steps.Own, s.Steps.Best, s.Steps.Ratio));
        Assert.Equal(("adam", null), (s.Seconds.Best, s.IsAccuracyBest));
        Assert.Equal((null, null), (s.Accuracy.Best, s.Accuracy.Ratio));
        Assert.Equal((0, null, 1), (new FigureDuel(3, null, null).Ratio, new FigureDuel(null, null, null).Ratio, new FigureDuel(0, "a", 0).Ratio));
    }

    [Fact]
    public void Summaries_count_tasks_and_take_medians()
    {
        Assert.Equal(["networks", "convex models"], Two.Summaries.Select(s => s.Name));
        RivalSummary networks = Two.Summaries[0], convex = Two.Summaries[1];
        Assert.Equal(((80.0 / 100) + (90.0 / 160)) / 2, networks.Steps!.Value, 1e-15);

        // .08 / .1 and .072 / .08: less, but by no factor of 1.3.
        Assert.Equal((.8 + .9) / 2, networks.Seconds!.Value, 1e-15);
        Assert.Equal((2, 2, 2, 0, 0, 1, 2), (networks.Tasks, networks.FewestSteps, networks.LeastTime, networks.ClearlyLeastTime, networks.FinalWithin, networks.BestAccuracy, networks.WithAccuracy));
        Assert.Equal((1, null, null, 0, 0, 0), (convex.Tasks, convex.Steps, convex.Seconds, convex.FewestSteps, convex.LeastTime, convex.WithAccuracy));
    }

    /// <summary>Final losses of 1e-30 and 1e-20 below a target of 0.1 are both zero but for rounding.</summary>
    [Fact]
    public void Losses_far_below_the_target_are_level()
    {
        RivalResult solved = RivalStandings.Of(
            [(PlanFile.Read("sensors"), Result(Row(Mirror, OptimizerRole.Learned, "s", 2, .01, 1e-20, null, null, 0) with { Target = .1 }, Row("adam", OptimizerRole.Baseline, "s", 9, .01, 1e-30, null, null, 18) with { Target = .1 }))], "quick", 1);
        Assert.Equal((1, 1), (solved.Duels[0].FinalLoss.Ratio, solved.Summaries[0].FinalWithin));
        Assert.All(solved.Families[0].Standings, s => Assert.Equal(1, s.FinalLoss));
    }

    [Fact]
    public void Standings_are_geometric_means_over_the_best_of_each_task()
    {
        RivalFamily digits = Two.Families[0];
        RivalStanding own = digits.Standings.Single(s => s.Optimizer == Own), adam = digits.Standings.Single(s => s.Optimizer == "adam"), soap = digits.Standings.Single(s => s.Optimizer == "soap");
        Assert.Equal(1, own.Steps!.Value, 1e-15);
        Assert.Equal(1, own.Seconds!.Value, 1e-15);
        Assert.Equal(Math.Sqrt(200.0 / 80 * (160.0 / 90)), adam.Steps!.Value, 1e-14);
        Assert.Equal((2, 3 * 27.0, null), (adam.Reached, adam.TuningRuns, adam.LearningRuns));
        Assert.Equal((null, null, 1, 2), (soap.Steps, soap.FinalLoss, soap.Reached, soap.Diverged));
        Assert.Equal((100, 99), (own.LearningRuns, digits.Standings.Single(s => s.Optimizer == "meta-sgd").LearningRuns));
        Assert.Equal(["unlearned-tracked"], digits.Standings.Where(s => s.Role == OptimizerRole.Control).Select(s => s.Optimizer));
    }

    [Fact]
    public void Profiles_have_the_optimizers_of_all_tasks_and_the_learned_ones_under_one_name()
    {
        Assert.Equal(["rotated-digits"], Two.Profiled);
        Assert.Equal([RivalStandings.LearnedHere, "adam", "soap", "meta-sgd"], Two.StepsScores.Select(s => s.Optimizer));
        Assert.Equal((2, 1), (Two.StepsScores[2].Tasks, Two.StepsScores[2].Reached));

        // Ratios of steps 1 and 1; 2.5 and 160 / 90; 1.25 and never; each counts (4 - r) / 3.
        Assert.Equal(1, Two.StepsScores[0].Score, 1e-15);
        Assert.Equal((1.5 + (4 - (160.0 / 90))) / 6, Two.StepsScores[1].Score, 1e-15);
        Assert.Equal(2.75 / 6, Two.StepsScores[2].Score, 1e-15);

        // One that was not run on all tasks is not drawn; the best times are those of all.
        ComparisonRow alone = Row("lstm-rule", OptimizerRole.Rival, "rotated-digits: a", 40, 1, .1, null, null, 0);
        ComparisonResult all = RivalStandings.Together(Two with { Comparison = [.. Two.Comparison, alone] }, Two.Profiled);
        Assert.DoesNotContain("lstm-rule", ProfileSection.Scores(all)!.Select(s => s.Optimizer));
        Assert.Equal((2.0 + 3) / 6, ProfileSection.Scores(all)!.Single(s => s.Optimizer == RivalStandings.LearnedHere).Score, 1e-15);
    }

    [Fact]
    public void Advice_says_where_it_pays_where_not_and_what_to_take_instead()
    {
        string[] said = [RivalAdvice.Verdict(Two), .. RivalAdvice.Paragraphs(Two)];
        Assert.Equal(
            [
                "Against the best of all others on each held-out task (classic and hand-designed ones tuned on it, learned ones on the tasks that ours learned on): on networks the learned optimizer, not tuned, needs 0.68× the steps and 0.85× the time in the median; it has the least time of all on 2 of 2 held-out tasks, by a factor of 1.3 or more on 0; its final loss is level with the best or lower on 0 of 2, its accuracy the best or within a standard error on 1 of 2. On convex models the learned optimizer, not tuned, reached the target on 0 of 1 tasks, the others on 1; it has the least time of all on 0 of 1 held-out tasks, by a factor of 1.3 or more on 0; its final loss is level with the best or lower on 0 of 1.",
                "Where that is level in time (within a factor of 1.3) with the best of the others at its best tuning, which it saves:",
                "On rotated-digits, metamirror-tracked needs 0.68× the steps and 0.85× the time of the best of all others in the median, and has the least time on 2 of 2 tasks, by a factor of 1.3 or more on 0; its final loss is level with the best or lower on 0 of 2, its accuracy the best or within a standard error on 1 of 2. unlearned-tracked, its control, reached the target on 1. Tuning those that are not learned took 135 runs on each task; learning took the gradients of 100 runs, once.",
                "You train one model, or have no past tasks: on rotated-digits adam has the least time, adam the fewest steps; on sensors adam has the least time, soap the fewest steps. Each was tuned on the task itself, but controls, which have nothing learned and nothing tuned.",
                "Where learning does not pay in time here: sensors, where metamd-diagonal reached the target on 0 of 1 tasks, the others on 1; its final loss is level with the best or lower on 0 of 1.",
                "Other batches, widths, numbers of steps, wrong labels: 'metamirror reproduce robustness' maps where a learned optimizer still pays.",
            ],
            said);
    }

    /// <summary>It pays by the factor that is clear, in the median and on most tasks; less than that either way is level.</summary>
    [Theory]
    [InlineData("learn an optimizer once.\nOn rotated-digits, metamirror-tracked needs 1.00× the steps and 0.70× the time of the best of all others in the median, and has the least time on 2 of 3 tasks, by a factor of 1.3 or more on 2", .6, .7, 3.0)]
    [InlineData("Where that is level in time (within a factor of 1.3) with the best of the others at its best tuning, which it saves:\nOn rotated-digits, metamirror-tracked needs 1.00× the steps and 0.80× the time", .8, .7, 3.0)]
    [InlineData("Where that is level in time", .4, 1.0)]
    [InlineData("does not pay in time here: rotated-digits, where metamirror-tracked needs 1.00× the steps and 1.35× the time of the best", .7, 2.0)]
    public void What_pays_is_said_by_the_figures_beside_it(string said, params double[] milliseconds)
    {
        RivalResult result = RivalStandings.Of(
            [
                (PlanFile.Read("rotated-digits"), Result(
                [
                    .. milliseconds.SelectMany((ms, i) => new[]
                    {
                        Row(Own, OptimizerRole.Learned, $"t{i}", 100, ms, .1, .9, .01, 0), Row("metamd-diagonal", OptimizerRole.Learned, $"t{i}", 10, .001, .1, .9, .01, 0), Row("adam", OptimizerRole.Baseline, $"t{i}", 100, 1, .1, .9, .01, 9),
                    }),
                ])),
            ],
            "quick",
            1);
        Assert.Contains(said, string.Join('\n', RivalAdvice.Paragraphs(result)), StringComparison.Ordinal);
    }

    /// <summary>The control is as good: learning buys nothing, and one without past tasks takes the control.</summary>
    [Fact]
    public void Advice_does_not_credit_learning_with_what_its_control_does()
    {
        RivalResult result = RivalStandings.Of(
            [
                (PlanFile.Read("rotated-digits"), Result(
                    Row(Own, OptimizerRole.Learned, "a", 50, 1, .1, .9, .01, 0), Row("unlearned-tracked", OptimizerRole.Control, "a", 55, 1, .1, .9, .01, 0), Row("adam", OptimizerRole.Baseline, "a", 200, 1, .1, .9, .01, 9))),
            ],
            "quick",
            1);
        string said = string.Join('\n', RivalAdvice.Paragraphs(result));
        Assert.Contains("unlearned-tracked, its control, takes 1.10× its steps and 1.10× its time.", said, StringComparison.Ordinal);
        Assert.Contains("on rotated-digits unlearned-tracked (control) has the least time, unlearned-tracked (control) the fewest steps", said, StringComparison.Ordinal);
        Assert.Equal(["rotated-digits", Own, Own, Own, Own, "unlearned-tracked (control)"], RivalAdvice.Table(result).Rows[0]);
    }

    /// <summary>Targets that ours alone reached, that the others alone reached, that nobody reached; a time that was not measured.</summary>
    [Theory]
    [InlineData("needs 0.50× the steps and 0.50× the time of the best of all others in the median (reached the target on 2 of 2 tasks, the others on 1)", 50.0, 50.0, 100.0, null, 1.0)]
    [InlineData("reached the target on 2 of 2 tasks, the others on 0", 50.0, 50.0, null, null, 1.0)]
    [InlineData("reached the target on 0 of 2 tasks, the others on 0", null, null, null, null, 1.0)]
    [InlineData("reached the target on 0 of 2 tasks, the others on 1", null, null, 100.0, null, 1.0)]
    [InlineData("Where steps were not timed: rotated-digits, where metamirror-tracked needs 0.50× the steps of the best of all others in the median, in a time that was not measured; its final loss", 50.0, 50.0, 100.0, 100.0, null)]
    public void Advice_says_what_was_not_reached_or_not_measured(string said, double? own, double? ownThere, double? other, double? otherThere, double? milliseconds)
    {
        RivalResult result = RivalStandings.Of(
            [
                (PlanFile.Read("rotated-digits"), Result(
                    Row(Own, OptimizerRole.Learned, "a", own, 1, .1, .9, .01, 0) with { MillisecondsPerStep = milliseconds },
                    Row("adam", OptimizerRole.Baseline, "a", other, 1, .1, .9, .01, 9),
                    Row(Own, OptimizerRole.Learned, "b", ownThere, 1, .1, .9, .01, 0) with { MillisecondsPerStep = milliseconds },
                    Row("adam", OptimizerRole.Baseline, "b", otherThere, 1, .1, .9, .01, 9))),
            ],
            "quick",
            1) with
        { Unfinished = "1 of 2 plans is done" };
        string text = string.Join('\n', RivalAdvice.Paragraphs(result));
        Assert.Contains(said, text, StringComparison.Ordinal);
        Assert.Equal(own is not null && milliseconds is not null, text.Contains("learn an optimizer once", StringComparison.Ordinal));
        Assert.True(milliseconds is not null || !text.Contains("does not pay", StringComparison.Ordinal));
        Assert.Equal(milliseconds is not null || own is null, RivalAdvice.Verdict(result).Contains("least time", StringComparison.Ordinal));
        Assert.StartsWith("Unfinished: 1 of 2 plans is done. Against", RivalAdvice.Verdict(result), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_well_formed_and_the_document_has_null_for_what_is_not_finite()
    {
        using var page = new StringWriter();
        ReportWriter.Write(RivalReport.Of(Two), page);
        string text = page.ToString();
        XDocument.Parse(text[(text.IndexOf('>', StringComparison.Ordinal) + 1)..]);
        Assert.All((string[])["What to use when", "Performance profile of time", "rotated-digits/report.html", "(best)", "diverged runs", "meta-sgd: What it learned was dropped.", "reproduce robustness"], words => Assert.Contains(words, text, StringComparison.Ordinal));
        Assert.DoesNotContain("Infinity", RivalJson.ToText(Two), StringComparison.Ordinal);
        Assert.Equal(RivalReport.SummaryHeaders.Count, RivalReport.SummaryCells(Two.Summaries[0]).Count);
    }

    /// <summary>Licenses and restrictions of every plan's data are in the document, not those of the first alone.</summary>
    [Fact]
    public void The_data_of_all_plans_are_named_once()
    {
        DataUse Use(string name, int examples) => new(name, "free", null, [new DataFileUse($"{name}.gz", "whole")]) { TrainExamples = examples, TestExamples = 5 };
        (Plan, ComparisonResult) Found(string plan, params DataUse[] data) =>
            (PlanFile.Read(plan), Result(Row(Own, OptimizerRole.Learned, "a", 1, 1, .1, .9, .01, 0), Row("adam", OptimizerRole.Baseline, "a", 2, 1, .1, .9, .01, 9)) with { Data = data });
        IReadOnlyList<DataUse> data = RivalStandings.Of([Found("rotated-digits", Use("optdigits", 3)), Found("lenet-families", Use("mnist", 10), Use("usps", 7)), Found("rotated-mnist", Use("mnist", 20))], "quick", 1).Data;
        Assert.Equal([("optdigits", 3), ("mnist", 20), ("usps", 7)], data.Select(d => (d.Dataset, d.TrainExamples!.Value)));
        Assert.Empty(RivalStandings.Of([Found("sensors")], "quick", 1).Data);
    }

    [Fact]
    public void A_comparison_without_a_learned_optimizer_is_refused_by_name()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => RivalStandings.Of([(PlanFile.Read("sensors"), Result(Row("adam", OptimizerRole.Baseline, "s", 50, .01, .25, null, null, 18)))], "quick", 1));
        Assert.StartsWith("The comparison of 'sensors' has no learned optimizer", error.Message, StringComparison.Ordinal);
    }

    private static ComparisonResult Result(params ComparisonRow[] rows) =>
        new() { Experiment = "e", Target = new TargetDefinition("trainingLoss", TargetValue.BestClassicFinal, ""), Comparison = rows };

    private static LearningCost Cost(string optimizer, double runs) => new(optimizer, 0, 0, 0, runs, null, null);

    private static ComparisonRow Row(
        string optimizer, OptimizerRole role, string task, double? steps, double milliseconds, double? final, double? accuracy, double? error, int evaluations) => new()
        {
            Optimizer = optimizer,
            Role = role,
            HeldOutTask = task,
            Seeds = 3,
            Steps = 400,
            StepsToTarget = new StepsToTarget(steps, steps, steps, steps is null ? 0 : 3),
            MillisecondsPerStep = milliseconds,
            FinalTrainingLoss = final,
            TestAccuracy = accuracy is null ? null : new MeanAndError(accuracy, error),
            Tuning = evaluations == 0 ? null : new TuningSummary("grid", evaluations),
        };
}
