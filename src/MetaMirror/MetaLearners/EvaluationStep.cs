using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaLearners;

/// <summary>Measures a meta-objective over the runs and leaves mu alone, e.g. to choose among candidates on source tasks.</summary>
/// <remarks>
/// What is measured is what would be deployed: under a rule that looks elsewhere (<see cref="UpdateRule{T}.LooksElsewhere"/>) path terms get theta and the loss there, no gradient. That is one more loss a step, which
/// no count of gradients shows.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="metaObjective">E.</param>
public sealed class EvaluationStep<T>(MetaObjective<T> metaObjective) : MetaStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private MetaObjective<T>[] _objectives = [];

    /// <inheritdoc/>
    public override string Name => metaObjective.Name;

    /// <inheritdoc/>
    public override Span<T> State => [];

    /// <inheritdoc/>
    public override void Plan(MetaParameters<T> meta, UpdateRule<T> rule, ParameterLayout layout, int workers, int slots) =>
        _objectives = [.. Enumerable.Range(0, workers).Select(_ => metaObjective.ForThread(rule, layout))];

    /// <inheritdoc/>
    public override TaskOutcome Process(
        int worker, int slot, InnerProblem<T> problem, MetaParameters<T> meta, in BatchKey run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(problem);
        long gradients = problem.Descent.GradientCount;
        problem.Start(meta, run);
        var path = new PathValue(_objectives[worker], meta, problem.Descent);
        DescentResult inner = problem.Descent.Run(path, cancellationToken);
        double value = inner.Diverged ? double.NaN : path.Value + _objectives[worker].FinalTerm(Hypergradient<T>.EndsOf(problem, _objectives[worker]), meta);
        return new TaskOutcome(problem.Task.Name, value, inner, problem.Descent.GradientCount - gradients, 0);
    }

    /// <inheritdoc/>
    public override void Apply(MetaParameters<T> meta, ReadOnlySpan<TaskOutcome> outcomes, int outerStep, int outerSteps)
    {
    }

    private sealed class PathValue(MetaObjective<T> objective, MetaParameters<T> meta, Descent<T> descent) : DescentObserver<T>
    {
        public double Value { get; private set; }

        // What counts is what would be deployed, not where the rule looks.
        public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state)
        {
            if (objective.HasPathTerm)
                Value += objective.PathTerm(descent.DeployedPoint(), meta);
        }
    }
}
