using System.Globalization;
using MetaMirror.Experiments.Learning;

namespace MetaMirror.Experiments.Plans;

/// <summary>Checks of what is learned that involve several keys.</summary>
internal static class LearningChecks
{
    /// <summary>Adds the mistakes of <c>learn</c> and <c>also</c>.</summary>
    public static void Add(Plan plan, List<PlanError> errors)
    {
        if (plan.Learn is null && plan.Also.Count > 0)
            errors.Add(new PlanError("$.learn", "an object with 'optimizer': 'also' says what is learned besides", "nothing"));
        var names = new HashSet<string>(StringComparer.Ordinal);
        int at = -1;
        foreach (LearningPlan learning in plan.Learned)
        {
            string path = at < 0 ? "$.learn" : string.Create(CultureInfo.InvariantCulture, $"$.also[{at}]");
            at++;
            if (!names.Add(learning.Optimizer))
                errors.Add(new PlanError($"{path}.optimizer", "a name that is not learned already: rows of a comparison go by name", $"'{learning.Optimizer}' again"));
            if (learning is MetaMdLearning metamd)
                CheckMetaMd(metamd, path, plan.Training.BatchSize, errors);
            else if (learning is MatrixLearning matrix)
                CheckMatrix(matrix, path, errors);
            else if (learning is ArubaLearning { Optimizer: not ArubaLearning.Plus } aruba && !aruba.Coefficients.SequenceEqual([0]))
                errors.Add(new PlanError($"{path}.coefficients", "none, or the optimizer 'aruba-plus', whose rates adapt in the run", "some"));
            else if (learning is ArubaLearning { Optimizer: ArubaLearning.Plus, Isotropic: true })
                errors.Add(new PlanError($"{path}.isotropic", "false: the sums of aruba-plus are element-wise", "true"));
            else if (learning is FdsLearning fds)
                CheckFds(fds, path, plan.Training.Steps, errors);
            else if (learning is UnrolledLearning { Optimizer: UnrolledLearning.Warp, MetaObjective: not MetaObjectiveName.TrajectoryLoss })
                errors.Add(new PlanError($"{path}.metaObjective", "trajectory-loss: warp-grad is learned from every point of the runs", "another"));
            else if (learning is IStatisticsLearning statistics)
                CheckStatistics(statistics, path, errors);
        }

        if (plan.MatchInnerGradients && !plan.Also.Any(l => l is IRivalLearning))
            errors.Add(new PlanError("$.matchInnerGradients", "false, or a learned optimizer of others in 'also': it is about those", "true"));
        CheckControls(plan, names, errors);
    }

    /// <summary>A control without its learned rule would not be run.</summary>
    private static void CheckControls(Plan plan, HashSet<string> learned, List<PlanError> errors)
    {
        for (int i = 0; i < plan.Controls.Count; i++)
        {
            bool ofMetric = plan.Controls[i] == UnlearnedMirror.Name;
            string rule = ofMetric ? "a learned metric" : $"'metamirror{plan.Controls[i]["unlearned".Length..]}'";
            if (ofMetric ? !plan.Learned.Any(UnlearnedMirror.IsControlOf) : !learned.Contains(rule.Trim('\'')))
                errors.Add(new PlanError(string.Create(CultureInfo.InvariantCulture, $"$.controls[{i}]"), $"the control of what is learned ('{plan.Controls[i]}' is that of {rule})", $"'{plan.Controls[i]}'"));
        }
    }

    private static void CheckStatistics(IStatisticsLearning learning, string path, List<PlanError> errors)
    {
        if (learning is TrackedLearning { Start: BasisStart.Random, Prior: > 0 })
            errors.Add(new PlanError($"{path}.prior", "0: a random start has no prior", "a weight above 0"));
        if (learning is { OuterSteps: > 0, Learn: [StatisticsRules<double>.Schedule] } && learning.Schedules.Contains(ScheduleName.Constant))
            errors.Add(new PlanError($"{path}.schedules", "none that is constant: 'schedule' is all that is learned", "'constant'"));
    }

    private static void CheckFds(FdsLearning learning, string path, int trainingSteps, List<PlanError> errors)
    {
        int steps = learning.InnerSteps ?? trainingSteps;
        foreach ((string key, int values) in new[]
                 { ("learningRateValues", learning.LearningRateValues), ("momentumValues", learning.MomentumValues), ("weightDecayValues", learning.WeightDecayValues) })
        {
            if (values > steps)
                errors.Add(new PlanError($"{path}.{key}", string.Create(CultureInfo.InvariantCulture, $"at most {steps}, the steps of an inner run: a value is that of one step or more"), Text(values)));
        }
    }

    private static void CheckMatrix(MatrixLearning learning, string path, List<PlanError> errors)
    {
        if (learning.Start == MetricStart.FourthRoots && learning.Optimizer != "metamirror-kronecker")
            errors.Add(new PlanError($"{path}.start", "unit: fourth roots are those of Kronecker factors", "'fourth-roots'"));
        if (learning.Start == MetricStart.Unit && learning.OuterSteps + learning.RefinementSteps == 0)
            errors.Add(new PlanError($"{path}.outerSteps", "outerSteps or refinementSteps above 0, or the start fourth-roots: else nothing is learned", "0"));
        if (learning.RefinementObjective is MetaObjectiveName.RegretBound or MetaObjectiveName.RelaxedRegretBound or MetaObjectiveName.ValidationLoss)
            errors.Add(new PlanError($"{path}.refinementObjective", "one of trajectory-loss, final-loss, final-gradient-norm", "another"));
    }

    private static void CheckMetaMd(MetaMdLearning learning, string path, int? batchSize, List<PlanError> errors)
    {
        if (learning.Hypergradient == HypergradientName.ClosedForm && learning.MetaObjective != MetaObjectiveName.RegretBound)
            errors.Add(new PlanError(
                $"{path}.hypergradient", "forward, reverse, truncated-reverse or implicit: the closed form is the un-relaxed bound's (regret-bound)", "'closed-form'"));
        if (learning.Hypergradient == HypergradientName.ClosedForm && learning.Optimizer.StartsWith("metamd-max3", StringComparison.Ordinal))
            errors.Add(new PlanError($"{path}.hypergradient", "forward, reverse or truncated-reverse: a maximum of diagonals has no closed form", "'closed-form'"));
        if (learning.WarmStartSteps > 0 && learning.Optimizer.StartsWith("metamd-max3", StringComparison.Ordinal))
            errors.Add(new PlanError($"{path}.warmStartSteps", "0: a maximum of diagonals has no closed form to start from", Text(learning.WarmStartSteps)));
        bool bound = learning.MetaObjective is MetaObjectiveName.RegretBound or MetaObjectiveName.RelaxedRegretBound;
        if (learning.Schedule != ScheduleName.Constant && (bound || learning.WarmStartSteps > 0))
            errors.Add(new PlanError($"{path}.schedule", "constant: the regret bounds and their closed form are those of one constant step", "'linear'"));
        if (learning.MetaObjective == MetaObjectiveName.RegretBound && learning.Optimizer == "metamd-max3-printed")
            errors.Add(new PlanError($"{path}.metaObjective", "relaxed-regret-bound or a loss: the printed step is no mirror step, so the un-relaxed bound does not hold", "'regret-bound'"));
        if (learning.MetaObjective == MetaObjectiveName.ValidationLoss)
            errors.Add(new PlanError($"{path}.metaObjective", "an objective of training data: learning is not shown validation data", "'validation-loss'"));
        if (learning.Hypergradient == HypergradientName.Implicit && learning.MetaObjective is not (MetaObjectiveName.FinalLoss or MetaObjectiveName.FinalGradientNorm))
            errors.Add(new PlanError($"{path}.hypergradient", "forward, reverse or truncated-reverse: implicit needs an objective of the run's end (final-loss, final-gradient-norm)", "'implicit'"));
        if (learning.Hypergradient == HypergradientName.Implicit && batchSize is not null)
            errors.Add(new PlanError($"{path}.hypergradient", "forward, reverse or truncated-reverse: implicit needs full batches (no batchSize)", "'implicit'"));
        if (learning.Window is { } window && learning.Hypergradient is not (HypergradientName.TruncatedReverse or HypergradientName.Implicit))
            errors.Add(new PlanError($"{path}.window", "none unless hypergradient is 'truncated-reverse' or 'implicit'", Text(window)));
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
