using System.Globalization;
using System.Numerics;
using MetaMirror.Experiments.Certifications;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>Turns a plan's comparison into the report's model.</summary>
public static class PlanReport
{
    /// <summary>Diverged meta-training runs of an optimizer that are named; the others are counted.</summary>
    private const int ListedRuns = 2;

    /// <summary>The model, to be completed with machine, references and provenance by the caller.</summary>
    public static ReportModel Of<T>(Plan plan, PlanComparisonResult<T> result, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T> => Of(plan, [ComparisonPart.Of(plan, result)], seed);

    /// <summary>The model of a comparison in parts, to be completed with machine, references and provenance by the caller.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="parts">At least one, in the order of the tasks.</param>
    /// <param name="seed">Master seed.</param>
    public static ReportModel Of(Plan plan, IReadOnlyList<ComparisonPart> parts, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(parts);
        ComparisonResult result = ComparisonPart.Merge(parts) with { Notes = Notes(parts) };
        ComparisonPart first = parts[0];
        return new ReportModel
        {
            Title = $"MetaMirror: {plan.Name}",
            Comparison = result,
            Control = NegativeControl.Of(plan, result)?.Text ?? "",
            Learned = first.Learned.Count > 0 ? Story(plan, first, inTurn: parts.SelectMany(p => p.Learned).Count(l => l.Optimizer == first.Learned[0].Optimizer) > 1) : "",
            Facts = first.Facts,
            Notes = result.Notes,
            Activations = first.Activations,
            Preconditioner = first.Preconditioner,
            Tables = CertificateTables.Of(result),
            Definitions = Definitions(plan),
            Seed = seed,
        };
    }

    private static string Story(Plan plan, ComparisonPart part, bool inTurn)
    {
        LearnedPart learned = part.Learned[0];
        return $"{plan.Description} {learned.Optimizer} was learned {(inTurn ? "on all tasks but the held-out one, for each in turn" : $"on {string.Join(", ", learned.Cost.TaskNames)}")}. {part.How} Learning read training data only.";
    }

    private static List<string> Notes(IReadOnlyList<ComparisonPart> parts)
    {
        var notes = new List<string>();
        foreach (var rules in parts.SelectMany(p => p.Learned.Select(rule => (Where: parts.Count > 1 ? $", {string.Join(" + ", p.HeldOut)} held out" : "", Rule: rule))).GroupBy(r => r.Rule.Optimizer, StringComparer.Ordinal))
        {
            (string Where, string Run)[] lost = [.. rules.SelectMany(r => r.Rule.Diverged.Select(run => (r.Where, run)))];
            notes.AddRange(lost.Take(ListedRuns).Select(l => $"{rules.Key}{l.Where}: a meta-training run {l.Run} and was left out."));
            if (lost.Length > ListedRuns)
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"{rules.Key}: so were {lost.Length - ListedRuns} other meta-training runs that diverged."));
            notes.AddRange(rules.SelectMany(r => r.Rule.Notes.Select(note => $"{rules.Key}{r.Where}: {note}")).Distinct(StringComparer.Ordinal));
        }

        notes.AddRange(parts[0].Activations.Where(a => a.Dead > 0).Select(a => $"{a.Optimizer}: {a.Dead} of its components {(a.Dead == 1 ? "was" : "were")} never active on the held-out task."));
        return notes;
    }

    private static List<NamedText> Definitions(Plan plan) =>
    [
        new("Training loss", LeaveOneOut<float>.Definition(plan).Definition),
        new("Final", "Mean of the training loss over the last tenth of the run."),
        new("Test accuracy", "On the test data, after the last step; mean and standard error over seeds."),
        new("Milliseconds per step", string.Create(CultureInfo.InvariantCulture, $"Gradient plus update without evaluation, one thread, mean over {plan.Timing?.Steps ?? StepTimer.Timed} consecutive steps after {plan.Timing?.WarmUp ?? StepTimer.WarmUp}, all optimizers in turn, the least of {plan.Timing?.Rounds ?? LeaveOneOut<float>.TimedRounds} rounds, measured after the comparison.")),
        .. plan.Controls.Count > 0 ? [new("Control", "The same rule with nothing learned and nothing chosen, for every family: random or identity bases, no prior, the library's default step with linear decay; for learned metrics the identity with step 0.1.")] : Array.Empty<NamedText>(),
        new("Same for all", "Initial weights, mini-batches and number of seeds; every optimizer sees the same draws."),
    ];
}
