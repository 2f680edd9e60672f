using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>Title, verdict, the figures behind it, notes, and what was learned on what.</summary>
internal static class HeaderSection
{
    public static void Write(MarkupWriter html, ReportModel model)
    {
        html.Open("header");
        html.Element("p", model.Comparison is { } c ? $"MetaMirror report · {c.Experiment}" : "MetaMirror report", ("class", "kicker"));
        html.Element("h1", model.Title);
        var verdict = model.Verdict ?? (model.Comparison is { } comparison ? Verdict.Of(comparison) : "");
        if (verdict.Length > 0) html.Element("p", verdict, ("class", "verdict"));
        if (model.Verdict is null && model.Comparison is { } compared && Verdict.Beside(compared) is { Length: > 0 } beside) html.Element("p", beside, ("class", "beside"));
        if (model.Comparison is not null) WriteTiles(html, model.Comparison);
        foreach (var note in model.Notes) html.Element("p", note, ("class", "note"));
        html.Close();
        if (model.Control.Length > 0)
        {
            html.Open("section");
            html.Element("h2", "Negative control");
            html.Element("p", model.Control);
            html.Close();
        }

        if (model.Learned.Length == 0 && model.Facts.Count == 0) return;
        html.Open("section");
        html.Element("h2", "What was learned, and on what");
        if (model.Learned.Length > 0) html.Element("p", model.Learned);
        if (model.Facts.Count > 0) HtmlTable.Facts(html, model.Facts);
        html.Close();
    }

    private static void WriteTiles(MarkupWriter html, ComparisonResult result)
    {
        var tiles = Tiles(result).ToArray();
        if (tiles.Length == 0) return;
        html.Open("ul", ("class", "tiles"));
        foreach (var (value, meaning, subject) in tiles)
        {
            html.Open("li", ("class", subject ? "subject" : null));
            html.Element("b", value);
            html.Element("span", meaning);
            html.Close();
        }

        html.Close();
    }

    private static IEnumerable<(string Value, string Meaning, bool Subject)> Tiles(ComparisonResult result)
    {
        var duels = Duel.All(result).Where(d => d.Subject is not null).ToArray();
        if (duels.Length == 0) yield break;
        var ratios = duels.Select(d => d.Ratio).OfType<double>().Order().ToArray();
        if (duels.Length == 1)
        {
            var duel = duels[0];
            var target = Verdict.TargetOf(result, duel.Subject);
            if (duel.Learned is { } learned) yield return (NumberText.Count(learned.StepsToTarget.Median!.Value), $"steps of {learned.Label ?? learned.Optimizer} to {target}", true);
            if (duel.Baseline is { } baseline) yield return (NumberText.Count(baseline.StepsToTarget.Median!.Value), $"steps of {baseline.Label ?? baseline.Optimizer}, the best tuned baseline", false);
        }

        if (ratios.Length > 0) yield return (NumberText.Ratio(Verdict.Median(ratios)), duels.Length == 1 ? "learned / best tuned baseline, in steps" : "learned / best tuned baseline, in steps: median over held-out tasks", duels.Length > 1);
        if (duels.Length > 1)
        {
            yield return ($"{duels.Count(d => d.Ratio < 1 || (d.Learned is not null && d.Baseline is null))} of {duels.Length}", "held-out tasks where the learned optimizer reached the target first", false);
        }

        if (BreakEven.Of(result) is { Steps: { } runs }) yield return (NumberText.Count(Math.Ceiling(runs)), Math.Ceiling(runs) == 1 ? "run pays back the cost of learning" : "runs pay back the cost of learning", false);
    }
}
