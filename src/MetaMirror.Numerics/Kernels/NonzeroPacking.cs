using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MetaMirror.Numerics;

/// <summary>
/// Numbers without their zeros, bit for bit: the count of what is not +0, one bit for each number that says whether it is, and those. Where that would
/// save nothing, all numbers as they are.
/// </summary>
public static unsafe class NonzeroPacking
{
    private const int Dense = -1;

    /// <summary>The most that <see cref="Pack{T}"/> writes for <paramref name="count"/> numbers.</summary>
    public static long MaximumLength(long count) => count + 1;

    /// <summary>Packs the numbers.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="x">Shape [n].</param>
    /// <param name="packed">At least <see cref="MaximumLength"/>(n) numbers; overwritten; shares no memory with x.</param>
    /// <returns>How many numbers of it were written.</returns>
    /// <exception cref="ArgumentException">The destination is too short, or overlaps x.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static int Pack<T>(ReadOnlySpan<T> x, Span<T> packed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        if (packed.Length < MaximumLength(x.Length))
            throw new ArgumentException($"Expected {MaximumLength(x.Length)} numbers or more to pack {x.Length}, but found {packed.Length}.", nameof(packed));
        Require.Disjoint(x, packed, nameof(x), nameof(packed));
        fixed (T* from = x, to = packed)
        {
            int mask = MaskLength<T>(x.Length), kept = Mark(from, x.Length, (byte*)(to + 1));

            // Whole vectors are stored, so one is left free behind the last number.
            if (1 + mask + kept + Vector512<T>.Count > x.Length)
            {
                *to = Header<T>(Dense);
                x.CopyTo(packed[1..]);
                return 1 + x.Length;
            }

            *to = Header<T>(kept);
            Squeeze(from, x.Length, to + 1 + mask);
            return 1 + mask + kept;
        }
    }

    /// <summary>Unpacks what <see cref="Pack{T}"/> wrote.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="packed">What it wrote; more may follow.</param>
    /// <param name="x">Shape [n], as many as were packed; overwritten; shares no memory with packed.</param>
    /// <returns>How many numbers of <paramref name="packed"/> belonged to it.</returns>
    /// <exception cref="ArgumentException">The packed numbers end too early for n, or overlap x.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static int Unpack<T>(ReadOnlySpan<T> packed, Span<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        Require.Disjoint(packed, x, nameof(packed), nameof(x));
        int mask = MaskLength<T>(x.Length), kept = packed.IsEmpty ? 0 : Count(packed[0]);
        long length = kept == Dense ? 1L + x.Length : 1L + mask + kept;
        if (packed.Length < length || kept < Dense)
            throw new ArgumentException($"Expected {x.Length} packed numbers in {length}, but found {packed.Length}.", nameof(packed));
        if (kept == Dense)
        {
            packed.Slice(1, x.Length).CopyTo(x);
            return (int)length;
        }

        fixed (T* from = packed, to = x)
        {
            if (Spread((byte*)(from + 1), from + 1 + mask, packed.Length - 1 - mask, to, x.Length) != kept)
                throw new ArgumentException($"These are not {x.Length} packed numbers: the marks are not those of {kept}.", nameof(packed));
        }

        return (int)length;
    }

    /// <summary>Numbers that hold a bit for each of n.</summary>
    private static int MaskLength<T>(int n)
        where T : unmanaged => (int)((n + (8L * sizeof(T)) - 1) / (8 * sizeof(T)));

    /// <summary>A count in the bits of a number.</summary>
    private static T Header<T>(int count)
        where T : unmanaged => sizeof(T) == sizeof(int) ? Unsafe.BitCast<int, T>(count) : Unsafe.BitCast<long, T>(count);

    private static int Count<T>(T header)
        where T : unmanaged => sizeof(T) == sizeof(int) ? Unsafe.BitCast<T, int>(header) : (int)Unsafe.BitCast<T, long>(header);

    private static bool IsZero<T>(T x)
        where T : unmanaged => sizeof(T) == sizeof(int) ? Unsafe.BitCast<T, int>(x) == 0 : Unsafe.BitCast<T, long>(x) == 0;

    /// <summary>Sets the bit of each number that is not +0; gives their count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Mark<T>(T* x, int n, byte* mask)
        where T : unmanaged
    {
        new Span<byte>(mask, MaskLength<T>(n) * sizeof(T)).Clear();
        int count = 0, i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= n - 16; i += 16)
            {
                uint bits = sizeof(T) == sizeof(float)
                    ? (uint)(~Vector512.Equals(Vector512.Load((int*)(x + i)), Vector512<int>.Zero)).ExtractMostSignificantBits()
                    : (uint)(~Vector512.Equals(Vector512.Load((long*)(x + i)), Vector512<long>.Zero)).ExtractMostSignificantBits()
                        | ((uint)(~Vector512.Equals(Vector512.Load((long*)(x + i + 8)), Vector512<long>.Zero)).ExtractMostSignificantBits() << 8);
                *(ushort*)(mask + (i / 8)) = (ushort)bits;
                count += BitOperations.PopCount(bits);
            }
        }

        // No branches here and below: they would be mispredicted often.
        for (; i < n; i++)
        {
            int bit = IsZero(x[i]) ? 0 : 1;
            mask[i / 8] |= (byte)(bit << (i % 8));
            count += bit;
        }

        return count;
    }

    /// <summary>Writes what is not +0, and up to a vector more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Squeeze<T>(T* x, int n, T* values)
        where T : unmanaged
    {
        int i = 0;
        if (Avx512F.IsSupported && sizeof(T) == sizeof(float))
        {
            for (; i <= n - 16; i += 16)
            {
                Vector512<int> value = Vector512.Load((int*)(x + i)), kept = ~Vector512.Equals(value, Vector512<int>.Zero);
                Avx512F.Compress(Vector512<int>.Zero, kept, value).Store((int*)values);
                values += BitOperations.PopCount(kept.ExtractMostSignificantBits());
            }
        }
        else if (Avx512F.IsSupported)
        {
            for (; i <= n - 8; i += 8)
            {
                Vector512<long> value = Vector512.Load((long*)(x + i)), kept = ~Vector512.Equals(value, Vector512<long>.Zero);
                Avx512F.Compress(Vector512<long>.Zero, kept, value).Store((long*)values);
                values += BitOperations.PopCount(kept.ExtractMostSignificantBits());
            }
        }

        for (; i < n; i++)
        {
            *values = x[i];
            values += IsZero(x[i]) ? 0 : 1;
        }
    }

    /// <summary>Without numbers to put: the count of those that the marks ask for.</summary>
    private static int Rest<T>(byte* mask, int i, int n, T* x)
        where T : unmanaged
    {
        int count = 0;
        for (; i < n; i++)
        {
            x[i] = default;
            count += (mask[i / 8] >> (i % 8)) & 1;
        }

        return count;
    }

    /// <summary>Puts numbers where the bits are set and +0 elsewhere; gives how many there were to put, also of those that are not available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Spread<T>(byte* mask, T* values, int available, T* x, int n)
        where T : unmanaged
    {
        int taken = 0, i = 0;
        if (Avx512F.IsSupported && sizeof(T) == sizeof(float))
        {
            Vector512<int> bit = Vector512.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
            for (; i <= n - 16 && taken <= available - 16; i += 16)
            {
                uint bits = *(ushort*)(mask + (i / 8));
                Vector512<int> kept = Vector512.Equals(Vector512.Create((int)bits) & bit, bit);
                Avx512F.Expand(Vector512<int>.Zero, kept, Vector512.Load((int*)(values + taken))).Store((int*)(x + i));
                taken += BitOperations.PopCount(bits);
            }
        }
        else if (Avx512F.IsSupported)
        {
            Vector512<long> bit = Vector512.Create(1L, 2, 4, 8, 16, 32, 64, 128);
            for (; i <= n - 8 && taken <= available - 8; i += 8)
            {
                uint bits = mask[i / 8];
                Vector512<long> kept = Vector512.Equals(Vector512.Create((long)bits) & bit, bit);
                Avx512F.Expand(Vector512<long>.Zero, kept, Vector512.Load((long*)(values + taken))).Store((long*)(x + i));
                taken += BitOperations.PopCount(bits);
            }
        }

        if (available == 0)
            return taken + Rest(mask, i, n, x);
        for (; i < n; i++)
        {
            int bit = (mask[i / 8] >> (i % 8)) & 1;
            T value = values[Math.Min(taken, available - 1)];
            x[i] = bit != 0 ? value : default;
            taken += bit;
        }

        return taken;
    }
}
