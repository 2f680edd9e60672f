using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaObjectives;

/// <summary>
/// E(phi) = B_phi(theta_T || theta_1) + k / lambda: the regret bound of mirror descent times eta, relaxed by strong convexity and a
/// Lipschitz constant (MetaMD v1 Eq. 10).
/// </summary>
/// <remarks>
/// Its direct part is smallest at a scaled identity, whatever the family (PAPERS 6.5): learned alone it collapses to one learning rate.
/// <see cref="RegretBound{T}"/> does not.
/// Differs from the paper: lambda = min of M^2, not of M; the printed one is the divergence's option.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class RelaxedRegretBound<T> : MetaObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double? _k;
    private readonly MirrorBinding<T>? _mirror;
    private double _lipschitzSquared;

    /// <summary>k fixed.</summary>
    /// <param name="k">k, non-negative; null takes Eq. 9's eta^2 T L^2 / 2 with L = the largest gradient 2-norm of the run, held constant.</param>
    public RelaxedRegretBound(double? k)
        : this(k, null)
    {
    }

    private RelaxedRegretBound(double? k, MirrorBinding<T>? mirror)
    {
        if (k is < 0 or double.NaN)
            throw new ArgumentOutOfRangeException(nameof(k), k, "k must be non-negative, or null to measure it.");
        _k = k;
        _mirror = mirror;
    }

    /// <inheritdoc/>
    public override string Name => "relaxed-regret-bound";

    /// <inheritdoc/>
    public override bool HasPathTerm => _k is null;

    private MirrorBinding<T> Mirror => _mirror ?? throw new InvalidOperationException("Bind the meta-objective to a rule with ForThread first.");

    /// <inheritdoc/>
    public override MetaObjective<T> ForThread(UpdateRule<T> rule, ParameterLayout layout) =>
        new RelaxedRegretBound<T>(_k, new MirrorBinding<T>(Name, rule, layout, exactStepOnly: false));

    /// <inheritdoc/>
    public override double PathTerm(in PathPoint<T> point, MetaParameters<T> meta)
    {
        double norm = Vectors.SquaredNorm(point.Gradient);
        _lipschitzSquared = point.Step == 0 ? norm : Math.Max(_lipschitzSquared, norm);
        return 0;
    }

    /// <inheritdoc/>
    public override double FinalTerm(in RunEnds<T> ends, MetaParameters<T> meta)
    {
        DivergenceContext<T> context = Mirror.Context(meta);
        return Mirror.Divergence.Bregman(context, ends.Final, ends.Initial) + (K(ends.Steps, meta) / Mirror.Divergence.StrongConvexity(context));
    }

    /// <inheritdoc/>
    public override void AddFinalGradient(in RunEnds<T> ends, MetaParameters<T> meta, Span<T> aInitial, Span<T> aFinal, Span<T> aMeta)
    {
        DivergenceContext<T> context = Mirror.Context(meta);
        Span<T> slice = Mirror.Slice(meta, aMeta);
        double lambda = Mirror.Divergence.StrongConvexity(context);
        Mirror.Divergence.AddBregmanGradient(context, ends.Final, ends.Initial, T.One, aFinal, aInitial, slice);
        Mirror.Divergence.AddStrongConvexityGradient(context, T.CreateChecked(-K(ends.Steps, meta) / (lambda * lambda)), slice);
        if (_k is null)
            Mirror.AddEtaGradient(meta, aMeta, Mirror.Eta(meta) * ends.Steps * _lipschitzSquared / lambda);
    }

    private double K(int steps, MetaParameters<T> meta)
    {
        double eta = Mirror.Eta(meta);
        return _k ?? (eta * eta * steps * _lipschitzSquared / 2);
    }
}
