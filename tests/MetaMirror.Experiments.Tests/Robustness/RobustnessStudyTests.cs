using System.Text.Json;
using System.Xml.Linq;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Robustness;
using MetaMirror.Experiments.Tests.Conventions;

namespace MetaMirror.Experiments.Tests.Robustness;

/// <summary>A learned optimizer where training is otherwise than it was learned for.</summary>
public sealed class RobustnessStudyTests
{
    private static readonly Lazy<RobustnessResult> OnTwoThreads = new(() => Run(threads: 2));

    [Fact]
    public void Every_change_is_compared_with_adam_tuned_for_it_whatever_the_threads()
    {
        RobustnessResult result = OnTwoThreads.Value;
        string[] changes = ["as learned", "batch 0.50×", "width 0.50×", "steps 2.00×", "20 % wrong labels"];
        Assert.Equal(changes, result.Map.Select(m => m.Change));
        Assert.Equal(changes, result.Rows.Select(r => r.Change));
        Assert.Equal(2 * changes.Length, result.Comparison.Count);
        Assert.All(result.Comparison.Where(r => r.Optimizer == "adam"), r => Assert.True(r.Tuning!.Evaluations > 1));
        Assert.Equal([60, 60, 60, 120, 60], result.Comparison.Where(r => r.Learned).Select(r => r.Steps));
        Assert.All(result.Rows, r => Assert.InRange(r.MeanLoss!.Value, .1, 2));

        // Wrong labels cannot be learned from one another: the loss stays high for both.
        Assert.True(result.Comparison[^1].FinalTrainingLoss > 2 * result.Comparison[0].FinalTrainingLoss);
        Assert.Equal(result.Rows.Select(r => r with { Seconds = null }), Run(threads: 1).Rows.Select(r => r with { Seconds = null }));
    }

    [Fact]
    public void Plans_change_in_one_thing()
    {
        Plan plan = PlanFile.Read("rotated-mnist");
        Assert.Equal(PlanJson.ToText(plan), PlanJson.ToText(TrainingChange.None.Of(plan)));
        Plan changed = new TrainingChange(.25, 2, 1.0 / 3, .2).Of(plan);
        Assert.Equal((32, 100), (changed.Training.BatchSize, changed.Training.Steps));
        Assert.Equal([200, 200], ((MlpPlan)changed.Model!).Hidden);
        Assert.Equal(.2, ((RotatedImagesPlan)changed.Family).LabelNoise);
        Assert.Equal("batch 0.25×, width 2.00×, steps 0.33×, 20 % wrong labels", new TrainingChange(.25, 2, 1.0 / 3, .2).ToString());
        string text = PlanJson.ToText(changed);
        Assert.Equal(text, PlanJson.ToText(PlanJson.Read(text, "changed")));
        Assert.Equal(10, RobustnessSizes.Quick.Changes.Count);
    }

    /// <summary>What `train` warns of is what was measured last: figures to three digits.</summary>
    [Fact]
    public void The_map_of_warnings_is_that_of_the_stored_measurement()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Repository.File("bench", "results", "2026-11-22-robustness.json")));
        Dictionary<string, JsonElement> measured = document.RootElement.GetProperty("map").EnumerateArray().ToDictionary(m => m.GetProperty("change").GetString()!, StringComparer.Ordinal);
        Assert.Equal(RobustnessSizes.Quick.Plan, document.RootElement.GetProperty("plan").GetString());
        Same(RobustnessMap.Batches, RobustnessSizes.Quick.Batches, f => TrainingChange.None with { Batch = f });
        Same(RobustnessMap.Widths, RobustnessSizes.Quick.Widths, f => TrainingChange.None with { Width = f });
        Same(RobustnessMap.Steps, RobustnessSizes.Quick.Steps, f => TrainingChange.None with { Steps = f });

        void Same(IReadOnlyList<MeasuredChange> map, IReadOnlyList<double> tried, Func<double, TrainingChange> change)
        {
            Assert.Equal([.. tried.Append(1).Order()], map.Select(m => m.Factor));
            Assert.All(map, m =>
            {
                JsonElement row = measured[change(m.Factor).ToString()];
                Assert.Equal(row.GetProperty("seconds").GetDouble(), m.Seconds, 5e-4);
                Assert.Equal(row.GetProperty("isLessAccurate").GetBoolean(), m.IsLessAccurate);
                Assert.Equal(row.GetProperty("paysInTime").GetBoolean(), m.PaysInTime);
            });
        }
    }

    [Fact]
    public void The_nearest_measured_change_is_that_by_ratio()
    {
        Assert.Equal(0.25, RobustnessMap.Nearest(RobustnessMap.Batches, 0.35).Factor);
        Assert.Equal(0.5, RobustnessMap.Nearest(RobustnessMap.Batches, 0.36).Factor);
        Assert.Equal(3, RobustnessMap.Nearest(RobustnessMap.Steps, 1.74).Factor);
        Assert.Equal(1, RobustnessMap.Nearest(RobustnessMap.Steps, 1.73).Factor);
    }

    [Fact]
    public void It_pays_where_no_task_needs_more_steps_and_none_diverged()
    {
        RobustnessRow row = new("c", "a", .5, 1.2, .8, .9, .01, .002, 0);
        Assert.Equal(new RobustnessSummary("c", 2, .6, 1.075, .8, .9, .01, Pays: true, PaysInTime: false, IsLessAccurate: false), RobustnessStudy.Summary("c", [row, row with { Steps = .7, Seconds = .95 }]));
        Assert.False(RobustnessStudy.Summary("c", [row, row with { Steps = 1 }]).Pays);
        Assert.False(RobustnessStudy.Summary("c", [row, row with { Diverged = 1 }]).Pays);
        Assert.True(RobustnessStudy.Summary("c", [row with { Accuracy = -.003 }]).IsLessAccurate);
        Assert.True(RobustnessStudy.Summary("c", [row with { Accuracy = -.003 }, row]).IsLessAccurate);
        Assert.False(RobustnessStudy.Summary("c", [row with { Accuracy = -.001 }]).IsLessAccurate);
        Assert.True(RobustnessStudy.Summary("c", [row with { Seconds = .8 }]).PaysInTime);
        RobustnessSummary never = RobustnessStudy.Summary("c", [row with { Steps = double.PositiveInfinity, FinalLoss = null }]);
        Assert.Equal((null, null, false), (never.Steps, never.FinalLoss, never.Pays));
    }

    [Fact]
    public void The_page_says_where_it_degrades()
    {
        RobustnessResult result = OnTwoThreads.Value with
        {
            Map = [new("as learned", 1, .3, .8, .5, .2, .03, Pays: true, PaysInTime: true, IsLessAccurate: false), new("batch 0.25×", 1, .9, 1.1, .9, 1, .01, Pays: true, PaysInTime: false, IsLessAccurate: false), new("batch 4.00×", 1, 1.2, 2, 1.1, 2, -.01, Pays: false, PaysInTime: false, IsLessAccurate: true)],
        };
        Assert.Equal(
            "metamirror-tracked, trained as learned, needs 0.30× the steps of Adam tuned on the same task. It degrades against Adam tuned for the change: it does not need fewer steps on every held-out task with batch 4.00×; with the other 1 of 2 it does. In steps alone, not clearly in time: batch 0.25×. Its test accuracy is lower by more than a standard error on a task with batch 4.00×.",
            RobustnessReport.Verdict(result));
        using var page = new StringWriter();
        ReportWriter.Write(RobustnessReport.Of(result), page);
        string text = page.ToString();
        XDocument.Parse(text[(text.IndexOf('>', StringComparison.Ordinal) + 1)..]);
        Assert.Contains("in steps", text, StringComparison.Ordinal);
        Assert.Contains("\"paysInTime\": false", RobustnessJson.ToText(result), StringComparison.Ordinal);
        Assert.Equal(RobustnessReport.Headers.Count, RobustnessReport.Cells(result.Map[0]).Count);
    }

    /// <summary>Of one batch size and width the least time counts, whatever the task and the number of steps.</summary>
    [Fact]
    public void Times_are_shared_where_a_step_costs_the_same()
    {
        ComparisonRow Row(double ms) => new() { Optimizer = "adam", Role = OptimizerRole.Baseline, HeldOutTask = "a", MillisecondsPerStep = ms };
        TrainingChange none = TrainingChange.None;
        double?[] times = [.. RobustnessStudy.WithSharedTimes(
            [(none, "a", [Row(.5)]), (none with { Steps = 3 }, "a", [Row(.3)]), (none with { Width = 2 }, "a", [Row(.9)]), (none, "b", [Row(.4)]), (none with { Batch = 4 }, "a", [Row(.2)])]).Select(r => r.Rows[0].MillisecondsPerStep)];
        Assert.Equal([.3, .3, .9, .3, .2], times);
    }

    private static RobustnessResult Run(int threads) =>
        new RobustnessStudy(new LearningSettings(3, threads), new DatasetCatalogue(new DataLocations()), TimeProvider.System).Run(RobustnessSizes.Smoke, CancellationToken.None);
}
