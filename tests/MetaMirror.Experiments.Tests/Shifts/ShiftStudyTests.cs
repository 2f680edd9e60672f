using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Shifts;

namespace MetaMirror.Experiments.Tests.Shifts;

/// <summary>A learned optimizer on tasks unlike those it was learned on.</summary>
public sealed class ShiftStudyTests
{
    private static readonly ShiftSizes Sizes = ShiftSizes.Smoke with { BatchFactors = [0.25], Contrasts = [1, 4], Steps = 60 };

    private static readonly Lazy<ShiftResult> OnTwoThreads = new(() => Run(threads: 2));

    [Fact]
    public void Every_task_has_the_fixed_optimizer_its_multiples_and_three_granularities_on_the_same_runs()
    {
        ShiftResult result = OnTwoThreads.Value;
        Assert.Equal(2, result.Shifts.Count);
        Assert.Equal(2 * 8, result.Comparison.Count);
        Assert.All(result.Shifts, s =>
        {
            Assert.Equal(7, s.Rows.Count);
            Assert.InRange(s.BestMeanLoss, 0.1, 1);
            Assert.All(s.Rows, r => Assert.InRange(r.MeanLoss!.Value, 0.3, 3));
        });
        Assert.Equal(["metamirror-tracked, one rate adapting", "metamirror-tracked, a rate per tensor adapting", "metamirror-tracked, a rate per parameter adapting"], result.Everywhere.Select(s => s.Optimizer));
        Assert.Contains("rotation 120, batch 16, contrast 4", result.Comparison.Select(r => r.HeldOutTask), StringComparer.Ordinal);
        // Numbers do not depend on the threads.
        ShiftResult alone = Run(threads: 1);
        Assert.Equal(result.Shifts.SelectMany(s => s.Rows), alone.Shifts.SelectMany(s => s.Rows));
    }

    [Fact]
    public void A_task_degrades_where_another_multiple_is_two_percent_better()
    {
        var task = new TaskShift(120, 16, 1);
        Assert.True(new ShiftFigure(task, 1, 1, 0.5, 0.98, []).Degrades);
        Assert.False(new ShiftFigure(task, 1, 1, 0.5, 0.985, []).Degrades);
        Assert.False(new ShiftFigure(task, 1, 1, 1, 1, []).Degrades);
    }

    [Fact]
    public void The_document_and_the_page_carry_the_figures()
    {
        ShiftResult result = OnTwoThreads.Value;
        Assert.Contains("\"whereItDegrades\"", ShiftJson.ToText(result), StringComparison.Ordinal);
        Assert.Equal("Shifted tasks: a learned optimizer that goes on adapting", ShiftReport.Of(result).Title);
        Assert.Equal(ShiftReport.Headers.Count, ShiftReport.Cells(result.Everywhere[0]).Count);
    }

    [Fact]
    public void What_is_learned_need_not_be_as_the_plan_says_and_page_and_document_say_so()
    {
        // Rates cannot adapt under averages.
        TrackedLearning own = ShiftSizes.Quick.Learning!;
        Plan plan = PlanFile.Read(ShiftSizes.Quick.Plan) with { Learn = own };
        Assert.Null(own.AveragePower);
        Assert.Equal(PlanJson.ToText(plan), PlanJson.ToText(PlanJson.Read(PlanJson.ToText(plan), "p.json")));

        ShiftResult result = Run(2, Sizes with { Contrasts = [1], Learning = own with { Ranks = [3], Exponents = [0.5], LearningRates = [0.05], Schedules = [ScheduleName.Linear] } });
        Assert.Equal("metamirror-tracked, the last iterate of a run, ranks 3, momentum 0.9, exponents 0.5, steps 0.05", result.Learning);
        Assert.Contains("\"learning\"", ShiftJson.ToText(result), StringComparison.Ordinal);
        Assert.Contains(result.Learning!, ShiftReport.Of(result).Sections[0].Paragraphs[0], StringComparison.Ordinal);
        Assert.DoesNotContain("\"learning\"", ShiftJson.ToText(OnTwoThreads.Value), StringComparison.Ordinal);
        Assert.NotEqual(OnTwoThreads.Value.Shifts[0].Rows, result.Shifts[0].Rows);
    }

    private static ShiftResult Run(int threads, ShiftSizes? sizes = null) =>
        new ShiftStudy(new LearningSettings(3, threads), new DatasetCatalogue(new DataLocations()), TimeProvider.System).Run(sizes ?? Sizes, CancellationToken.None);
}
