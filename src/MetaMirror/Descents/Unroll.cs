namespace MetaMirror.Descents;

/// <summary>What happens to a rule's state (momentum buffers and the like) between two inner runs.</summary>
public enum StateCarry
{
    /// <summary>Every run starts from zero state.</summary>
    Reset,

    /// <summary>The next run goes on with the state; hypergradients treat it as a constant.</summary>
    CarryDetached,

    /// <summary>The next run goes on with the state and its derivative in mu (forward mode only).</summary>
    CarryDifferentiable,
}

/// <summary>How an inner problem is run.</summary>
/// <param name="Steps">T, at least 1.</param>
/// <param name="FullBatch">True to use the whole training set at every step. Default: a mini-batch per step.</param>
/// <param name="Carry">State between inner runs. Default: reset.</param>
public sealed record Unroll(int Steps, bool FullBatch = false, StateCarry Carry = StateCarry.Reset)
{
    /// <summary>T.</summary>
    public int Steps { get; } = Steps >= 1 ? Steps : throw new ArgumentOutOfRangeException(nameof(Steps), Steps, "An inner run needs at least one step.");
}
