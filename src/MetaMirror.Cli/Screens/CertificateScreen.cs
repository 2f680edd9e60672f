using MetaMirror.Certificates;
using MetaMirror.Cli.Commands;
using MetaMirror.Experiments.Certifications;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Tuning;
using Spectre.Console;

namespace MetaMirror.Cli.Screens;

/// <summary>Certificates as a table of theorems, then a sentence for each.</summary>
internal static class CertificateScreen
{
    /// <summary>One row for each theorem, over all tasks; then what each says, on the first task that it holds on.</summary>
    public static void Write(Session session, CertificationResult result)
    {
        session.People.WriteLine($"{result.Optimizer} on {result.Plan}:");
        IGrouping<(CertificateLevel Level, string Name), Certificate>[] theorems = [.. result.Certificates.GroupBy(c => (c.Level, c.Name)).OrderBy(g => g.Key.Level)];
        Tables.Write(
            session.Screen,
            [new("level"), new("certificate"), new("holds on", true), new("bound", true), new("measured", true), new("bound / measured", true)],
            theorems.Select(g => (IReadOnlyList<string>)
            [
                g.Key.Level.ToString(),
                Markup.Escape(g.Key.Name),
                Holding(g),
                Median(g.Select(c => c.Bound)),
                Median(g.Where(c => c.Bound is not null).Select(c => c.Measured)),
                Ratios(g),
            ]));
        session.People.WriteLine("Bounds and measured values are medians over the tasks; ratios have their range.");
        foreach (IGrouping<(CertificateLevel, string), Certificate> group in theorems)
            Say(session, group);
        session.People.WriteLine("How each premise was checked, and by how much it holds: --out DIR (a page), --json.");
        foreach (string note in result.Notes)
            session.People.WriteLine($"Note: {note}");
    }

    private static string Holding(IEnumerable<Certificate> group)
    {
        Certificate[] all = [.. group];
        int bounds = all.Count(c => c.Bound is not null), exceeded = all.Count(c => c.IsExceeded);
        return exceeded > 0 ? $"[red]exceeded on {exceeded}[/]" : bounds == 0 ? "refused" : $"{bounds} of {all.Length}";
    }

    private static void Say(Session session, IEnumerable<Certificate> group)
    {
        Certificate shown = group.FirstOrDefault(c => c.IsExceeded) ?? group.FirstOrDefault(c => c.Bound is not null) ?? group.First();
        string task = shown.Task.Length > 0 ? $", {shown.Task}" : "";
        session.People.WriteLine($"{shown.Level} {shown.Name}{task}: {shown.Verdict}.");
        foreach (Premise premise in shown.Premises.Where(p => p.Status == PremiseStatus.Assumed))
            session.People.WriteLine($"  assumed: {premise.Text}");
        session.People.WriteLine($"  premises: {Counted(shown.Premises)}");
    }

    private static string Counted(IReadOnlyList<Premise> premises)
    {
        (string Word, PremiseStatus Status)[] words = [("checked", PremiseStatus.Checked), ("assumed", PremiseStatus.Assumed), ("failed", PremiseStatus.Failed)];
        return string.Join(", ", words.Select(w => (w.Word, Count: premises.Count(p => p.Status == w.Status))).Where(w => w.Count > 0).Select(w => $"{w.Count} {w.Word}"));
    }

    private static string Median(IEnumerable<double?> values)
    {
        double[] known = [.. values.Where(v => v is not null).Select(v => v!.Value)];
        return known.Length == 0 ? "–" : NumberText.Significant(Quantiles.Median(known));
    }

    private static string Ratios(IEnumerable<Certificate> group)
    {
        double[] ratios = [.. group.Select(c => c.Ratio).Where(r => r is not null).Select(r => r!.Value)];
        if (ratios.Length == 0)
            return "–";
        string median = NumberText.Significant(Quantiles.Median(ratios));
        return ratios.Length == 1 ? median : $"{median} ({NumberText.Significant(ratios.Min())} to {NumberText.Significant(ratios.Max())})";
    }
}
