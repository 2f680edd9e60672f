using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaLearners;

/// <summary>How one task of one outer step went.</summary>
/// <param name="Task">Name.</param>
/// <param name="Value">Its meta-objective; NaN if there is none or the run diverged.</param>
/// <param name="Inner">How its run ended.</param>
/// <param name="Gradients">Loss gradients evaluated.</param>
/// <param name="HessianVectorProducts">Hessian-vector products computed.</param>
public readonly record struct TaskOutcome(string Task, double Value, DescentResult Inner, long Gradients, long HessianVectorProducts);

/// <summary>
/// How one outer step turns the runs of its tasks into a change of mu: by hypergradient, by closed form, or by collecting statistics.
/// An instance belongs to one <see cref="MetaLearner{T}"/>.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class MetaStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>What must survive a restart besides mu, e.g. the outer optimizer's state; written in place by a resume.</summary>
    public abstract Span<T> State { get; }

    /// <summary>The sums of the last outer step, if the step collects them: part of what must survive a restart. Default: none.</summary>
    public virtual BoundStatistics? Statistics => null;

    /// <summary>True if <see cref="Apply"/> knows what to do where all runs diverged; else that ends learning. Default: false.</summary>
    public virtual bool CanRetreat => false;

    /// <summary>True if the step has come to its end by a rule of its own, which ends learning; it must follow from <see cref="State"/>. Default: false.</summary>
    public virtual bool IsConverged => false;

    /// <summary>Plans buffers; called once, before the first outer step.</summary>
    /// <param name="meta">mu.</param>
    /// <param name="rule">The rule that runs.</param>
    /// <param name="layout">Parameters of the tasks.</param>
    /// <param name="workers">Threads that will call <see cref="Process"/>.</param>
    /// <param name="slots">Tasks of an outer step.</param>
    public abstract void Plan(MetaParameters<T> meta, UpdateRule<T> rule, ParameterLayout layout, int workers, int slots);

    /// <summary>Runs one task; called by several threads at once, each with its own worker number and slot.</summary>
    public abstract TaskOutcome Process(
        int worker, int slot, InnerProblem<T> problem, MetaParameters<T> meta, in BatchKey run, CancellationToken cancellationToken);

    /// <summary>Combines the slots in order and changes mu.</summary>
    /// <param name="meta">mu, changed in place.</param>
    /// <param name="outcomes">One per slot; diverged ones are to be left out.</param>
    /// <param name="outerStep">From 0.</param>
    /// <param name="outerSteps">Planned number.</param>
    public abstract void Apply(MetaParameters<T> meta, ReadOnlySpan<TaskOutcome> outcomes, int outerStep, int outerSteps);
}
