using System.Numerics;

namespace MetaMirror.Divergences;

/// <summary>What a divergence computes with: layout, its natural meta-parameters, scratch.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct DivergenceContext<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Names and shapes of theta.</summary>
    public required ParameterLayout Layout { get; init; }

    /// <summary>Natural values of the divergence's meta-parameters.</summary>
    public required ReadOnlySpan<T> Meta { get; init; }

    /// <summary>Work space of ScratchLength, contents undefined.</summary>
    public required Span<T> Scratch { get; init; }

    /// <summary>Steps taken since the state was reset; 0 means that the state is all zeros.</summary>
    public int Age { get; init; }

    /// <summary>True if the cotangent of the gradient is zero whatever it holds, and is to be overwritten; only for divergences that say so.</summary>
    internal bool IsFresh { get; init; }
}

/// <summary>Where a potential is defined.</summary>
public enum DivergenceDomain
{
    /// <summary>All of R^n.</summary>
    Everywhere,

    /// <summary>The probability simplex, its interior for gradients.</summary>
    Simplex,
}

/// <summary>
/// A potential phi, its Bregman divergence B(a||b) = phi(a) - phi(b) - &lt;grad phi(b), a - b&gt; and the mirror step
/// argmin &lt;g, theta&gt; + B(theta||theta_t) / eta, with all derivatives (MetaMD v1 section 3, convention C1).
/// Mutable data (a dual vector, simplex weights) live in the caller's state. An instance holds no run state.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Divergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>Where phi is defined.</summary>
    public virtual DivergenceDomain Domain => DivergenceDomain.Everywhere;

    /// <summary>True if the step is the exact mirror step, so that Theorem 3.1 may be used.</summary>
    public virtual bool IsExactMirrorStep => true;

    /// <summary>
    /// True promises phi(theta) = 1/2 theta^T P theta with one symmetric positive definite P that the meta-parameters alone fix, its step exact and without state, so that B(a||b) = 1/2 ||a - b||_P^2: proximal
    /// problems then need no more than <see cref="AddBregmanGradient"/>. Default: false.
    /// </summary>
    public virtual bool IsQuadratic => false;

    /// <summary>True promises that <see cref="StepVjp"/> reads neither theta nor state. Default: false.</summary>
    public virtual bool PullsBackByGradientAlone => false;

    /// <summary>True if <see cref="StepVjp"/> heeds <see cref="DivergenceContext{T}.IsFresh"/>. Default: false, it always adds.</summary>
    internal virtual bool OverwritesFresh => false;

    /// <summary>Meta-parameters of phi for parameters of this layout.</summary>
    public abstract IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout);

    /// <summary>Length of the state that the step carries (dual vector, weights); 0 by default.</summary>
    public virtual int StateLength(ParameterLayout layout) => 0;

    /// <summary>Work space that any member needs.</summary>
    public abstract int ScratchLength(ParameterLayout layout);

    /// <summary>Mirror step, in place: theta = argmin &lt;g, theta&gt; + B(theta||theta_t)/eta.</summary>
    public abstract void Step(in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, Span<T> theta, Span<T> state);

    /// <summary>Tangent map of <see cref="Step"/>; theta and state are the values before it; dTheta and dState are changed in place.</summary>
    public abstract void StepJvp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        ReadOnlySpan<T> metaTangent, T dEta, ReadOnlySpan<T> dGradient, Span<T> dTheta, Span<T> dState);

    /// <summary>
    /// Cotangent map of <see cref="Step"/>; theta and state are the values before it. aTheta and aState: in, cotangents after the step;
    /// out, before it. aGradient, aMeta and aEta (shape [1]) are added to.
    /// </summary>
    public abstract void StepVjp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        Span<T> aTheta, Span<T> aState, Span<T> aGradient, Span<T> aMeta, Span<T> aEta);

    /// <summary>phi(theta), in double.</summary>
    /// <param name="context">Layout, meta-parameters, scratch.</param>
    /// <param name="theta">Point.</param>
    /// <param name="center">theta_1, the run's first point: potentials centered at the start use it, others ignore it.</param>
    public abstract double Potential(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center);

    /// <summary>gradient = grad phi(theta) (a sub-gradient at ties).</summary>
    public abstract void PotentialGradient(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center, Span<T> gradient);

    /// <summary>B(point || reference), in double; the center of a centered potential is the reference.</summary>
    public abstract double Bregman(in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference);

    /// <summary>Adds weight times the partial derivatives of <see cref="Bregman"/>; a destination may be empty.</summary>
    public abstract void AddBregmanGradient(
        in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference, T weight, Span<T> aPoint, Span<T> aReference, Span<T> aMeta);

    /// <summary>lambda: phi is lambda-strongly convex in the norm that the class documentation names.</summary>
    public abstract double StrongConvexity(in DivergenceContext<T> context);

    /// <summary>aMeta += weight d lambda / d mu (a sub-gradient where the minimum is attained twice: the first index).</summary>
    public abstract void AddStrongConvexityGradient(in DivergenceContext<T> context, T weight, Span<T> aMeta);

    /// <summary>||g||_*^2 in the norm in which phi is 1-strongly convex (local dual norm, PAPERS 6.6), in double.</summary>
    public abstract double DualNormSquared(in DivergenceContext<T> context, ReadOnlySpan<T> g);

    /// <summary>Adds weight times the partial derivatives of <see cref="DualNormSquared"/>; a destination may be empty.</summary>
    public abstract void AddDualNormSquaredGradient(in DivergenceContext<T> context, ReadOnlySpan<T> g, T weight, Span<T> aG, Span<T> aMeta);
}
