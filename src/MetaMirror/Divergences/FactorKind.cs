namespace MetaMirror.Divergences;

/// <summary>Form of one side of a Kronecker metric.</summary>
public enum FactorKind
{
    /// <summary>Dense up to <see cref="KroneckerOptions.LargestDense"/>, low rank above.</summary>
    Automatic,

    /// <summary>C C^T with C lower triangular and a positive diagonal: n (n + 1) / 2 meta-parameters, at most 1,024 x 1,024.</summary>
    Dense,

    /// <summary>A positive diagonal: n meta-parameters.</summary>
    Diagonal,

    /// <summary>d I + U U^T with U of <see cref="KroneckerOptions.Rank"/> columns: 1 + n r meta-parameters, products in O(n r).</summary>
    LowRank,

    /// <summary>I: nothing to learn on this side, and no gauge to fix.</summary>
    Identity,
}

/// <summary>Side of a weight tensor, seen as a matrix out x rest.</summary>
public enum FactorSide
{
    /// <summary>L, out x out.</summary>
    Left,

    /// <summary>R, rest x rest.</summary>
    Right,
}
