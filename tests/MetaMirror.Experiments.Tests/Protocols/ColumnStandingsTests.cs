using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Protocols;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Tests.Protocols;

public sealed class ColumnStandingsTests
{
    [Fact]
    public void Best_means_within_the_larger_standard_error_and_controls_do_not_compete()
    {
        ComparisonResult result = Result(
            Row("metamirror-tracked", OptimizerRole.Learned, "a", .950, .004, .5, 10),
            Row("adam", OptimizerRole.Baseline, "a", .953, .001, .4, 20),
            Row("unlearned-tracked", OptimizerRole.Control, "a", .990, .001, .1, 5),
            Row("metamirror-tracked", OptimizerRole.Learned, "b", .950, .002, .3, 10),
            Row("adam", OptimizerRole.Baseline, "b", .953, .001, .4, null));
        var standing = ColumnStandings.Of(result, "metamirror-tracked");
        Assert.Equal((2, 1, 1), (standing.Columns, standing.BestAccuracy, standing.LowestMeanLoss));
        Assert.Equal(("adam", 2), Assert.Single(standing.Faster));
    }

    [Fact]
    public void What_did_not_reach_the_target_is_not_faster()
    {
        ComparisonResult result = Result(
            Row("metamirror-tracked", OptimizerRole.Learned, "a", .9, 0, .5, null),
            Row("sgd", OptimizerRole.Baseline, "a", .8, 0, .6, null));
        Assert.Equal(("sgd", 0), Assert.Single(ColumnStandings.Of(result, "metamirror-tracked").Faster));
    }

    [Fact]
    public void Papers_gaps_and_errors_stand_beside_ours()
    {
        Protocol protocol = PaperProtocols.Named("rotated-mlp");
        ComparisonRow[] rows =
        [
            Row("metamirror-tracked", OptimizerRole.Learned, "rotation-0", .96, .01, .5, 10),
            Row("metamd-max3-printed", OptimizerRole.Learned, "rotation-0", .94, .01, .5, 10),
            Row("adam", OptimizerRole.Baseline, "rotation-0", .92, .01, .4, 20),
        ];
        ReportModel report = ProtocolReport.Of(
            protocol, ProtocolScale.Quick, protocol.At(ProtocolScale.Quick), [new ComparisonPart { HeldOut = ["rotation-0"], Result = Result(rows) }], 1);
        Dictionary<string, PaperFigure> figures = report.PaperFigures.ToDictionary(f => f.Name, StringComparer.Ordinal);
        Assert.Equal(95.22, figures["accuracy, MetaMD; ours: metamirror-tracked"].Paper);
        Assert.Equal(96, figures["accuracy, MetaMD; ours: metamirror-tracked"].Ours!.Value, 1e-9);
        PaperFigure errors = figures["error of MetaMD over that of adam; ours: metamirror-tracked"];
        Assert.Equal((100 - 95.22) / (100 - 92.96), errors.Paper!.Value, 1e-9);
        Assert.Equal(.5, errors.Ours!.Value, 1e-9);
        Assert.Null(figures["accuracy, sgd"].Ours);
        ReportTable gaps = report.Sections.SelectMany(s => s.Tables).Single(t => t.Title.StartsWith("Gaps", StringComparison.Ordinal));
        Assert.Equal(["paper: MetaMD − adam", "+2.26"], gaps.Rows[0]);
        Assert.Equal(["metamd-max3-printed − adam", "+2.00"], gaps.Rows[1]);
        Assert.StartsWith("metamirror-tracked has the best test accuracy, or one within a standard error of the best, on 1 of 1 held-out tasks", report.Verdict, StringComparison.Ordinal);
    }

    private static ComparisonResult Result(params ComparisonRow[] rows) =>
        new() { Experiment = "e", Target = new TargetDefinition("trainingLoss", TargetValue.BestClassicFinal, ""), Comparison = rows };

    private static ComparisonRow Row(string optimizer, OptimizerRole role, string task, double accuracy, double error, double loss, double? steps) => new()
    {
        Optimizer = optimizer,
        Role = role,
        HeldOutTask = task,
        Seeds = 3,
        TestAccuracy = new MeanAndError(accuracy, error),
        MeanTrainingLoss = loss,
        StepsToTarget = new StepsToTarget(steps, steps, steps, steps is null ? 0 : 3),
        MillisecondsPerStep = 1,
    };
}
