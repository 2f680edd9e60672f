using System.Globalization;
using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// Meta-SGD (Li, Zhou, Chen and Li 2017, arXiv 1707.09835): theta_(t+1) = theta_t - alpha o g_t with one learned rate a parameter, alpha &lt;- alpha - beta grad_alpha sum over tasks of
/// L(theta_T). It is mirror descent over a diagonal, alpha = 1 / P.
/// </summary>
/// <remarks>
/// Differs from the paper: rates stay positive, kept by their logarithm; runs have many steps, start at the task's own initial weights and are judged by training loss (the library learns
/// the initial point with them: <see cref="InitialPoints.LearnedInitialPoint{T}"/>); Adam moves the rates, from the best single rate of the source tasks.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class UnrolledLearner<T>(Plan plan, UnrolledLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    : RuleLearner<T>(plan, tasks, settings, time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Before learning and after.
    private const int Checks = 2;

    private readonly RuleSetting[] _candidates =
        [.. from schedule in learning.Schedules from rate in learning.LearningRates select new RuleSetting(rate, schedule)];

    /// <inheritdoc/>
    protected override int InnerSteps => learning.InnerSteps ?? Plan.Training.Steps;

    /// <inheritdoc/>
    protected override int PlannedOuterSteps => _candidates.Length + OuterSteps + Checks;

    private int OuterSteps
    {
        get
        {
            if (learning.InnerGradients is not { } budget)
                return learning.OuterSteps;
            long pass = (Tasks.Count ?? new MetaLearnerOptions().TasksPerStep) * (long)InnerSteps, least = (_candidates.Length + Checks + 1) * pass;
            return budget >= least ? (int)Math.Min(int.MaxValue, (budget / pass) - _candidates.Length - Checks) : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"{learning.Optimizer} cannot be learned with {budget} inner gradients: {_candidates.Length} candidates, {Checks} checks and one outer step take {least}."));
        }
    }

    /// <summary>The rule before learning, at the first candidate.</summary>
    public UpdateRule<T> CreateRule() => CreateRule(_candidates[0]);

    /// <inheritdoc/>
    public override IReadOnlyList<LearnedRule<T>> Learn(CancellationToken cancellationToken = default)
    {
        int phase = 0, outerSteps = OuterSteps;
        MetaObjective<T> objective = learning.MetaObjective switch
        {
            MetaObjectiveName.FinalLoss => new FinalLoss<T>(),
            MetaObjectiveName.FinalGradientNorm => new FinalGradientNorm<T>(),
            _ => new TrajectoryLoss<T>(),
        };
        int best = Choose("rate", ref phase, _candidates, objective, candidate => (CreateRule(candidate), default), null, cancellationToken);
        if (best < 0)
            throw new MetaLearningDivergedException($"Every candidate rate of {learning.Optimizer} ({string.Join(", ", learning.LearningRates)}) diverged on a source task; give smaller ones.");
        UpdateRule<T> rule = CreateRule(_candidates[best]);
        MetaLearner<T> learner = Check(phase++, rule, objective, null, default, deploys: true, cancellationToken);
        var history = new List<OuterStepReport>();
        string? note = Refine(
            phase, rule, Refinement(objective, learning.OuterLearningRate), objective, outerSteps, null, default, ref learner, history, cancellationToken);
        LearnedRule<T> learned = Result(learning.Optimizer, Catalogue.LearnedOptimizer(learning.Optimizer).Role, rule, learner);
        return [learned with { History = [.. history, .. learned.History], Cost = CostOf(outerSteps), Notes = note is null ? [] : [note] }];
    }

    private static UpdateRule<T> CreateRule(RuleSetting start) =>
        Scheduled(new MirrorDescent<T>(new DiagonalQuadratic<T>(1 / start.LearningRate), 1), start.Schedule, warmup: 0);
}
