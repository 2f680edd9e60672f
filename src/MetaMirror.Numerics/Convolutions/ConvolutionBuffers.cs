using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MetaMirror.Numerics;

/// <summary>What a thread keeps in its scratch memory while it convolves.</summary>
internal enum ConvolutionBuffer
{
    /// <summary>Packed weights, or sums of weight gradients: made by the caller, read or written by the whole team.</summary>
    Weights,

    /// <summary>Padded images of one item.</summary>
    Images,

    /// <summary>Padded or turned results of one item.</summary>
    Results,

    /// <summary>Packed panel, or sums, of one item.</summary>
    Panel,
}

/// <summary>Each thread's scratch memory: pinned, 64-byte aligned, grown on demand and then kept.</summary>
internal static unsafe class ConvolutionBuffers
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static byte[]?[]? memory;

    public static T* Get<T>(ConvolutionBuffer use, long length)
        where T : unmanaged
    {
        int bytes = checked((int)(length * sizeof(T)) + Alignment);
        byte[]?[] buffers = memory ??= new byte[]?[4];
        byte[]? buffer = buffers[(int)use];
        if (buffer is null || buffer.Length < bytes)
            buffers[(int)use] = buffer = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        nuint start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer));
        return (T*)((start + Alignment - 1) & ~(nuint)(Alignment - 1));
    }
}
