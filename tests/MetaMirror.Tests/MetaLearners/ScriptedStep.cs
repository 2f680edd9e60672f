using MetaMirror.Descents;
using MetaMirror.MetaLearners;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>A meta step whose value at outer step k is the k-th of a list.</summary>
internal sealed class ScriptedStep(double[] values) : MetaStep<double>
{
    private int _next;

    public override string Name => "scripted";

    public override Span<double> State => [];

    public override void Plan(MetaParameters<double> meta, UpdateRule<double> rule, ParameterLayout layout, int workers, int slots)
    {
    }

    public override TaskOutcome Process(
        int worker, int slot, InnerProblem<double> problem, MetaParameters<double> meta, in BatchKey run, CancellationToken cancellationToken) =>
        new(problem.Task.Name, values[_next++], new DescentResult(1, Diverged: false, Tensor: null), 0, 0);

    public override void Apply(MetaParameters<double> meta, ReadOnlySpan<TaskOutcome> outcomes, int outerStep, int outerSteps)
    {
    }
}
