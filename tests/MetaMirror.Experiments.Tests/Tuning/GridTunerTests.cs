using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tests.Runs;
using MetaMirror.Experiments.Tuning;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Tuning;

public sealed class GridTunerTests
{
    private static readonly TuningPlan ConstantOnly = new(Schedules: [ScheduleName.Constant]);

    [Fact]
    public void The_best_rate_of_a_parabola_is_one_over_its_curvature()
    {
        TuningResult<double> result = Tune(new NoisyParabola("p", h: 4), ConstantOnly, 0.01, Steepest.Entry("gd", OptimizerRole.Baseline, 0.0625, 0.125, 0.25, 0.5, 1));

        TunedOptimizer<double> gd = Assert.Single(result.Optimizers);
        foreach (TunedFigure figure in result.Figures)
            Assert.Equal(0.25, gd.Best(figure, result.Target).Setting.LearningRate);
        Assert.Equal(1, gd.Best(TunedFigure.StepsToTarget, result.Target).StepsTo(result.Target).Median);
        Assert.Equal(5, gd.Trials.Count);
    }

    [Theory]
    [InlineData(new[] { 1 / 64.0, 1 / 32.0 }, new[] { 1 / 64.0, 1 / 32.0, 1 / 16.0, 1 / 8.0, 1 / 4.0, 1 / 2.0 })]
    [InlineData(new[] { 2.0, 8.0 }, new[] { 1 / 32.0, 1 / 8.0, 0.5, 2, 8 })]
    public void A_best_rate_at_the_edge_extends_the_grid_until_it_is_interior(double[] grid, double[] expected)
    {
        TuningResult<double> result = Tune(new NoisyParabola("p", h: 4, tested: false), ConstantOnly, 0.01, Steepest.Entry("gd", OptimizerRole.Baseline, [.. grid]));

        TunedOptimizer<double> gd = result.Optimizers[0];
        Assert.Equal(expected, gd.Rates);
        Assert.All(result.Figures, f => Assert.InRange(gd.Best(f, result.Target).Setting.LearningRate, gd.Rates[1], gd.Rates[^2]));
    }

    [Fact]
    public void A_short_grid_is_widened_at_both_ends()
    {
        TuningResult<double> result = Tune(new NoisyParabola("p", h: 4), ConstantOnly with { Rates = 7 }, 0.01, Steepest.Entry("gd", OptimizerRole.Baseline, 0.125, 0.25, 0.5, 1));

        TunedOptimizer<double> gd = Assert.Single(result.Optimizers);
        Assert.Equal([0.03125, 0.0625, 0.125, 0.25, 0.5, 1, 2], gd.Rates);
        Assert.Equal(7, gd.Trials.Count);
    }

    [Fact]
    public void Extension_is_bounded()
    {
        TuningResult<double> result = Tune(
            new NoisyParabola("p", h: 1e-9), ConstantOnly with { MaxExtensions = 3 }, 1e-30, Steepest.Entry("gd", OptimizerRole.Baseline, 1, 2));

        Assert.Equal(16, result.Optimizers[0].Rates[^1]);
    }

    [Fact]
    public void Settings_that_diverge_lose_and_do_not_stop_the_tuner()
    {
        TuningResult<double> result = Tune(new NoisyParabola("p"), ConstantOnly, 0.01, Steepest.Entry("gd", OptimizerRole.Baseline, 0.5, 50, 5000), steps: 200);

        TunedOptimizer<double> gd = result.Optimizers[0];
        Assert.Equal(0.5, gd.Best(TunedFigure.FinalTrainingLoss, 0.01).Setting.LearningRate);
        Assert.Contains(gd.Trials, t => t.Diverged == t.Runs.Length);
        // 0.5 was at the edge, so 0.005 was tried.
        Assert.Equal(0.005, gd.Rates[0], precision: 12);
    }

    [Fact]
    public void Each_figure_has_a_setting_of_its_own()
    {
        // With noise, the first steps want a large rate and the last ones a small one.
        TuningResult<double> result = Tune(
            new NoisyParabola("p", noise: 1), new TuningPlan(), 0.02, Steepest.Entry("gd", OptimizerRole.Baseline, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8), steps: 200);

        TunedOptimizer<double> gd = result.Optimizers[0];
        TuningSummary summary = gd.Summary(result.Figures, result.Target);
        Assert.Equal(gd.Trials.Count, summary.Evaluations);
        Assert.Equal(["finalTrainingLoss", "meanTrainingLoss", "stepsToTarget", "testAccuracy"], summary.Settings.Keys);
        Assert.True(
            gd.Best(TunedFigure.FinalTrainingLoss, 0.02).Setting.LearningRate < gd.Best(TunedFigure.StepsToTarget, 0.02).Setting.LearningRate,
            string.Join("; ", summary.Settings));
        Assert.Matches("^learning rate 0[.][0-9]+, (constant|linear)$", summary.Settings["stepsToTarget"]);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.25)]
    public void Scouting_finds_what_all_seeds_find_with_fewer_runs(double noise)
    {
        OptimizerEntry<double> entry = Steepest.Entry("gd", OptimizerRole.Baseline, 0.00625, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6);
        var task = new NoisyParabola("p", noise: noise);
        TuningResult<double> all = Tune(task, new TuningPlan(), TargetValue.BestClassicFinal, entry, steps: 200), scouted = Tune(task, new TuningPlan(ScoutingSeeds: 2), TargetValue.BestClassicFinal, entry, steps: 200);

        TunedOptimizer<double> every = all.Optimizers[0], few = scouted.Optimizers[0];
        Assert.Equal(all.Target, scouted.Target);
        Assert.All(all.Figures, f => Assert.Equal(every.Best(f, all.Target).Setting, few.Best(f, all.Target).Setting));
        Assert.All(all.Figures, f => Assert.Equal(every.Best(f, all.Target).Runs.Select(r => r.FinalLoss), few.Best(f, all.Target).Runs.Select(r => r.FinalLoss)));

        // Every setting was looked at, not every one with all seeds, and none of these is missing a seed or there twice.
        Assert.Equal(every.Rates, few.Rates);
        Assert.Equal(every.Trials.Count, few.Scouts.Count);
        Assert.Equal(every.Trials.Count, few.Summary(all.Figures, all.Target).Evaluations);
        Assert.Equal(5 * every.Trials.Count, every.Summary(all.Figures, all.Target).Runs);
        Assert.Equal((5 * few.Trials.Count) + (2 * (few.Scouts.Count - few.Trials.Count)), few.Summary(all.Figures, all.Target).Runs);
        Assert.True(few.Trials.Count < every.Trials.Count, $"{few.Trials.Count} of {every.Trials.Count}");
        Assert.All(few.Trials, t => Assert.Equal(5, t.Runs.Length));
        Assert.All(few.Scouts, t => Assert.Equal(2, t.Runs.Length));
        Assert.Equal(few.Trials.Count, few.Trials.Select(t => t.Setting).Distinct().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(50)]
    public void Settings_are_spared_seeds_only_where_there_are_more_than_scouting_takes(int scouts)
    {
        OptimizerEntry<double> entry = Steepest.Entry("gd", OptimizerRole.Baseline, 0.0625, 0.125, 0.25, 0.5);
        TunedOptimizer<double> tuned = Tune(new NoisyParabola("p", noise: 0.25), ConstantOnly with { ScoutingSeeds = scouts }, 0.01, entry).Optimizers[0];

        Assert.Equal(scouts >= 5, tuned.Trials.Count == tuned.Scouts.Count);
        Assert.All(tuned.Trials, t => Assert.Equal(5, t.Runs.Length));
    }

    [Fact]
    public void A_grid_grows_for_a_target_that_has_settled()
    {
        // The baseline's best final loss is the target of a rival whose grid ends too early.
        OptimizerEntry<double>[] entries = [Steepest.Entry("gd", OptimizerRole.Baseline, 0.0125, 0.025, 0.05, 0.1, 0.2), Steepest.Entry("rival", OptimizerRole.Rival, 0.003125, 0.00625)];
        var task = new NoisyParabola("p", noise: 0.25);
        TuningResult<double> all = Tune(task, ConstantOnly, TargetValue.BestClassicFinal, entries, 200), scouted = Tune(task, ConstantOnly with { ScoutingSeeds = 2 }, TargetValue.BestClassicFinal, entries, 200);

        Assert.Equal(all.Target, scouted.Target);
        Assert.Equal(all.Optimizers.Select(o => o.Rates), scouted.Optimizers.Select(o => o.Rates));
        Assert.All(all.Optimizers.Zip(scouted.Optimizers), pair => Assert.All(all.Figures, f => Assert.Equal(pair.First.Best(f, all.Target).Setting, pair.Second.Best(f, all.Target).Setting)));
    }

    [Fact]
    public void One_lucky_run_keeps_no_other_setting_out()
    {
        // The first setting arrives at once in one of its first two runs and never in the others; the second always does, later.
        OptimizerEntry<double> entry = Steepest.Entry("gd", OptimizerRole.Baseline, 1, 2);
        var tuned = new TunedOptimizer<double>(entry, ConstantOnly);
        RunRecord Arrives(int step) => new([.. Enumerable.Range(0, 40).Select(i => i < step ? 1.0 : 0.001)], 1, false, null);
        TunedFigure[] figures = [TunedFigure.StepsToTarget];
        tuned.AddScouts([new Trial(tuned.Pending[0], [Arrives(1), Arrives(100)]), new Trial(tuned.Pending[1], [Arrives(20), Arrives(20)])], areAll: false);
        Assert.Equal([1, 2.0], tuned.Promising(figures, 0.01).Select(t => t.Setting.LearningRate));

        // And if it alone had been run with all seeds, the other would be looked at again.
        tuned.Add([new Trial(tuned.Scouts[0].Setting, [Arrives(1), Arrives(100), Arrives(100), Arrives(100), Arrives(100)])]);
        Assert.Equal(2, Assert.Single(tuned.Promising(figures, 0.01)).Setting.LearningRate);
    }

    [Fact]
    public void Where_all_settings_diverge_scouting_keeps_one()
    {
        TuningResult<double> result = Tune(new NoisyParabola("p"), ConstantOnly with { ScoutingSeeds = 2, MaxExtensions = 0 }, 0.01, Steepest.Entry("gd", OptimizerRole.Baseline, 5000, 50000), steps: 400);

        Assert.Equal(5, Assert.Single(result.Optimizers[0].Trials).Diverged);
    }

    [Fact]
    public void The_best_classic_final_loss_is_the_target_of_all()
    {
        var classic = Steepest.Entry("gd", OptimizerRole.Baseline, 0.1, 0.2);
        var rival = Steepest.Entry("rival", OptimizerRole.Rival, 0.5, 1);
        TuningResult<double> result = Tune(new NoisyParabola("p", noise: 0.5), ConstantOnly, TargetValue.BestClassicFinal, [classic, rival], steps: 100);

        double best = result.Optimizers[0].Trials.Min(t => t.FinalLoss);
        Assert.Equal(best, result.Target);
        Assert.Equal(best, result.Optimizers[0].Best(TunedFigure.FinalTrainingLoss, result.Target).FinalLoss);
    }

    [Fact]
    public void A_grid_of_the_plan_replaces_the_catalogues()
    {
        var plan = ConstantOnly with { LearningRates = new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal) { ["gd"] = [0.5, 1, 2] } };

        TuningResult<double> result = Tune(new NoisyParabola("p"), plan, 0.01, Steepest.Entry("gd", OptimizerRole.Baseline, 0.001, 0.002));

        Assert.Equal([0.5, 1, 2], result.Optimizers[0].Rates);
    }

    [Fact]
    public void A_task_without_classes_is_tuned_for_its_test_loss()
    {
        var trial = new Trial(default, [new RunRecord([1], 1, false, new MetaMirror.Tasks.TestMeasure(2, null)), new RunRecord([1], 1, false, new MetaMirror.Tasks.TestMeasure(4, null))]);

        Assert.Null(trial.TestAccuracy);
        Assert.Equal(new MeanAndError(3, 1), trial.TestLoss);
        Assert.Equal(3, trial.Score(TunedFigure.TestLoss, 0).First);
    }

    [Fact]
    public void A_diverged_run_leaves_no_mean_accuracy()
    {
        var trial = new Trial(default, [new RunRecord([1], 1, false, new MetaMirror.Tasks.TestMeasure(2, 0.5)), new RunRecord([1], 1, true, null)]);

        Assert.Null(trial.TestAccuracy);
        Assert.Equal(1, trial.Diverged);
    }

    private static TuningResult<double> Tune(NoisyParabola task, TuningPlan plan, TargetValue target, OptimizerEntry<double> entry, int steps = 40) =>
        Tune(task, plan, target, [entry], steps);

    private static TuningResult<double> Tune(NoisyParabola task, TuningPlan plan, TargetValue target, OptimizerEntry<double>[] entries, int steps) =>
        new GridTuner<double>(new RunPool<double>(new WorkerTeam(2), 7), plan, seeds: 5).Tune(new MeasuredTask<double>(task, 0), new Measurement(steps), entries, target);
}
