using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaLearners;

/// <summary>The hypergradients of an outer step, one run a slot: computed by several threads at once, averaged over the runs that completed.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class HypergradientRuns<T>(Hypergradient<T> hypergradient, MetaObjective<T> metaObjective)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Hypergradient<T>[] _estimators = [];
    private MetaObjective<T>[] _objectives = [];

    /// <summary>dE/dmu of each slot, natural.</summary>
    public T[][] Total { get; private set; } = [];

    /// <summary>Its explicit part.</summary>
    public T[][] Direct { get; private set; } = [];

    /// <inheritdoc cref="MetaStep{T}.Plan"/>
    public void Plan(MetaParameters<T> meta, UpdateRule<T> rule, ParameterLayout layout, int workers, int slots)
    {
        if (!meta.Entries.Any(e => e.Spec.Learned))
            throw new ArgumentException($"The rule '{rule?.Name}' has no meta-parameters to learn.", nameof(meta));
        _estimators = [.. Enumerable.Range(0, workers).Select(_ => hypergradient.ForThread())];
        _objectives = [.. Enumerable.Range(0, workers).Select(_ => metaObjective.ForThread(rule!, layout))];
        Total = [.. Enumerable.Range(0, slots).Select(_ => new T[meta.Length])];
        Direct = [.. Enumerable.Range(0, slots).Select(_ => new T[meta.Length])];
    }

    /// <inheritdoc cref="MetaStep{T}.Process"/>
    public TaskOutcome Process(int worker, int slot, InnerProblem<T> problem, MetaParameters<T> meta, in BatchKey run, CancellationToken cancellationToken)
    {
        HypergradientReport report = _estimators[worker].Compute(
            problem, _objectives[worker], meta, run, Total[slot], Direct[slot], null, cancellationToken);
        report.InnerSolver?.EnsureSucceeded();
        report.Solver?.EnsureSucceeded();
        return new TaskOutcome(problem.Task.Name, report.Value, Checked(report.Inner, slot, meta), report.Gradients, report.HessianVectorProducts);
    }

    /// <summary>mean = mean natural gradient of the runs that completed; 0 where there is none.</summary>
    public static void Mean(ReadOnlySpan<TaskOutcome> outcomes, T[][] gradients, Span<T> mean)
    {
        mean.Clear();
        int count = 0;
        for (int slot = 0; slot < outcomes.Length; slot++)
        {
            if (outcomes[slot].Inner.Diverged)
                continue;
            count++;
            Vectors.AddScaled<T>(T.One, gradients[slot], mean);
        }

        if (count > 0)
            Vectors.Scale(T.One / T.CreateChecked(count), mean);
    }

    /// <summary>A run may stay finite while its derivative overflows: such a task counts as diverged, so that no NaN reaches mu.</summary>
    private DescentResult Checked(DescentResult inner, int slot, MetaParameters<T> meta)
    {
        int index = Vectors.IndexOfNonFinite<T>(Total[slot]);
        if (inner.Diverged || index < 0)
            return inner;
        MetaParameterEntry<T> entry = meta.Entries.Last(e => e.Offset <= index);
        return inner with { Diverged = true, Tensor = $"hypergradient of {entry.Place}.{entry.Spec.Name}" };
    }
}
