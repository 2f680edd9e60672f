namespace MetaMirror.Numerics;

/// <summary>Each thread's memory for packed panels: pinned, 64-byte aligned, grown on demand and then kept.</summary>
internal static unsafe class PackingBuffer
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static byte[]? memory;

    public static T* Get<T>(int length)
        where T : unmanaged
    {
        int bytes = checked((length * sizeof(T)) + Alignment);
        byte[]? buffer = memory;
        if (buffer is null || buffer.Length < bytes)
            memory = buffer = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        nuint start = (nuint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(buffer));
        return (T*)((start + Alignment - 1) & ~(nuint)(Alignment - 1));
    }
}
