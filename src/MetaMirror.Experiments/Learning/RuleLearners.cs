using System.Numerics;
using MetaMirror.Experiments.Plans;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Learning;

/// <summary>Makes the learner that a plan's <c>learn</c> part asks for: one line per kind.</summary>
public static class RuleLearners
{
    /// <summary>The learner, not yet started.</summary>
    /// <exception cref="ArgumentException">The plan has no <c>learn</c> part.</exception>
    public static RuleLearner<T> Create<T>(
        Plan plan, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time,
        IProgress<LearningProgress>? progress = null, ILearningJournal<T>? journal = null, BoundStatistics? statistics = null, BoundStatisticsOptions? keeps = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Learn switch
        {
            IStatisticsLearning basis => new BasisLearner<T>(plan, basis, tasks, settings, time) { Progress = progress, Journal = journal, Statistics = statistics, Keeps = keeps },
            MetaMdLearning mirror when statistics is not null && !MirrorLearner<T>.IsClosedForm(mirror) => throw new ArgumentException(
                $"Statistics can be learned from in closed form only: by metamirror-basis and metamirror-tracked, or by metamd-diagonal with the hypergradient closed-form; the plan '{plan.Name}' learns {mirror.Optimizer} otherwise.", nameof(statistics)),
            MetaMdLearning mirror => new MirrorLearner<T>(plan, mirror, tasks, settings, time) { Progress = progress, Journal = journal, Statistics = statistics, Keeps = keeps },
            _ => throw new ArgumentException($"The plan '{plan.Name}' has no 'learn' part: nothing says which optimizer to learn.", nameof(plan)),
        };
    }
}
