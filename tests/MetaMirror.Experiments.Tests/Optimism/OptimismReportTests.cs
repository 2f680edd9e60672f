using System.Xml.Linq;
using MetaMirror.Experiments.Optimism;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Optimism;

public sealed class OptimismReportTests
{
    private static readonly OptimismSizes Tiny = OptimismSizes.Smoke with { Curvatures = 46, Dimensions = [2, 5], Conditions = [100], Seeds = 1, Steps = 20, GameDimensions = [1], GameSteps = 50 };

    [Fact]
    public void The_report_has_all_chapters_and_the_document_all_numbers()
    {
        var told = new List<string>();
        var experiment = new OptimismExperiment(new WorkerTeam(1), 3, new Told(told), [Network]);
        OptimismOutcome outcome = experiment.Run(Tiny);
        Assert.Equal(["bilinear games", "convex quadratics", "rates"], told.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

        var html = new StringWriter();
        ReportWriter.Write(OptimismReport.Of(outcome), html);
        XElement page = XDocument.Parse(html.ToString()).Root!;
        Assert.Equal(
            [
                "A hint turns 1/T into 1/T²", "Convex quadratics", "Bilinear games", "On a network", "What could not be known about the paper’s own protocol",
                "The papers’ numbers beside ours", "Definitions", "Machine and seeds",
            ],
            page.Descendants().Where(e => e.Name.LocalName == "h2").Select(e => e.Value));
        Assert.Contains("falls like T to the power −1.0", html.ToString(), StringComparison.Ordinal);
        Assert.Contains("a network number", html.ToString(), StringComparison.Ordinal);

        string json = OptimismJson.ToText(outcome.Result);
        OptimismResult read = OptimismJson.Read(json);
        Assert.Equal(json, OptimismJson.ToText(read));
        Assert.Equal(outcome.Result.SlopeWithHint, read.SlopeWithHint);
        Assert.Equal((3ul, "smoke", 1), (read.Seed, read.Scale, read.Comparison.Count));
        Assert.DoesNotContain("NaN", json, StringComparison.Ordinal);
    }

    /// <summary>What a further part looks like: a chapter with curves and a table, and rows.</summary>
    private static OptimismPart Network(OptimismSizes sizes, CancellationToken cancellationToken) => new(
        new ReportSection("On a network")
        {
            Paragraphs = [$"At scale {sizes.Name}."],
            Figures = [new ReportFigure(new LineChart { Title = "Loss", Series = [new("a", new SeriesStyle(SeriesWeight.Learned, 0), [0, 1], [1, .5])] }, "")],
            Tables = [new ReportTable("Final losses", ["optimizer", "loss"], [["a", "0.5"]], "")],
        },
        [new ComparisonRow { Optimizer = "a", Role = OptimizerRole.Learned, HeldOutTask = "rotation-0", Seeds = 1, Steps = 2, StepsToTarget = new StepsToTarget(1, 1, 1, 1) }])
    {
        PaperFigures = [new PaperFigure("a network number", null, .5, "")],
    };

    private sealed class Told(List<string> stages) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => stages.Add(value.Stage);
    }
}
