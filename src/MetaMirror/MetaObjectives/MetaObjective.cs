using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaObjectives;

/// <summary>Start and end of an inner run, and the objectives a final term may evaluate.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct RunEnds<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>theta_1, the start.</summary>
    public required ReadOnlySpan<T> Initial { get; init; }

    /// <summary>theta_T, after the last step.</summary>
    public required ReadOnlySpan<T> Final { get; init; }

    /// <summary>T.</summary>
    public required int Steps { get; init; }

    /// <summary>The training objective.</summary>
    public required Objective<T> Training { get; init; }

    /// <summary>The validation objective; asked for only by meta-objectives that say they read validation data.</summary>
    public required Func<Objective<T>>? Validation { get; init; }
}

/// <summary>Destinations of a meta-objective's partial derivatives; all are added to.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct PathCotangent<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>d/dtheta_t, shape [n].</summary>
    public required Span<T> Theta { get; init; }

    /// <summary>d/dg_t, shape [n].</summary>
    public required Span<T> Gradient { get; init; }

    /// <summary>d/dloss_t, shape [1].</summary>
    public required Span<T> Loss { get; init; }

    /// <summary>Explicit d/dmu (natural), shape [MetaParameters.Length].</summary>
    public required Span<T> Meta { get; init; }
}

/// <summary>
/// E(mu) = sum_t r_t(theta_t, loss_t, g_t, mu) + q(theta_1, theta_T, mu), with partial derivatives in every argument.
/// An instance may own work buffers: use one per thread (<see cref="ForThread"/>).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class MetaObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>True if some r_t is not zero.</summary>
    public abstract bool HasPathTerm { get; }

    /// <summary>True if a term reads validation data; MetaMD's own objectives never do.</summary>
    public virtual bool ReadsValidationData => false;

    /// <summary>An instance with buffers of its own, bound to a rule and layout.</summary>
    /// <exception cref="ArgumentException">The objective needs a mirror descent rule (it is a bound on its regret) and the rule has none.</exception>
    public abstract MetaObjective<T> ForThread(UpdateRule<T> rule, ParameterLayout layout);

    /// <summary>r_t.</summary>
    public virtual double PathTerm(in PathPoint<T> point, MetaParameters<T> meta) => 0;

    /// <summary>Adds the partial derivatives of r_t.</summary>
    public virtual void AddPathGradient(in PathPoint<T> point, MetaParameters<T> meta, in PathCotangent<T> cotangent)
    {
    }

    /// <summary>q(theta_1, theta_T, mu).</summary>
    public virtual double FinalTerm(in RunEnds<T> ends, MetaParameters<T> meta) => 0;

    /// <summary>Adds the partial derivatives of q; called right after <see cref="FinalTerm"/> on the same run, whose evaluations it may reuse.</summary>
    public virtual void AddFinalGradient(in RunEnds<T> ends, MetaParameters<T> meta, Span<T> aInitial, Span<T> aFinal, Span<T> aMeta)
    {
    }
}
