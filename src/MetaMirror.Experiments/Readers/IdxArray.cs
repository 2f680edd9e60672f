namespace MetaMirror.Experiments.Readers;

/// <summary>An array of unsigned bytes as an IDX file holds it: the last dimension fastest.</summary>
public sealed class IdxArray
{
    private readonly int[] dimensions;
    private readonly byte[] data;

    internal IdxArray(int[] dimensions, int declared, byte[] data)
    {
        Declared = declared;
        this.dimensions = dimensions;
        this.data = data;
    }

    /// <summary>Sizes, 1 to 4 of them; the first counts the items.</summary>
    public ReadOnlySpan<int> Dimensions => dimensions;

    /// <summary>The bytes, product(Dimensions) of them.</summary>
    public ReadOnlySpan<byte> Data => data;

    /// <summary>Number of items in the file, of which only the first ones may have been read.</summary>
    public int Declared { get; }

    /// <summary>Number of items read: the first dimension.</summary>
    public int Count => dimensions[0];
}
