using System.Text.Json;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Optimism;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Optimism;

/// <summary>The network figure on the embedded digits: what it runs, and the two numbers that it is about.</summary>
public sealed class NetworkStudyTests
{
    private static readonly OptimismSizes Tiny = OptimismSizes.Smoke with { NetworkSteps = 250, NetworkSeeds = 1, NetworkRates = [1e-3, 1e-2, 1e-1] };

    [Fact]
    public void All_optimizers_run_from_all_rates_and_the_optimistic_one_needs_no_tuning()
    {
        OptimismPart part = new NetworkStudy(new WorkerTeam(2), 1, new DatasetCatalogue(new DataLocations())).Run(Tiny, default);
        Assert.Equal(NetworkStudy.Names.Count * Tiny.NetworkRates.Count, part.Comparison.Count);
        NetworkFigures figures = Assert.IsType<NetworkFigures>(part.Network);
        Assert.Equal(NetworkStudy.Optimistic, figures.Optimizer);
        Assert.Contains("the embedded digits", figures.Task, StringComparison.Ordinal);

        // So short a run on so small a network: it ends within 1.1 of heavy ball's best from every rate, and comes there first from 0.01.
        Assert.InRange(figures.WorstFinalLossRatio!.Value, 0, 1.1);
        Assert.True(figures.UntunedStepsRatio < 1, $"{figures.UntunedStepsRatio}");
        Assert.Equal([figures.WorstFinalLossRatio, figures.UntunedStepsRatio], part.PaperFigures.Select(f => f.Ours));
        Assert.Contains($"{NumberText.Ratio(figures.WorstFinalLossRatio.Value)} of heavy ball's best", part.Section.Paragraphs[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_figures_are_ratios_to_heavy_ball_at_its_best()
    {
        // Heavy ball ends at .2, which it reaches at step 80; the subject ends at .3 at worst within the range of rates, and reaches .2 at step 20 from 0.01.
        NetworkCurve heavyBall = new("sgd-momentum", [Falling(1e-2, .5, 5), Falling(1e-1, .2, 8)]);
        NetworkCurve subject = new("subject", [Falling(1e-4, .9, 1), Falling(1e-3, .3, 3), Falling(1e-2, .1, 2), Falling(1, .25, 7)]);
        NetworkFigures figures = NetworkFigures.Of([heavyBall, subject], "task");
        Assert.Equal(.2, figures.TargetLoss);
        Assert.Equal(.3 / .2, figures.WorstFinalLossRatio);
        Assert.Equal(20.0 / 80, figures.UntunedStepsRatio);
        Assert.Equal("subject ends at 1.50× of heavy ball's best final loss at worst over the rates 0.001 to 1, and from the untuned rate 0.01 it reaches that loss in 0.25× of its steps.", figures.Sentence);

        NetworkFigures nowhere = NetworkFigures.Of([heavyBall, new("subject", [new Trial(new RuleSetting(1e-3, ScheduleName.Constant), [new RunRecord([1, double.NaN], 10, true, null)])])], "task");
        Assert.Null(nowhere.WorstFinalLossRatio);
        Assert.Null(nowhere.UntunedStepsRatio);
        Assert.Contains("does not reach that loss", nowhere.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_names_both_numbers()
    {
        NetworkFigures figures = NetworkFigures.Of([new("sgd-momentum", [Falling(1e-1, .2, 8)]), new("subject", [Falling(1e-2, .1, 2)])], "task");
        var result = new OptimismResult
        {
            Scale = "smoke", Seed = 1, SlopeWithoutHint = -1, SlopeWithHint = -2, BoundsHold = true, WorstRatio = .5, Repeats = 0, FixedQuadratics = [], ConvexQuadratics = [], Games = [], Network = figures,
            Envelope = RateStudy.Envelope(3, new WorkerTeam(1), default),
        };
        string json = OptimismJson.ToText(result);
        Assert.Equal(figures, OptimismJson.Read(json).Network);
        JsonElement network = JsonDocument.Parse(json).RootElement.GetProperty("network");
        Assert.Equal(.5, network.GetProperty("worstFinalLossRatio").GetDouble());
        Assert.Equal(.25, network.GetProperty("untunedStepsRatio").GetDouble());
        Assert.Contains("On the network, subject ends at 0.50×", OptimismReport.Verdict(result), StringComparison.Ordinal);
    }

    /// <summary>A trial of 100 steps whose loss is 1, and from the n-th of ten measurements on another number.</summary>
    private static Trial Falling(double rate, double to, int n) =>
        new(new RuleSetting(rate, ScheduleName.Constant), [new RunRecord([.. Enumerable.Range(0, 10).Select(k => k < n ? 1 : to)], 10, false, null)]);
}
