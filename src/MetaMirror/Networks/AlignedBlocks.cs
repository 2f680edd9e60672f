using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MetaMirror.Networks;

/// <summary>Blocks of one pinned array, each starting at a multiple of 64 bytes: a cache line, and the widest vector.</summary>
internal sealed class AlignedBlocks<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Alignment = 64;
    private readonly T[] _memory;
    private readonly int[] _starts;
    private readonly int[] _lengths;

    public AlignedBlocks(params ReadOnlySpan<long> lengths)
        : this(lengths, [])
    {
    }

    /// <summary>Plans the blocks; each lies where the block that <paramref name="places"/> names for it does: itself, or one of its length. Empty: each for itself.</summary>
    public unsafe AlignedBlocks(ReadOnlySpan<long> lengths, ReadOnlySpan<int> places)
    {
        int line = Alignment / sizeof(T);
        long all = 0;
        foreach (long length in lengths)
            all += length + line;
        if (all > Array.MaxLength - line)
            throw new ArgumentException($"A network's batch needs {all} numbers at once, but an array holds {Array.MaxLength}: use smaller batches.", nameof(lengths));
        _starts = new int[lengths.Length];
        _lengths = new int[lengths.Length];
        long total = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            _starts[i] = (int)total;
            _lengths[i] = (int)lengths[i];
            if (places.IsEmpty || places[i] == i)
                total += (lengths[i] + line - 1) / line * line;
        }

        _memory = GC.AllocateArray<T>((int)total + line, pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        int shift = (int)((Alignment - (address % Alignment)) % Alignment / (nuint)sizeof(T));
        for (int i = 0; i < _starts.Length; i++)
            _starts[i] += shift;
        for (int i = 0; i < places.Length; i++)
            _starts[i] = _starts[places[i]];
    }

    /// <summary>Bytes held.</summary>
    public unsafe long Bytes => (long)_memory.Length * sizeof(T);

    /// <summary>The first <paramref name="length"/> entries of block <paramref name="index"/>.</summary>
    public Span<T> Take(int index, int length) =>
        length <= _lengths[index] ? _memory.AsSpan(_starts[index], length) : throw new ArgumentOutOfRangeException(nameof(length));
}
