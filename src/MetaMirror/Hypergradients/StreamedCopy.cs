using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Hypergradients;

/// <summary>Copies past the caches, of what is read again only when much else has been: neither is the old content loaded nor what the caches hold driven out.</summary>
internal static class StreamedCopy
{
    /// <summary>
    /// to ← from. From 4 KB on whole cache lines are written at once; what lies before the first and behind the last is copied as usual, as is everything
    /// where there are no 512-bit vectors. Such stores may become visible late, so a fence ends them: another thread may read then.
    /// </summary>
    /// <param name="from">Shape [n].</param>
    /// <param name="to">At least n numbers; shares no memory with from.</param>
    /// <exception cref="ArgumentOutOfRangeException">The destination is shorter.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void To<T>(ReadOnlySpan<T> from, Span<T> to)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to.Length, from.Length);
        long bytes = (long)from.Length * sizeof(T);
        if (!Vector512.IsHardwareAccelerated || bytes < 4096)
        {
            from.CopyTo(to);
            return;
        }

        fixed (T* source = from, target = to)
        {
            byte* s = (byte*)source, t = (byte*)target;
            long head = (64 - (long)((nuint)t % 64)) % 64, i = head;
            Buffer.MemoryCopy(s, t, bytes, head);
            for (; i <= bytes - 256; i += 256)
            {
                Vector512<byte> a = Vector512.Load(s + i), b = Vector512.Load(s + i + 64), c = Vector512.Load(s + i + 128), d = Vector512.Load(s + i + 192);
                a.StoreAlignedNonTemporal(t + i);
                b.StoreAlignedNonTemporal(t + i + 64);
                c.StoreAlignedNonTemporal(t + i + 128);
                d.StoreAlignedNonTemporal(t + i + 192);
            }

            Buffer.MemoryCopy(s + i, t + i, bytes - i, bytes - i);
        }

        Thread.MemoryBarrier();
    }
}
