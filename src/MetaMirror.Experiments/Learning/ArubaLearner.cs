using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// ARUBA and ARUBA++ (Khodak, Balcan and Talwalkar 2019, arXiv 1906.02717): element-wise rates by <see cref="ArubaStep{T}"/> for every zeta; zeta, and the coefficient of
/// <see cref="ArubaPlus{T}"/>, chosen on the source tasks.
/// </summary>
/// <remarks>Differs from the paper: runs start at the task's own initial weights (the library moves a learned one: <see cref="ArubaOptions.InitialPointRate"/>); zeta is chosen.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ArubaLearner<T>(Plan plan, ArubaLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    : RivalLearner<T>(plan, learning, tasks, settings, time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private protected override int PassesPerOuterStep => learning.Zetas.Count;

    private protected override int ChoicePasses => learning.Zetas.Count * learning.Coefficients.Count;

    private protected override string? Learn(
        int phase, RuleSetting start, ref int outerSteps, ref UpdateRule<T> rule, ref MetaLearner<T> learner, List<OuterStepReport> history, CancellationToken cancellationToken)
    {
        string what = $"What {learning.Optimizer} learned was", why = "";
        var candidates = new List<(UpdateRule<T> Rule, ImmutableArray<T> Values)>();
        foreach (double zeta in learning.Zetas)
        {
            var step = new ArubaStep<T>(new ArubaOptions { Zeta = zeta, Exponent = learning.Exponent, Decay = learning.Decay, IsIsotropic = learning.Isotropic }, Keeps);
            MetaLearner<T> rates;
            try
            {
                rates = RunPhase("rates", phase++, RefinementStreams, rule, step, outerSteps, null, 0, deploys: false, cancellationToken);
            }
            catch (MetaLearningDivergedException error)
            {
                // A small zeta may trust the first tasks too soon; the others are left.
                why = error.Message;
                continue;
            }

            history.AddRange(rates.History);
            Collected = rates.Statistics;
            foreach (double coefficient in learning.Coefficients)
                candidates.Add(learning.Optimizer == ArubaLearning.Plus ? Adapting(start, zeta, coefficient, step) : (rule, [.. rates.Meta.Of(MetaPlace.Rule)]));
        }

        if (candidates.Count == 0)
            return Dropped(what, why);
        int best = Choose("zeta", ref phase, candidates, Objective, candidate => candidate, null, cancellationToken);
        if (best < 0)
            return Dropped(what, "with every zeta a run diverged.");
        (UpdateRule<T> learned, ImmutableArray<T> values) = candidates[best];
        string? note = Keep(what, phase, learned, Objective, null, values, ref learner, cancellationToken);
        rule = note is null ? learned : rule;
        return note;
    }

    private (UpdateRule<T> Rule, ImmutableArray<T> Values) Adapting(RuleSetting start, double zeta, double coefficient, ArubaStep<T> step)
    {
        var plus = new ArubaPlus<T>(new ArubaPlusOptions { LearningRate = start.LearningRate, Zeta = zeta, Coefficient = coefficient });
        UpdateRule<T> rule = Scheduled(plus, start.Schedule, warmup: 0);

        // A schedule's meta-parameters come first.
        ImmutableArray<T> own = [.. new MetaParameters<T>([], rule.MetaSpecs(Tasks.Layout), []).Natural];
        int before = own.Length - ((2 * Tasks.Layout.Length) + 1);
        return (rule, [.. own[..before], .. step.SquaredDisplacements, .. step.SquaredGradients, own[^1]]);
    }
}
