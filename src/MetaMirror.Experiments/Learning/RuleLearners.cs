using System.Numerics;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Learning;

/// <summary>Makes the learner that a plan's <c>learn</c> part asks for: one line per kind.</summary>
public static class RuleLearners
{
    /// <summary>
    /// Learns everything that a plan asks for, one after the other, on the same tasks: the first rule is that of <c>learn</c>, controls come last. Statistics of source
    /// runs are shared by the learners that ask for the same runs.
    /// </summary>
    /// <exception cref="ArgumentException">The plan has no <c>learn</c> part.</exception>
    public static IReadOnlyList<LearnedRule<T>> LearnAll<T>(
        Plan plan, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time, IProgress<LearningProgress>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T> => LearnAll(plan, tasks, settings, time, new SourceRunStore(), progress, cancellationToken);

    internal static IReadOnlyList<LearnedRule<T>> LearnAll<T>(
        Plan plan, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time, SourceRunStore shared, IProgress<LearningProgress>? progress,
        CancellationToken cancellationToken)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(plan);
        var rules = new List<LearnedRule<T>>();
        foreach (LearningPlan learning in plan.Also.Prepend(plan.Learn!))
        {
            long least = plan.MatchInnerGradients && rules.Count > 0 ? rules[0].Cost.Gradients : 0;
            RuleLearner<T> learner = Create(plan with { Learn = learning, Also = [] }, tasks, settings, time, progress, shared: shared, least: least);
            try
            {
                rules.AddRange(learner.Learn(cancellationToken));
            }
            catch (MetaLearningDivergedException error) when (!ReferenceEquals(learning, plan.Learn) && learner.BestSoFar is not null)
            {
                // One of several that fails must not cost the others: it is deployed with what it had, and its row says so.
                rules.Add(learner.BestSoFar with { Notes = [$"Meta-training failed, so that it is deployed as it was then: {error.Message}"] });
            }
            catch (MetaLearningDivergedException error) when (!ReferenceEquals(learning, plan.Learn))
            {
                rules[0] = rules[0] with { Notes = [.. rules[0].Notes, $"{learning.Optimizer}, learned beside it, is left out, as there is nothing to deploy: {error.Message}"] };
            }
        }

        if (plan.Controls.Contains(UnlearnedMirror.Name, StringComparer.Ordinal))
            rules.Add(UnlearnedMirror.Rule(tasks, plan.Training.Steps));

        // Stable: the order within each role stays.
        return [.. rules.OrderBy(r => r.Role == OptimizerRole.Control ? 1 : 0)];
    }

    /// <summary>The learner, not yet started.</summary>
    /// <exception cref="ArgumentException">The plan has no <c>learn</c> part.</exception>
    public static RuleLearner<T> Create<T>(
        Plan plan, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time,
        IProgress<LearningProgress>? progress = null, ILearningJournal<T>? journal = null, BoundStatistics? statistics = null, BoundStatisticsOptions? keeps = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Create(plan, tasks, settings, time, progress, journal, statistics, keeps, null);

    private static RuleLearner<T> Create<T>(
        Plan plan, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time,
        IProgress<LearningProgress>? progress = null, ILearningJournal<T>? journal = null, BoundStatistics? statistics = null, BoundStatisticsOptions? keeps = null,
        SourceRunStore? shared = null, long least = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Learn switch
        {
            IStatisticsLearning basis => new BasisLearner<T>(plan, basis, tasks, settings, time) { Progress = progress, Journal = journal, Statistics = statistics, Keeps = keeps, Shared = shared },
            MatrixLearning matrix => new MatrixLearner<T>(plan, matrix, tasks, settings, time) { Progress = progress, Journal = journal, Statistics = statistics, Keeps = keeps, Shared = shared },
            MetaMdLearning mirror when statistics is not null && !MirrorLearner<T>.IsClosedForm(mirror) => throw NoStatistics(plan),
            UnrolledLearning unrolled when statistics is null => new UnrolledLearner<T>(plan, unrolled, tasks, settings, time) { Progress = progress, Journal = journal, LeastInnerGradients = least },
            ArubaLearning aruba when statistics is null => new ArubaLearner<T>(plan, aruba, tasks, settings, time) { Progress = progress, Journal = journal, Keeps = keeps, LeastInnerGradients = least },
            FdsLearning fds when statistics is null => new FdsLearner<T>(plan, fds, tasks, settings, time) { Progress = progress, Journal = journal, LeastInnerGradients = least },
            NeuralLearning neural when statistics is null => new NeuralLearner<T>(plan, neural, tasks, settings, time) { Progress = progress, Journal = journal, LeastInnerGradients = least },
            IRivalLearning => throw NoStatistics(plan),
            MetaMdLearning mirror => new MirrorLearner<T>(plan, mirror, tasks, settings, time) { Progress = progress, Journal = journal, Statistics = statistics, Keeps = keeps },
            _ => throw new ArgumentException($"The plan '{plan.Name}' has no 'learn' part: nothing says which optimizer to learn.", nameof(plan)),
        };
    }

    private static ArgumentException NoStatistics(Plan plan) => new(
        $"Statistics can be learned from in closed form only: by metamirror-basis, metamirror-tracked, metamirror-kronecker and metamirror-full, or by metamd-diagonal with the hypergradient closed-form; the plan '{plan.Name}' learns {plan.Learn!.Optimizer} otherwise.", "statistics");
}
