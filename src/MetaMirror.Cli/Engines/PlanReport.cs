using System.Globalization;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Engines;

/// <summary>A plan's comparison as a report: the facts around the figures.</summary>
internal static class PlanReport
{
    /// <summary>The report of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="result">The comparison.</param>
    /// <param name="rule">Name of the learned rule; null: not said.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="seed">Master seed.</param>
    public static ReportModel Of(Plan plan, ComparisonResult result, string? rule, MachineInfo machine, ulong seed) => new()
    {
        Title = $"MetaMirror: {plan.Name}",
        Comparison = result,
        Learned = Learned(plan, result),
        Facts = [.. Facts(plan, rule)],
        Definitions =
        [
            new("Steps to target", result.Target.Definition),
            new("Final training loss", "Mean of the training loss over the last tenth of the run; median over seeds."),
            new("Milliseconds per step", "Gradient plus update on one thread, evaluation excluded, mean over 100 steps after 20; measured after the comparison."),
        ],
        Machine = machine,
        Seed = seed,
        References = Bibliography.Of([.. Cited(plan, result)]),
    };

    private static string Learned(Plan plan, ComparisonResult result)
    {
        if (plan.Learn is not { } learn)
            return "Nothing was learned: the plan has baselines only.";
        string what = $"{learn.Optimizer} ({Catalogue.LearnedOptimizer(learn.Optimizer).Description})";
        string tasks = result.MetaTraining is { TaskNames.Count: > 0 } cost && cost.TaskNames.Count <= 12 ? $" ({string.Join(", ", cost.TaskNames)})" : "";
        string count = result.MetaTraining is { } meta ? $"{meta.Tasks} tasks{tasks}" : "the training tasks";
        return $"{plan.Description} Learned: {what}, on {count}. It has seen neither the held-out task nor any validation or test data.";
    }

    private static IEnumerable<NamedText> Facts(Plan plan, string? rule)
    {
        yield return new("Plan", plan.Name);
        if (plan.Learn is { } learn)
            yield return new("Learned optimizer", learn.Optimizer);
        if (rule is not null)
            yield return new("Rule", rule);
        if (plan.Model is MlpPlan mlp)
            yield return new("Model", string.Create(CultureInfo.InvariantCulture, $"network with hidden layers of {string.Join(", ", mlp.Hidden)} units"));
        yield return new("Training", $"{NumberText.Count(plan.Training.Steps)} steps{(plan.Training.BatchSize is { } size ? $", mini-batches of {size}" : ", full batch")}");
        yield return new("Seeds", plan.Seeds.ToString(CultureInfo.InvariantCulture));
    }

    private static IEnumerable<string> Cited(Plan plan, ComparisonResult result)
    {
        yield return "metamirror";
        if (plan.Family is RotatedImagesPlan images)
            yield return images.Dataset;
        if (plan.Family is DigitPairsPlan pairs)
            yield return pairs.Dataset;
        foreach (string optimizer in result.Comparison.Select(r => r.Optimizer).Distinct(StringComparer.Ordinal))
            yield return optimizer;
    }
}
