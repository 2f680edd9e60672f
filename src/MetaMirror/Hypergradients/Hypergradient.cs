using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Hypergradients;

/// <summary>
/// dE/dmu of a meta-objective after T inner steps. An instance owns trajectory buffers: use one per thread (<see cref="ForThread"/>).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Hypergradient<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>The same estimator with buffers of its own.</summary>
    public abstract Hypergradient<T> ForThread();

    /// <summary>False for estimators that need no derivatives of the rule.</summary>
    private protected virtual bool DifferentiatesRule => true;

    /// <summary>
    /// Runs the inner problem and writes the hypergradient in natural meta-parameters: zeros where the report says that it did not succeed, never
    /// the numbers of a solver that failed.
    /// </summary>
    /// <param name="problem">Task, rule, start, unroll.</param>
    /// <param name="metaObjective">E, bound to the problem's rule and layout.</param>
    /// <param name="meta">mu; not changed.</param>
    /// <param name="run">Seed, outer step, task: choose start and batches.</param>
    /// <param name="total">dE/dmu through the trajectory too, shape [meta.Length], overwritten.</param>
    /// <param name="direct">Explicit part alone (theta held fixed), shape [meta.Length], overwritten.</param>
    /// <param name="observer">Watches the forward run.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="ArgumentException">A length is wrong, the rule has no derivatives, or there are no meta-parameters.</exception>
    public HypergradientReport Compute(
        InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        Span<T> total, Span<T> direct, DescentObserver<T>? observer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(metaObjective);
        ArgumentNullException.ThrowIfNull(meta);
        if (meta.Length == 0)
            throw new ArgumentException("The problem has no meta-parameters: nothing to differentiate.", nameof(meta));
        if (total.Length != meta.Length || direct.Length != meta.Length)
            throw new ArgumentException($"total and direct have lengths {total.Length} and {direct.Length}, expected {meta.Length} meta-parameters.", nameof(total));
        UpdateRule<T> rule = problem.Descent.Rule;
        if (DifferentiatesRule && !rule.IsDifferentiable)
            throw new ArgumentException($"The rule '{rule.Name}' has no derivatives, so {Name} can't differentiate through it.", nameof(problem));
        total.Clear();
        direct.Clear();
        long gradients = problem.Descent.GradientCount;
        long recalled = problem.Descent.RecalledGradientCount;
        long products = problem.Descent.HessianVectorCount;
        HypergradientReport report = ComputeCore(problem, metaObjective, meta, run, total, direct, observer, cancellationToken);
        if (!report.Succeeded)
        {
            total.Clear();
            direct.Clear();
        }
        else
        {
            Vectors.AddScaled<T>(T.One, direct, total);
        }

        return report with
        {
            Gradients = problem.Descent.GradientCount - gradients,
            RecalledGradients = problem.Descent.RecalledGradientCount - recalled,
            HessianVectorProducts = problem.Descent.HessianVectorCount - products,
        };
    }

    /// <summary>Adds the indirect part to <paramref name="indirect"/> and the explicit part to <paramref name="direct"/>; both start at zero.</summary>
    private protected abstract HypergradientReport ComputeCore(
        InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        Span<T> indirect, Span<T> direct, DescentObserver<T>? observer, CancellationToken cancellationToken);

    internal static RunEnds<T> EndsOf(InnerProblem<T> problem, MetaObjective<T> metaObjective) => new()
    {
        Initial = problem.Descent.Initial,
        Final = problem.Descent.Theta,
        Steps = problem.Descent.Unroll.Steps,
        Training = problem.Training,
        Validation = metaObjective.ReadsValidationData ? problem.CountedValidation : null,
    };

    internal static void Grow(ref T[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new T[length];
    }
}
