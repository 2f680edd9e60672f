using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MetaMirror.Numerics;

/// <summary>
/// Pinned, 64-byte aligned memory that grows on demand and then stays. Each thread has one for the bands it works on and one for
/// what it shares with a team while a product runs.
/// </summary>
internal sealed unsafe class WinogradMemory
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static WinogradMemory? own;

    [ThreadStatic]
    private static WinogradMemory? shared;

    private byte[] bytes = [];

    /// <summary>What one thread needs for itself.</summary>
    public static WinogradMemory Own => own ??= new WinogradMemory();

    /// <summary>Takes the calling thread's memory for a team; it is out of reach of a nested product until given back.</summary>
    public static WinogradMemory TakeShared()
    {
        WinogradMemory taken = shared ?? new WinogradMemory();
        shared = null;
        return taken;
    }

    /// <summary>Gives back what was taken.</summary>
    public static void GiveBack(WinogradMemory taken) => shared = taken;

    /// <summary>The start of at least length elements, contents undefined; the same memory as any earlier call.</summary>
    public T* Get<T>(nint length)
        where T : unmanaged
    {
        nint needed = checked((length * sizeof(T)) + Alignment);
        if (bytes.Length < needed)
            bytes = GC.AllocateUninitializedArray<byte>(checked((int)needed), pinned: true);
        nuint start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes));
        return (T*)((start + Alignment - 1) & ~(nuint)(Alignment - 1));
    }
}
