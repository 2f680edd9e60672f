namespace MetaMirror.UpdateRules.Blockwise;

/// <summary>
/// Where a tensor has what in Shampoo's state: a factor and its root for each side, [d x d] or, diagonal, [d]; the averaged gradient; AdaGrad's sums. A vector is one side.
/// </summary>
internal sealed class ShampooTensor : TensorPlan
{
    public ShampooTensor(ParameterBlock block, ShampooOptions options)
        : base(block)
    {
        IsWholeLeft = Rows <= options.LargestDimension;
        IsWholeRight = Columns <= options.LargestDimension;
        Left = IsWholeLeft ? checked(Rows * Rows) : Rows;
        Right = !block.IsMatrix ? 0 : IsWholeRight ? checked(Columns * Columns) : Columns;
        Sums = options.Grafting == ShampooGrafting.AdaGrad ? block.Length : 0;
        StateLength = checked((2 * Left) + (2 * Right) + block.Length + Sums);
    }

    public bool IsWholeLeft { get; }

    public bool IsWholeRight { get; }

    /// <summary>Length of L.</summary>
    public int Left { get; }

    /// <summary>Length of R; 0 for vectors.</summary>
    public int Right { get; }

    /// <summary>Length of AdaGrad's sums.</summary>
    public int Sums { get; }

    /// <summary>1 / (2 order): -1/4 for matrices, -1/2 for vectors.</summary>
    public double Exponent => Block.IsMatrix ? -0.25 : -0.5;

    public override int StateLength { get; }

    public override int ScratchLength => checked(2 * Block.Length);

    /// <summary>H.</summary>
    public Span<T> Average<T>(Span<T> state) => state.Slice((2 * Left) + (2 * Right), Block.Length);
}
