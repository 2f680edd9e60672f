using System.Numerics;

namespace MetaMirror.Divergences.Factors;

/// <summary>A range of parameters as a matrix W of shape [rows, columns] with the potential 1/2 tr(W^T L W R).</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Offset">First parameter.</param>
/// <param name="Rows">Order of L.</param>
/// <param name="Columns">Order of R.</param>
/// <param name="Left">L.</param>
/// <param name="Right">R.</param>
internal readonly record struct FactorBlock<T>(string Name, int Offset, int Rows, int Columns, Factor<T> Left, Factor<T> Right)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Matrices of the block's size that the pair needs: see <see cref="FactorPair{T}"/>.</summary>
    private const int Buffers = 7;

    public int Length => Rows * Columns;

    public int LeftLength => Left.MetaLength(Rows);

    public int MetaLength => LeftLength + Right.MetaLength(Columns);

    /// <summary>(c L, R / c) is the same metric; where both are free, tr R = columns.</summary>
    public bool FixesGauge => Left.Kind != FactorKind.Identity && Right.Kind != FactorKind.Identity;

    public int ScratchLength => checked((Buffers * Length) + Math.Max(Left.WorkLength(Rows, Columns), Right.WorkLength(Columns, Rows)));

    public FactorPair<T> Pair(ReadOnlySpan<T> meta, Span<T> scratch) => new(
        Rows, Columns, scratch[..(Buffers * Length)],
        new FactorView<T>(Left, Rows, meta[..LeftLength], scratch.Slice(Buffers * Length, Left.WorkLength(Rows, Columns)), normalized: false),
        new FactorView<T>(Right, Columns, meta[LeftLength..], scratch.Slice(Buffers * Length, Right.WorkLength(Columns, Rows)), FixesGauge));
}
