using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Protocols;

/// <summary>The report of a protocol: the comparison's, with the paper's numbers beside ours, what differs from the paper, training in seconds, and what the paper's scale would take.</summary>
public static class ProtocolReport
{
    /// <summary>The model, to be completed with machine, references and provenance by the caller.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="scale">The scale it was run at.</param>
    /// <param name="plan">The plan that was run.</param>
    /// <param name="parts">What was done, at least one.</param>
    /// <param name="seed">Master seed.</param>
    public static ReportModel Of(Protocol protocol, ProtocolScale scale, Plan plan, IReadOnlyList<ComparisonPart> parts, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ReportModel model = PlanReport.Of(plan, parts, seed);
        ComparisonResult result = model.Comparison! with { Experiment = protocol.Name };
        string[] notes = scale == ProtocolScale.Smoke ? [$"Smoke scale: this shows that everything works, and nothing else; {protocol.StandIn}."] : [];
        ReportSection? activations = protocol.IsAboutActivations ? ActivationShares.Section(model.Activations) : null;
        return model with
        {
            Title = $"{protocol.Title}: MetaMD, {protocol.Place}",
            Verdict = protocol.IsAboutActivations ? ActivationShares.Verdict(model.Activations) : Verdict(protocol, result),
            Comparison = result,
            Notes = [.. notes, .. model.Notes],
            PaperFigures = PaperBeside.Means(result, protocol),
            Sections = [.. activations is null ? Array.Empty<ReportSection>() : [activations], Beside(protocol, result), Differences(protocol, scale, plan, result), .. RunCharts.InSeconds(result, new SeriesPalette(result))],
        };
    }

    /// <summary>The outcome, favorable or not.</summary>
    public static string Verdict(Protocol protocol, ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(result);
        bool Has(string optimizer) => result.Comparison.Any(r => r.Optimizer == optimizer && r.Learned);
        List<string> sentences = [];
        if (Has(Strongest))
        {
            var s = ColumnStandings.Of(result, Strongest);
            string steps = s.Faster.Count == 0 ? "" : $", and needs fewer steps to the target than {string.Join(", ", s.Faster.Select(f => $"{f.Baseline} on {f.Columns}"))}";
            sentences.Add($"{s.Optimizer} has the best test accuracy, or one within a standard error of the best, on {s.BestAccuracy} of {s.Columns} held-out tasks, the lowest mean training loss on {s.LowestMeanLoss}{steps}.");
            if (AgainstControl(result) is { } against)
                sentences.Add(against);
        }

        string[] rest = [.. MetaMdRows.Where(m => Has(m.Optimizer)).Select(m => (m.Words, Standing: ColumnStandings.Of(result, m.Optimizer)))
            .Select(m => $"MetaMD {m.Words} ({m.Standing.Optimizer}): {string.Join(", ", (int[])[m.Standing.BestAccuracy, m.Standing.LowestMeanLoss, .. m.Standing.Faster.Select(f => f.Columns)])}")];
        if (rest.Length > 0)
            sentences.Add($"The same counts of {string.Join("; of ", rest)}.");
        return string.Join(" ", sentences);
    }

    /// <summary>What learning adds to the strongest rule, without any latitude for noise; null without its control.</summary>
    private static string? AgainstControl(ComparisonResult result)
    {
        (ComparisonRow Learned, ComparisonRow Control)[] pairs =
        [
            .. from learned in result.Comparison
               where learned.Optimizer == Strongest
               from control in result.Comparison
               where control.Optimizer == Control && control.HeldOutTask == learned.HeldOutTask
               select (learned, control),
        ];
        return pairs.Length == 0 ? null :
            $"Beside the same rule with nothing learned ({Control}), it is more accurate on {pairs.Count(p => p.Learned.TestAccuracy?.Mean > p.Control.TestAccuracy?.Mean)} of {pairs.Length}, "
            + $"has the lower mean training loss on {pairs.Count(p => p.Learned.MeanTrainingLoss < p.Control.MeanTrainingLoss)}, "
            + $"and needs fewer steps on {pairs.Count(p => ColumnStandings.IsFaster(p.Learned, p.Control))}.";
    }

    private const string Strongest = "metamirror-tracked", Control = "unlearned-tracked";
    private static readonly (string Words, string Optimizer)[] MetaMdRows = [("as printed", "metamd-max3-printed"), ("corrected", "metamd-max3")];

    private static ReportSection Beside(Protocol protocol, ComparisonResult result) => new("The paper’s table beside ours")
    {
        Paragraphs =
        [
            protocol.Printed.Rows.Count > 0 || protocol.Ranges.Count > 0
                ? $"MetaMD, {protocol.Place}. The paper's rows stand above ours of the same optimizer. All rows of all experiments: the classic optimizers, SOAP and Muon, tuned, MetaMD as printed and as corrected, each with one diagonal and with the maximum of three, this project's strongest learned optimizer, and controls."
                : $"MetaMD, {protocol.Place}, prints no numbers to put beside ours.",
            "Best: the highest mean among all rows but the controls, or less than it by no more than one standard error, the larger of the two.",
        ],
        Tables =
        [
            PaperBeside.Accuracies(result, protocol.Printed),
            .. PaperBeside.Gaps(result, protocol.Printed) is { } gaps ? [gaps] : Array.Empty<ReportTable>(),
            Standings(result),
        ],
    };

    private static ReportTable Standings(ComparisonResult result)
    {
        ColumnStandings[] all = [.. result.Comparison.Select(r => r.Optimizer).Distinct(StringComparer.Ordinal).Select(o => ColumnStandings.Of(result, o))];
        string[] baselines = [.. all.Length > 0 ? all[0].Faster.Select(f => f.Baseline) : []];
        return new ReportTable(
            "On how many held-out tasks",
            ["optimizer", "best accuracy", "lowest mean loss", .. baselines.Select(b => $"fewer steps than {b}"), "of"],
            [
                .. all.Select(s => (IReadOnlyList<string>)
                [
                    s.Optimizer, NumberText.Count(s.BestAccuracy), NumberText.Count(s.LowestMeanLoss),
                    .. baselines.Select(b => s.Faster.Where(f => f.Baseline == b && b != s.Optimizer).Select(f => NumberText.Count(f.Columns)).FirstOrDefault("–")), NumberText.Count(s.Columns),
                ]),
            ],
            "Accuracy: best, or less than it by no more than one standard error. Controls are not among those to be beaten.");
    }

    private static ReportSection Differences(Protocol protocol, ProtocolScale scale, Plan plan, ComparisonResult result)
    {
        string convergence = protocol.Converged is { } rule
            ? scale == ProtocolScale.Paper ? $"Convergence: {rule.Words}. " : $"At the scale of the paper: {rule.Words}. "
            : "";
        string cost = scale switch
        {
            ProtocolScale.Paper => "",
            ProtocolScale.Smoke => "Times at this scale say nothing of the paper's.",
            _ => $"The paper's scale with this program (--scale paper) would be {ScaleEstimate.Of(protocol.At(ProtocolScale.Paper), plan, result).Words}.",
        };
        return new ReportSection("What differs from the paper")
        {
            Paragraphs = [$"Scale: {scale.ToString().ToLowerInvariant()}. {convergence}{cost}"],
            Tables =
            [
                new ReportTable("", ["", "in the paper", "here"], [.. protocol.Differences.Select(d => (IReadOnlyList<string>)[d.What, d.InPaper, d.Here(plan)])], ""),
            ],
        };
    }
}
