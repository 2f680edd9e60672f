using System.Globalization;
using MetaMirror.Cli.Commands;
using MetaMirror.Experiments.Optimism;
using MetaMirror.Experiments.Plots;
using Spectre.Console;

namespace MetaMirror.Cli.Screens;

/// <summary>The experiment on optimistic meta-gradients as tables: rates, regret on the worst-conditioned quadratics, games.</summary>
internal static class OptimismScreen
{
    /// <summary>Writes the tables and the verdict.</summary>
    public static void Write(Session session, OptimismResult result)
    {
        session.Screen.MarkupLine("[bold]Gap after 4,000 steps, and its slope[/]");
        Tables.Write(
            session.Screen,
            [new("problem"), new("no hints", IsNumber: true), new("hints", IsNumber: true), new("slopes", IsNumber: true), new("bounds kept")],
            ((RateCurves[])[result.Envelope.Curves, .. result.FixedQuadratics]).Select(c => (IReadOnlyList<string>)
            [
                Markup.Escape(c.Name), NumberText.Significant(c.WithoutHint[^1]), NumberText.Significant(c.WithHint[^1]),
                $"{Slope(RateStudy.Slope(c.Steps, c.WithoutHint))}, {Slope(RateStudy.Slope(c.Steps, c.WithHint))}", c.BoundsHold ? "yes" : "no",
            ]));
        if (result.ConvexQuadratics.Count > 0)
            WriteQuadratics(session, result);
        if (result.Games.Count > 0)
            WriteGames(session, result);
        if (result.Network is { } network)
            WriteNetwork(session, network);
        session.Screen.MarkupLine($"[bold]{Markup.Escape(OptimismReport.Verdict(result))}[/]");
    }

    private static void WriteQuadratics(Session session, OptimismResult result)
    {
        double hardest = result.ConvexQuadratics.Max(q => q.Condition);
        QuadraticFigure[] here = [.. result.ConvexQuadratics.Where(q => q.Condition >= hardest)];
        int[] dimensions = [.. here.Select(q => q.Dimension).Distinct()];
        session.Screen.MarkupLine($"[bold]Regret on quadratics of condition number {NumberText.Count(hardest)}, each at its best rate[/]");
        Tables.Write(
            session.Screen,
            [new("optimizer"), .. dimensions.Select(d => new Column($"{d} dimensions", IsNumber: true))],
            here.GroupBy(q => q.Optimizer, StringComparer.Ordinal).Select(g => (IReadOnlyList<string>)
                [Markup.Escape(g.Key), .. dimensions.Select(d => NumberText.Significant(g.First(q => q.Dimension == d).BestRegret))]));
    }

    private static void WriteGames(Session session, OptimismResult result)
    {
        int[] dimensions = [.. result.Games.Select(g => g.Dimension).Distinct()];
        session.Screen.MarkupLine("[bold]Bilinear games: distance to the saddle point over the first, at the end[/]");
        Tables.Write(
            session.Screen,
            [new("method"), .. dimensions.Select(d => new Column(d == 1 ? "1 dimension" : $"{d} dimensions", IsNumber: true))],
            result.Games.GroupBy(g => g.Optimizer, StringComparer.Ordinal).Select(g => (IReadOnlyList<string>)
                [Markup.Escape(g.Key), .. dimensions.Select(d => NumberText.Significant(g.First(x => x.Dimension == d).Final))]));
    }

    private static void WriteNetwork(Session session, NetworkFigures network)
    {
        session.Screen.MarkupLine($"[bold]{Markup.Escape(network.Optimizer)} on {Markup.Escape(network.Task)}[/]");
        Tables.Write(
            session.Screen,
            [new(""), new("found", IsNumber: true), new("wanted", IsNumber: true)],
            [
                ["worst final loss over rates 0.001 to 1 ÷ heavy ball's best", Found(network.WorstFinalLossRatio), "at most 1.1"],
                ["steps from rate 0.01 to heavy ball's best loss ÷ its own", Found(network.UntunedStepsRatio), "at most 0.7"],
            ]);

        static string Found(double? ratio) => ratio is { } r ? NumberText.Ratio(r) : "–";
    }

    private static string Slope(double slope) => slope.ToString("0.00", CultureInfo.InvariantCulture);
}
