namespace MetaMirror.Numerics;

/// <summary>A matrix in memory: element (i, j) at Start[i·Row + j·Column]. A transpose is an exchange of the strides.</summary>
internal readonly unsafe struct Strided<T>(T* start, nint row, nint column)
    where T : unmanaged
{
    public readonly T* Start = start;
    public readonly nint Row = row;
    public readonly nint Column = column;

    /// <summary>The part that begins at (i, j).</summary>
    public Strided<T> From(nint i, nint j) => new(Start + (i * Row) + (j * Column), Row, Column);
}
