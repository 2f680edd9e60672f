using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaObjectives;

/// <summary>
/// U = B_phi(theta_T || theta_1) / eta + (eta / 2) sum_t ||g_t||_*^2: Theorem 3.1 with the local dual norm, not relaxed (PAPERS 6.6). For
/// fixed trajectories its minimizer is a closed form: see the closed-form meta step.
/// </summary>
/// <remarks>theta_T stands for the comparator. Learn with the direct part alone to hold trajectories fixed, as the theory does.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class RegretBound<T> : MetaObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MirrorBinding<T>? _mirror;
    /// <summary>The bound, not yet tied to a rule.</summary>
    public RegretBound()
    {
    }

    private RegretBound(MirrorBinding<T> mirror) => _mirror = mirror;

    /// <inheritdoc/>
    public override string Name => "regret-bound";

    /// <inheritdoc/>
    public override bool HasPathTerm => true;

    private MirrorBinding<T> Mirror => _mirror ?? throw new InvalidOperationException("Bind the meta-objective to a rule with ForThread first.");

    /// <inheritdoc/>
    public override MetaObjective<T> ForThread(UpdateRule<T> rule, ParameterLayout layout) => new RegretBound<T>(new MirrorBinding<T>(Name, rule, layout, exactStepOnly: true));

    /// <inheritdoc/>
    public override double PathTerm(in PathPoint<T> point, MetaParameters<T> meta) =>
        Mirror.Eta(meta) / 2 * Mirror.Divergence.DualNormSquared(Mirror.Context(meta), point.Gradient);

    /// <inheritdoc/>
    public override void AddPathGradient(in PathPoint<T> point, MetaParameters<T> meta, in PathCotangent<T> cotangent)
    {
        DivergenceContext<T> context = Mirror.Context(meta);
        Mirror.Divergence.AddDualNormSquaredGradient(
            context, point.Gradient, T.CreateChecked(Mirror.Eta(meta) / 2), cotangent.Gradient, Mirror.Slice(meta, cotangent.Meta));
        Mirror.AddEtaGradient(meta, cotangent.Meta, Mirror.Divergence.DualNormSquared(context, point.Gradient) / 2);
    }

    /// <inheritdoc/>
    public override double FinalTerm(in RunEnds<T> ends, MetaParameters<T> meta) =>
        Mirror.Divergence.Bregman(Mirror.Context(meta), ends.Final, ends.Initial) / Mirror.Eta(meta);

    /// <inheritdoc/>
    public override void AddFinalGradient(in RunEnds<T> ends, MetaParameters<T> meta, Span<T> aInitial, Span<T> aFinal, Span<T> aMeta)
    {
        double eta = Mirror.Eta(meta);
        DivergenceContext<T> context = Mirror.Context(meta);
        Mirror.Divergence.AddBregmanGradient(context, ends.Final, ends.Initial, T.CreateChecked(1 / eta), aFinal, aInitial, Mirror.Slice(meta, aMeta));
        Mirror.AddEtaGradient(meta, aMeta, -Mirror.Divergence.Bregman(context, ends.Final, ends.Initial) / (eta * eta));
    }
}
