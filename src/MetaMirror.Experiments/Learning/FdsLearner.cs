using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// FDS (Micaelli and Storkey 2021, arXiv 2007.07869): schedules of <see cref="ScheduledSgd{T}"/> by the outer update of <see cref="FdsStep{T}"/>, gradients clipped at 3 entry by entry as in the authors' code.
/// </summary>
/// <remarks>
/// Differs from the paper: one schedule for all source tasks, judged by a training objective of the plan; deployed is the outer step that was best, not the last one, which no run has tried; gradients are
/// clipped at deployment too.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class FdsLearner<T>(Plan plan, FdsLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    : RivalLearner<T>(plan, learning, tasks, settings, time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Of each entry of a gradient.
    private const double LargestEntry = 3;

    private protected override int PassesPerOuterStep => 1;

    private protected override UpdateRule<T> CreateRule(RuleSetting start) => new Chain<T>(
        new ClipByValue<T>(LargestEntry),
        new ScheduledSgd<T>(new ScheduledSgdOptions
        {
            LearningRate = start.LearningRate,
            LearningRateValues = learning.LearningRateValues,
            MomentumValues = learning.MomentumValues,
            WeightDecayValues = learning.WeightDecayValues,
        }));

    private protected override string? Learn(
        int phase, RuleSetting start, ref int outerSteps, ref UpdateRule<T> rule, ref MetaLearner<T> learner, List<OuterStepReport> history, CancellationToken cancellationToken)
    {
        string what = $"What {learning.Optimizer} learned was";
        var options = new FdsOptions { LearningRateStep = learning.LearningRateStep, MomentumStep = learning.MomentumStep, WeightDecayStep = learning.WeightDecayStep };
        var step = new FdsStep<T>(Objective, options);
        try
        {
            MetaLearner<T> schedules = RunPhase("schedules", phase, RefinementStreams, rule, step, outerSteps, null, 0, deploys: false, cancellationToken);
            outerSteps = schedules.OuterStep;
            history.AddRange(schedules.History);

            // The best values of all meta-parameters: a penalty's among them.
            T[] best = [.. step.Best];
            return Keep(what, phase + 1, rule, Objective, null, [.. schedules.Meta.Slice(best.AsSpan(), MetaPlace.Rule)], ref learner, cancellationToken);
        }
        catch (MetaLearningDivergedException error)
        {
            return Dropped(what, error.Message);
        }
    }
}
