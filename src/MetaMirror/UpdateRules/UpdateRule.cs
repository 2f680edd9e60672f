using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// One step of an optimizer as a map (theta, gradient, scale, state; mu) -> (theta, gradient, scale, state), with its tangent map (JVP)
/// and cotangent map (VJP). An instance holds no run state: it can serve many runs and threads at once.
/// </summary>
/// <remarks>
/// A transform (clipping, weight decay) changes the gradient, a schedule the scale, an optimizer theta; <c>Chain</c> puts them
/// one after the other. At Age 0 the state is all zeros.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>False when <see cref="Jvp"/> and <see cref="Vjp"/> throw; hypergradients then refuse the rule by name.</summary>
    public virtual bool IsDifferentiable => true;

    /// <summary>True if <see cref="Step"/> may change the gradient (clipping, weight decay); false promises that it does not, which saves a copy. Default: true.</summary>
    public virtual bool ChangesGradient => true;

    /// <summary>
    /// True promises that <see cref="Vjp"/> reads gradient and scale of the values, neither theta nor state, and does not look ahead: then reverse mode
    /// need not bring theta back for it. Default: false.
    /// </summary>
    public virtual bool PullsBackByGradientAlone => false;

    /// <summary>
    /// True if this step's gradient is to be taken at <see cref="GradientPoint"/> instead of at theta, which stays what is measured and deployed. Default: false.
    /// </summary>
    public virtual bool LooksElsewhere => false;

    /// <summary>
    /// True if <see cref="Step"/> may read or move theta; false promises that it does neither (schedules, clipping), which a rule must that stands in a chain beside one that <see cref="LooksElsewhere"/>:
    /// theta is not where the gradient is from there. Default: true.
    /// </summary>
    public virtual bool UsesTheta => true;

    /// <summary>True if <see cref="Vjp"/> heeds <see cref="Iterate{T}.IsFresh"/>, which saves clearing. Default: false, it always adds.</summary>
    internal virtual bool OverwritesFresh => false;

    /// <summary>The mirror descent inside this rule, or null: what regret bounds speak about.</summary>
    public virtual MirrorView<T>? Mirror(ParameterLayout layout) => null;

    /// <summary>
    /// This rule for tensors of other sizes, such as those of a wider network, with the same values of its meta-parameters: what belongs to sizes that are gone starts anew. Null (default) where nothing
    /// is known of other sizes, or what was learned belongs to them.
    /// </summary>
    /// <param name="layout">The other parameters: the same layers (<see cref="ParameterLayout.HasLayersOf"/>).</param>
    public virtual UpdateRule<T>? Resized(ParameterLayout layout) => null;

    /// <summary>Meta-parameters of the rule for parameters of this layout.</summary>
    public abstract IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout);

    /// <summary>Length of the state vector.</summary>
    public abstract int StateLength(ParameterLayout layout);

    /// <summary>Length of the work space that Step, Jvp and Vjp need.</summary>
    public abstract int ScratchLength(ParameterLayout layout);

    /// <summary>Where the gradient of the step to come is to be taken: theta, unless the rule <see cref="LooksElsewhere"/>.</summary>
    /// <param name="context">As it will be given to the step, but for loss and scratch.</param>
    /// <param name="theta">Parameters, shape [n].</param>
    /// <param name="state">Rule state.</param>
    /// <param name="point">Shape [n], overwritten; shares no memory with theta.</param>
    public virtual void GradientPoint(in StepContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> state, Span<T> point) => theta.CopyTo(point);

    /// <summary>Takes one step, in place.</summary>
    public abstract void Step(in StepContext<T> context, in Iterate<T> x);

    /// <summary>Tangent map at <paramref name="x"/>, the values BEFORE the step, which are not changed; <paramref name="tangent"/> is changed in place.</summary>
    /// <param name="context">As given to the step.</param>
    /// <param name="x">Values before the step.</param>
    /// <param name="metaTangent">Tangent of the rule's natural meta-parameters.</param>
    /// <param name="tangent">In: tangents before the step; out: after it.</param>
    public abstract void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent);

    /// <summary>Cotangent map at <paramref name="x"/>, the values BEFORE the step, which are not changed; <paramref name="cotangent"/> is changed in place.</summary>
    /// <param name="context">As given to the step.</param>
    /// <param name="x">Values before the step.</param>
    /// <param name="cotangent">In: cotangents of the values after the step; out: of those before it.</param>
    /// <param name="metaCotangent">Cotangent of the rule's natural meta-parameters, added to.</param>
    public abstract void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent);

    /// <summary>A scalar of the step in double, whatever the element type.</summary>
    private protected static double ToDouble(T value) => double.CreateTruncating(value);

    /// <summary>Throws where another length is brought than declared.</summary>
    /// <param name="what">Of what, in the plural.</param>
    /// <param name="found">The length.</param>
    /// <param name="expected">The one declared.</param>
    /// <exception cref="ArgumentException">They differ.</exception>
    private protected void RequireLength(string what, int found, int expected)
    {
        if (found != expected)
            throw new ArgumentException($"{Name} was given {found} {what}, expected {expected}.");
    }

    /// <summary>Throws where a step brings other lengths than declared; more scratch is let through.</summary>
    /// <param name="context">Layout, meta-parameters and scratch of the step.</param>
    /// <param name="x">Parameters, gradient and state of the step.</param>
    /// <param name="metas">Meta-parameters declared.</param>
    /// <param name="state">State entries declared.</param>
    /// <param name="scratch">Scratch entries declared.</param>
    /// <exception cref="ArgumentException">A length is wrong; the message names both.</exception>
    private protected void RequireLengths(in StepContext<T> context, in Iterate<T> x, int metas, int state, int scratch)
    {
        context.Layout.RequireLength(x.Theta.Length, nameof(x));
        context.Layout.RequireLength(x.Gradient.Length, nameof(x));
        RequireLength("meta-parameters", context.Meta.Length, metas);
        RequireLength("state entries", x.State.Length, state);
        RequireLength("scratch entries", Math.Min(context.Scratch.Length, scratch), scratch);
    }

    /// <summary>Throws if this rule takes gradients elsewhere than at theta, where the rule around it has them.</summary>
    /// <param name="around">Name of the rule around it.</param>
    /// <param name="parameter">As which this rule was given.</param>
    /// <exception cref="ArgumentException">It does.</exception>
    internal void RequireGradientsAtTheta(string around, string parameter)
    {
        if (LooksElsewhere)
            throw new ArgumentException($"Expected a rule for {around} whose gradients are taken at theta, found {Name}, which takes them elsewhere.", parameter);
    }
}
