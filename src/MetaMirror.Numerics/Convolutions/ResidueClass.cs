namespace MetaMirror.Numerics;

/// <summary>The positions r of one axis with r + padding ≡ residue modulo stride: they meet the kernel positions residue, residue + stride, …</summary>
internal readonly record struct ResidueClass
{
    public ResidueClass(int residue, int length, int kernel, int stride, int padding)
    {
        Residue = residue;
        First = (((residue - padding) % stride) + stride) % stride;
        Count = First < length ? ((length - 1 - First) / stride) + 1 : 0;
        Taps = residue < kernel ? ((kernel - 1 - residue) / stride) + 1 : 0;
        FirstOutput = (First + padding - residue) / stride;
    }

    public int Residue { get; }

    /// <summary>Least position of the class.</summary>
    public int First { get; }

    /// <summary>Number of positions.</summary>
    public int Count { get; }

    /// <summary>Number of kernel positions.</summary>
    public int Taps { get; }

    /// <summary>The output position that meets the first position with the first kernel position; later positions and taps differ by one each.</summary>
    public int FirstOutput { get; }

    /// <summary>Whether any sum has terms.</summary>
    public bool HasTerms => Count > 0 && Taps > 0;

    /// <summary>Zeros needed before the first output.</summary>
    public int Before => HasTerms ? Math.Max(0, Taps - 1 - FirstOutput) : 0;

    /// <summary>Zeros needed behind the last output.</summary>
    public int Behind(int outputs) => HasTerms ? Math.Max(0, FirstOutput + Count - outputs) : 0;
}
