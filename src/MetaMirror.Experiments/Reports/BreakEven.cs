namespace MetaMirror.Experiments.Reports;

/// <summary>After how many deployments learning has paid for itself.</summary>
/// <param name="Steps">meta-training in gradient equivalents (a Hessian-vector product counts as two gradients) / steps saved per run; null when no step is saved or a figure is missing.</param>
/// <param name="Seconds">meta-training in seconds / seconds saved per run; null when no time is saved or a time is missing.</param>
/// <param name="StepsSaved">Steps that one run saves, negative when it costs steps; null when a figure is missing.</param>
/// <param name="SecondsSaved">Seconds that one run saves, negative when it costs time; null when a figure is missing.</param>
/// <param name="AgainstTuning">As <paramref name="Steps"/>, if the baseline were tuned anew on each task, one run to the target per setting tried (settings worse than the best take longer: this is the least that tuning costs); null when not known.</param>
public sealed record BreakEven(double? Steps, double? Seconds, double? StepsSaved, double? SecondsSaved, double? AgainstTuning)
{
    /// <summary>Compares one run of the learned optimizer with one of the best baseline, each until its target is reached, averaged over the held-out tasks where both reach it.</summary>
    /// <param name="result">The comparison.</param>
    /// <returns>The figures; null when there is no meta-training to pay back or nothing to compare with.</returns>
    public static BreakEven? Of(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.MetaTraining is { } cost ? Of(result, null, cost) : null;
    }

    /// <summary>The same for one of several learned optimizers.</summary>
    /// <param name="result">The comparison.</param>
    /// <param name="optimizer">Its name; null for that of the first learned row.</param>
    /// <param name="cost">What learning it cost.</param>
    /// <returns>The figures; null when there is nothing to compare with.</returns>
    public static BreakEven? Of(ComparisonResult result, string? optimizer, MetaTrainingSummary cost)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(cost);
        var duels = Duel.All(result, optimizer).Where(d => d.Learned is not null && d.Baseline is not null).ToArray();
        if (duels.Length == 0) return null;
        var stepsSaved = duels.Average(d => StepsOf(d.Baseline!) - StepsOf(d.Learned!));
        var secondsSaved = MeanOrNull(duels.Select(d => d.Baseline!.SecondsToTarget - d.Learned!.SecondsToTarget));
        var tuningSteps = MeanOrNull(duels.Select(d => d.Baseline!.Tuning is { Evaluations: > 0 } t ? t.Evaluations * StepsOf(d.Baseline) : (double?)null));
        var gradients = cost.GradientEquivalents;
        return new BreakEven(
            Quotient(gradients, stepsSaved),
            Quotient(cost.Seconds, secondsSaved),
            stepsSaved,
            secondsSaved,
            Quotient(gradients, stepsSaved + tuningSteps));
    }

    private static double StepsOf(ComparisonRow row) => row.StepsToTarget.Median!.Value;

    private static double? Quotient(double cost, double? saved) => saved > 0 && double.IsFinite(cost) ? cost / saved : null;

    private static double? MeanOrNull(IEnumerable<double?> values)
    {
        var list = values.ToArray();
        return list.All(v => v.HasValue) ? list.Average() : null;
    }
}
