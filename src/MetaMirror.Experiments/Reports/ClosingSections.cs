using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Reports;

/// <summary>The papers' numbers, the cost of learning, definitions, machine and seeds, references.</summary>
internal static class ClosingSections
{
    public static void WritePaper(MarkupWriter html, ReportModel model)
    {
        if (model.PaperFigures.Count == 0) return;
        html.Open("section");
        html.Element("h2", "The papers’ numbers beside ours");
        HtmlTable.Open(html, [("figure", false), ("paper", true), ("ours", true), ("ours ÷ paper", true), ("note", false)]);
        foreach (var figure in model.PaperFigures)
        {
            html.Open("tr");
            html.Element("th", figure.Name, ("scope", "row"));
            foreach (var value in (double?[])[figure.Paper, figure.Ours])
            {
                html.Element("td", NumberText.Brief(value ?? double.NaN, 4), ("class", Figure.OrNull(value) is null ? "num missing" : "num"));
            }

            html.Element("td", NumberText.Ratio((figure.Ours / figure.Paper) ?? double.NaN), ("class", "num"));
            html.Element("td", figure.Note, ("class", "setting"));
            html.Close();
        }

        HtmlTable.Close(html);
        html.Close();
    }

    public static void WriteCost(MarkupWriter html, ReportModel model)
    {
        if (model.Comparison is not { MetaTraining: { } cost } result) return;
        html.Open("section");
        html.Element("h2", "What learning cost, and when it pays");
        var tasks = cost.TaskNames.Count == 0 ? "" : " (" + string.Join(", ", cost.TaskNames) + ")";
        HtmlTable.Facts(
            html,
            [
                new NamedText("tasks learned on", NumberText.Count(cost.Tasks) + tasks),
                new NamedText("steps", $"{NumberText.Count(cost.OuterSteps)} outer, {NumberText.Count(cost.InnerSteps)} in each inner run"),
                new NamedText("gradients", NumberText.Count(cost.Gradients)),
                new NamedText("Hessian-vector products", NumberText.Count(cost.HessianVectorProducts)),
                new NamedText("time", NumberText.Duration(cost.Seconds)),
            ]);
        if (BreakEven.Of(result) is { } even) html.Element("p", Sentence(even));
        WriteCosts(html, result.LearningCosts);
        html.Close();
    }

    /// <summary>What each learned optimizer cost.</summary>
    private static void WriteCosts(MarkupWriter html, IReadOnlyList<LearningCost> costs)
    {
        if (costs.Count == 0) return;
        HtmlTable.Open(
            html,
            [("learned optimizer", false), ("gradients", true), ("Hessian-vector products", true), ("time", true), ("in training runs", true), ("pays back in steps after", true), ("in seconds after", true)],
            "A training run is one of the comparison; a Hessian-vector product counts as two gradients. –: it does not pay back, or a figure is missing.");
        foreach (var cost in costs)
        {
            html.Open("tr");
            html.Element("th", cost.Optimizer, ("scope", "row"));
            string[] cells =
            [
                NumberText.Count(cost.Gradients), NumberText.Count(cost.HessianVectorProducts), NumberText.Duration(cost.Seconds), NumberText.Significant(cost.TrainingRuns),
                RunsOrNone(cost.BreakEvenSteps), RunsOrNone(cost.BreakEvenSeconds),
            ];
            foreach (var cell in cells) html.Element("td", cell, ("class", "num"));
            html.Close();
        }

        HtmlTable.Close(html);
    }

    private static string RunsOrNone(double? runs) => Figure.OrNull(runs) is { } finite ? Runs(finite) : "–";

    /// <summary>When learning pays, or that it does not.</summary>
    internal static string Sentence(BreakEven even)
    {
        if (even.Steps is not { } runs)
        {
            return $"A run of the learned optimizer takes {NumberText.Count(Math.Abs(even.StepsSaved ?? double.NaN))} steps more than one of the best tuned baseline: in steps, learning does not pay back.";
        }

        var text = $"Each run on a new task reaches the target {NumberText.Count(even.StepsSaved!.Value)} steps sooner than the best tuned baseline. Counted in gradients (a Hessian-vector product as two), learning has paid for itself after {Runs(runs)}";
        text += even switch
        {
            { Seconds: { } s } => $"; in seconds on this machine, after {Runs(s)}.",
            { SecondsSaved: <= 0 } => "; in seconds on this machine it does not, because its steps are slower.",
            _ => ".",
        };
        if (even.AgainstTuning is { } tuned) text += $" If the baseline were tuned anew on every task, one run to the target per setting tried, after {Runs(tuned)}.";
        return text;
    }

    private static string Runs(double runs)
    {
        var whole = Math.Ceiling(runs);
        return NumberText.Count(whole) + (whole == 1 ? " run" : " runs");
    }

    public static void WriteDefinitions(MarkupWriter html, ReportModel model)
    {
        var target = model.Comparison?.Target;
        var definitions = (target is { Definition.Length: > 0 } ? [new NamedText("target", target.Definition)] : Array.Empty<NamedText>()).Concat(model.Definitions).ToArray();
        if (definitions.Length == 0) return;
        html.Open("section");
        html.Element("h2", "Definitions");
        HtmlTable.Facts(html, definitions);
        html.Close();
    }

    public static void WriteMachine(MarkupWriter html, ReportModel model)
    {
        var facts = new List<NamedText>();
        if (model.Machine is { } m)
        {
            facts.Add(new NamedText("processor", $"{m.Processor}, {NumberText.Count(m.Cores)} logical cores, {m.InstructionSet}"));
            facts.Add(new NamedText("threads used", NumberText.Count(m.Threads)));
            if (m.MemoryGibibytes is { } memory) facts.Add(new NamedText("memory", NumberText.Significant(memory) + " GiB"));
            facts.Add(new NamedText("system", $"{m.OperatingSystem}, {m.Runtime}"));
        }

        if (model.Seed is { } seed) facts.Add(new NamedText("seed", seed.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        if (model.Comparison is { Comparison.Count: > 0 } c) facts.Add(new NamedText("runs per optimizer", string.Join(", ", c.Comparison.Select(r => NumberText.Count(r.Seeds)).Distinct(StringComparer.Ordinal))));
        facts.AddRange(model.Provenance);
        if (model.Machine is null && model.Seed is null && model.Provenance.Count == 0) return;
        html.Open("section");
        html.Element("h2", "Machine and seeds");
        HtmlTable.Facts(html, facts);
        html.Close();
    }

    public static void WriteReferences(MarkupWriter html, ReportModel model)
    {
        if (model.References.Count == 0) return;
        html.Open("section");
        html.Element("h2", "References");
        html.Open("ol", ("class", "references"));
        foreach (var reference in model.References)
        {
            html.Open("li");
            html.Text(reference.Text);
            if (reference.BibTeX.Length > 0)
            {
                html.Open("details");
                html.Element("summary", "BibTeX " + reference.Key);
                html.Element("pre", reference.BibTeX);
                html.Close();
            }

            html.Close();
        }

        html.Close();
        html.Close();
    }
}
