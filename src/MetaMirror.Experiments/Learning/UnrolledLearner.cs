using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// Meta-SGD (Li, Zhou, Chen and Li 2017, arXiv 1707.09835): theta_(t+1) = theta_t - alpha o g_t with one learned rate a parameter, alpha &lt;- alpha - beta grad_alpha sum over tasks of
/// L(theta_T). It is mirror descent over a diagonal, alpha = 1 / P. And Meta-Curvature (Park and Oliva 2019, arXiv 1902.03356) in the same way: <see cref="MetaCurvature{T}"/>.
/// </summary>
/// <remarks>
/// Differs from the paper: rates stay positive, kept by their logarithm; runs have many steps, start at the task's own initial weights and are judged by training loss (the library learns
/// the initial point with them: <see cref="InitialPoints.LearnedInitialPoint{T}"/>); Adam moves the rates, from the best single rate of the source tasks.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class UnrolledLearner<T>(Plan plan, UnrolledLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    : RivalLearner<T>(plan, learning, tasks, settings, time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Of Adam: rates by about so large a share, entries of matrices by about so much.
    private const double RateStep = 0.05, MatrixStep = 0.001;

    private protected override int PassesPerOuterStep => 1;

    private bool IsCurvature => learning.Optimizer == UnrolledLearning.Curvature;

    private protected override UpdateRule<T> CreateRule(RuleSetting start) =>
        IsCurvature ? Scheduled(new MetaCurvature<T>(start.LearningRate), start.Schedule, warmup: 0) : base.CreateRule(start);

    private protected override string? Learn(
        int phase, RuleSetting start, ref int outerSteps, ref UpdateRule<T> rule, ref MetaLearner<T> learner, List<OuterStepReport> history, CancellationToken cancellationToken) =>
        Refine(phase, rule, rule, Refinement(Objective, learning.OuterLearningRate ?? (IsCurvature ? MatrixStep : RateStep)), Objective, outerSteps, null, default, ref learner, history, cancellationToken);
}
