using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Everything a rule may read at one step besides the iterate.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct StepContext<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Step t of this run, from 0.</summary>
    public required int Step { get; init; }

    /// <summary>Planned number of steps T, for schedules; at least 1.</summary>
    public required int Steps { get; init; }

    /// <summary>Steps taken since the state was reset; 0 means that the state is all zeros and to be started by the rule.</summary>
    public required int Age { get; init; }

    /// <summary>Names and shapes of theta.</summary>
    public required ParameterLayout Layout { get; init; }

    /// <summary>Natural values of the rule's meta-parameters, in the order of its MetaSpecs.</summary>
    public required ReadOnlySpan<T> Meta { get; init; }

    /// <summary>Work space of the rule's ScratchLength, contents undefined.</summary>
    public required Span<T> Scratch { get; init; }

    /// <summary>Loss at theta on this step's batch.</summary>
    public double Loss { get; init; }

    /// <summary>Which batch the gradient is of.</summary>
    public BatchKey Batch { get; init; }

    /// <summary>Counted evaluations at other points for rules that look ahead; null where gradients come from outside.</summary>
    public ObjectiveProbe<T>? Probe { get; init; }

    /// <summary>True if theta is where this step's gradient was taken: no rule of the step moved it yet, and what the objective kept of it is still of use.</summary>
    internal bool IsAtPoint { get; init; }

    /// <summary>The same context with a part's own meta-parameters and scratch.</summary>
    public StepContext<T> For(ReadOnlySpan<T> meta, Span<T> scratch) => For(meta, scratch, isAtPoint: false);

    /// <summary>The same, for a part that knows whether theta was moved before it.</summary>
    internal StepContext<T> For(ReadOnlySpan<T> meta, Span<T> scratch, bool isAtPoint) => new()
    {
        Step = Step, Steps = Steps, Age = Age, Layout = Layout, Meta = meta, Scratch = scratch, Loss = Loss, Batch = Batch, Probe = Probe, IsAtPoint = isAtPoint,
    };
}
