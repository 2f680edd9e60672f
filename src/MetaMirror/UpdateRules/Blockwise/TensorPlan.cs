namespace MetaMirror.UpdateRules.Blockwise;

/// <summary>What a rule that treats tensors one by one knows of one of them for all steps: how it is treated, and what it needs.</summary>
/// <param name="block">The tensor; as a matrix it is out x rest.</param>
internal abstract class TensorPlan(ParameterBlock block)
{
    public ParameterBlock Block { get; } = block;

    public int Rows => Block.Rows;

    public int Columns => Block.Columns;

    public abstract int StateLength { get; }

    public abstract int ScratchLength { get; }

    /// <summary>First index of its state in the rule's; set by <see cref="LayoutPlan{TPlan}"/>.</summary>
    public int StateStart { get; set; }
}
