using System.Globalization;
using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Certifications;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.MetaLearners;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>Turns a plan's comparison into the report's model.</summary>
public static class PlanReport
{
    /// <summary>Diverged meta-training runs of an optimizer that are named; the others are counted.</summary>
    private const int ListedRuns = 2;

    /// <summary>The model, to be completed with machine, references and provenance by the caller.</summary>
    public static ReportModel Of<T>(Plan plan, PlanComparisonResult<T> result, ImageShape? image, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(result);
        IReadOnlyList<LearnedRule<T>> learned = result.Learned.Count > 0 ? result.Learned[0] : [];
        return new ReportModel
        {
            Title = $"MetaMirror: {plan.Name}",
            Comparison = result.Result,
            Control = NegativeControl.Of(plan, result.Result)?.Text ?? "",
            Learned = learned.Count > 0 ? Story(plan, learned[0], result.Learned.Count > 1) : "",
            Facts = learned.Count > 0 ? Facts(learned[0]) : [],
            Notes = Notes(result),
            Activations = result.Activations,
            Preconditioner = learned.Count > 0 && (plan.Learn is not TrackedLearning tracked || Tracks(tracked, learned[0].Layout)) ? LearnedPictures.Of(learned[0], image) : [],
            Tables = CertificateTables.Of(result.Result),
            Definitions = Definitions(plan),
            Seed = seed,
        };
    }

    private static string Candidates(IStatisticsLearning learning) =>
        $"{learning.Candidates.Count()} candidates, with its schedule{(learning.Exponents.Count > 1 ? " and the exponent of second moments" : "")}";

    private static string Story<T>(Plan plan, LearnedRule<T> rule, bool inTurn)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        string how = plan.Learn switch
        {
            BasisLearning basis =>
                $"Source runs with {basis.SourceOptimizer} gave a Kronecker eigenbasis (input-side rank {basis.Rank}) and prior second moments; the step was chosen among {Candidates(basis)}, by the mean training loss on the source tasks"
                + (basis.OuterSteps > 0 ? $", then {string.Join(", ", basis.Learn.Select(l => l.Replace('_', ' ')))} were refined by hypergradient of that loss." : "."),
            TrackedLearning tracked when !Tracks(tracked, rule.Layout) =>
                $"No tensor is wider than {tracked.LargestColumns} columns, so none is tracked in low rank and no basis was learned: only the step was chosen among {Candidates(tracked)}, by the mean training loss on the source tasks.",
            TrackedLearning tracked =>
                $"Source runs with {tracked.SourceOptimizer} gave the input-side bases (rank {tracked.Rank}) that runs start from and then track; the step was chosen among {Candidates(tracked)}, by the mean training loss on the source tasks"
                + (tracked.OuterSteps > 0 ? $", then {string.Join(", ", tracked.Learn.Select(l => l.Replace('_', ' ')))} were refined by hypergradient of that loss." : "."),
            MatrixLearning matrix => Of(matrix),
            MetaMdLearning mirror => $"The divergence of mirror descent was learned with {Name(mirror.MetaObjective)} by {Name(mirror.Hypergradient)}.",
            _ => "",
        };
        return $"{plan.Description} {rule.Name} was learned {(inTurn ? "on all tasks but the held-out one, for each in turn" : $"on {string.Join(", ", rule.Cost.TaskNames)}")}. {how} Learning read training data only.";
    }

    /// <summary>Whether anything of the source statistics enters the rule.</summary>
    private static bool Tracks(TrackedLearning learning, ParameterLayout layout) => learning.Prior > 0 || layout.Blocks.Any(b => b.Columns > learning.LargestColumns);

    private static string Of(MatrixLearning matrix)
    {
        List<string> phases = [];
        if (matrix.Start == MetricStart.FourthRoots)
            phases.Add($"fourth roots of the gradient factors of source runs with {matrix.SourceOptimizer}");
        if (matrix.OuterSteps > 0)
            phases.Add("the closed form of the regret bound, damped and iterated");
        if (matrix.LearningRates.Count > 0)
            phases.Add(string.Create(CultureInfo.InvariantCulture, $"its step, chosen among {matrix.LearningRates.Count} on the source tasks"));
        if (matrix.RefinementSteps > 0)
            phases.Add($"refinement by hypergradient of {Name(matrix.RefinementObjective)}");
        return $"The metric of mirror descent was learned by {string.Join("; then ", phases)}.";
    }

    private static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "-" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));

    private static List<NamedText> Facts<T>(LearnedRule<T> rule)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var facts = new List<NamedText>
        {
            new("Parameters", $"{rule.Layout.Length} ({rule.Layout})"),
            new("Meta-parameters", rule.Natural.Length.ToString(CultureInfo.InvariantCulture)),
        };
        int at = 0;
        foreach (MetaParameterSpec<T> spec in rule.Rule.MetaSpecs(rule.Layout))
        {
            if (spec.Length == 1)
                facts.Add(new(spec.Name, double.CreateChecked(rule.Natural[at]).ToString("g4", CultureInfo.InvariantCulture)));
            at += spec.Length;
        }

        if (rule.History.Length > 1)
        {
            OuterStepReport last = rule.History[^1];
            facts.Add(new("Meta-objective", string.Create(CultureInfo.InvariantCulture, $"{rule.History[0].Value:g4} at the first outer step, {last.Value:g4} at the last")));
            if (last.Anisotropy > 0)
                facts.Add(new("Anisotropy", string.Create(CultureInfo.InvariantCulture, $"log P has standard deviation {last.Anisotropy:g3} (0 would be one learning rate)")));
        }

        return facts;
    }

    private static List<string> Notes<T>(PlanComparisonResult<T> result)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var notes = new List<string>();
        foreach (IGrouping<string, LearnedRule<T>> rules in result.Learned.SelectMany(l => l).GroupBy(r => r.Name, StringComparer.Ordinal))
        {
            TaskOutcome[] lost = [.. rules.SelectMany(r => r.History).SelectMany(h => h.Diverged)];
            notes.AddRange(lost.Take(ListedRuns).Select(run => $"{rules.Key}: a meta-training run on '{run.Task}' {run.Inner} and was left out."));
            if (lost.Length > ListedRuns)
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"{rules.Key}: so were {lost.Length - ListedRuns} other meta-training runs that diverged."));
            notes.AddRange(rules.SelectMany(r => r.Notes).Distinct(StringComparer.Ordinal).Select(note => $"{rules.Key}: {note}"));
        }

        notes.AddRange(result.Activations.Where(a => a.Dead > 0).Select(a => $"{a.Optimizer}: {a.Dead} of its components was never active on the held-out task."));
        return notes;
    }

    private static List<NamedText> Definitions(Plan plan) =>
    [
        new("Training loss", LeaveOneOut<float>.Definition(plan).Definition),
        new("Final", "Mean of the training loss over the last tenth of the run."),
        new("Test accuracy", "On the test data, after the last step; mean and standard error over seeds."),
        new("Milliseconds per step", string.Create(CultureInfo.InvariantCulture, $"Gradient plus update without evaluation, one thread, mean over {StepTimer.Timed} consecutive steps after {StepTimer.WarmUp}, all optimizers in turn, the least of {LeaveOneOut<float>.TimedRounds} rounds, measured after the comparison.")),
        .. plan.Controls.Count > 0 ? [new("Control", "The same rule with nothing learned and nothing chosen, for every family: random or identity bases, no prior, the library's default step with linear decay; for learned metrics the identity with step 0.1.")] : Array.Empty<NamedText>(),
        new("Same for all", "Initial weights, mini-batches and number of seeds; every optimizer sees the same draws."),
    ];
}
