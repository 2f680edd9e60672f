using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Hypergradients;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// Meta-SGD (Li, Zhou, Chen and Li 2017, arXiv 1707.09835): theta_(t+1) = theta_t - alpha o g_t with one learned rate a parameter, alpha &lt;- alpha - beta grad_alpha sum over tasks of
/// L(theta_T). It is mirror descent over a diagonal, alpha = 1 / P. And Meta-Curvature (Park and Oliva 2019, arXiv 1902.03356) in the same way: <see cref="MetaCurvature{T}"/>. And WarpGrad (Flennerhag et al. 2020,
/// arXiv 1909.00025), <see cref="WarpGrad{T}"/>, for L(phi) = sum over tasks and points theta of their runs of L(theta - eta step(theta; phi)) on another batch, where phi alone moves.
/// </summary>
/// <remarks>
/// Differs from the paper: rates stay positive, kept by their logarithm; runs have many steps, start at the task's own initial weights and are judged by training loss (the library learns
/// the initial point with them: <see cref="InitialPoints.LearnedInitialPoint{T}"/>); Adam moves the rates, from the best single rate of the source tasks, with steps that fall to a tenth, and a run's hypergradient longer than twice the
/// median is shortened to that, as in all refinement here. WarpGrad takes all points of the runs of
/// an outer step at once, each judged on the run's next batch, where the paper draws points shuffled from a buffer.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class UnrolledLearner<T>(Plan plan, UnrolledLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    : RivalLearner<T>(plan, learning, tasks, settings, time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Of Adam: rates by about so large a share, entries of matrices by about so much. A warp's derivative is that of one step, not of a run.
    private const double RateStep = 0.05, MatrixStep = 0.001, WarpStep = 0.01;

    private protected override int PassesPerOuterStep => 1;

    private protected override UpdateRule<T> CreateRule(RuleSetting start) => learning.Optimizer switch
    {
        UnrolledLearning.Curvature => Scheduled(new MetaCurvature<T>(start.LearningRate), start.Schedule, warmup: 0),
        UnrolledLearning.Warp => Scheduled(new WarpGrad<T>(start.LearningRate), start.Schedule, warmup: 0),
        _ => base.CreateRule(start),
    };

    private protected override string? Learn(
        int phase, RuleSetting start, ref int outerSteps, ref UpdateRule<T> rule, ref MetaLearner<T> learner, List<OuterStepReport> history, CancellationToken cancellationToken)
    {
        (Hypergradient<T> estimator, double rate) = learning.Optimizer switch
        {
            UnrolledLearning.Curvature => (new ReverseMode<T>(), MatrixStep),

            // From each point of a run one step, judged by the loss after it on the next batch; the point itself, and so its gradient, is given.
            UnrolledLearning.Warp => ((Hypergradient<T>)new WindowedReverseMode<T>(1, constantGradients: true), WarpStep),
            _ => (new ReverseMode<T>(), RateStep),
        };
        return Refine(phase, rule, rule, Refinement(Objective, learning.OuterLearningRate ?? rate, estimator), Objective, outerSteps, null, default, ref learner, history, cancellationToken);
    }
}
