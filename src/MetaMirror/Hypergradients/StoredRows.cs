using System.Numerics;

namespace MetaMirror.Hypergradients;

/// <summary>Rows of one length, each an array of its own: together they may be longer than an array can be.</summary>
internal sealed class StoredRows<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T[][] _rows = [];

    /// <summary>Bytes allocated.</summary>
    public unsafe long Bytes => _rows.Length == 0 ? 0 : (long)_rows.Length * _rows[0].Length * sizeof(T);

    /// <summary>Row <paramref name="index"/>.</summary>
    public Span<T> this[int index] => _rows[index];

    /// <summary>Makes exactly this many rows of this length; those that there are stay.</summary>
    public void Plan(int count, int length)
    {
        if (_rows.Length == count && (count == 0 || _rows[0].Length == length))
            return;
        T[][] old = _rows.Length > 0 && _rows[0].Length == length ? _rows : [];
        _rows = old[..Math.Min(count, old.Length)];
        int have = _rows.Length;
        Array.Resize(ref _rows, count);
        for (int i = have; i < count; i++)
            _rows[i] = GC.AllocateUninitializedArray<T>(length);
    }
}
