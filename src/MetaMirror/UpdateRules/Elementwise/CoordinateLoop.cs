using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>
/// One pass over theta, gradient and up to three state vectors. The width is 256 bits on every machine, so that sums over coordinates
/// have the same bits everywhere; the last group is filled up with zeros, where maps are finite and cotangents vanish.
/// </summary>
/// <remarks>Compiled fully at the first call and never inlined: inlined into a caller by profile, the group stays in memory, which was measured 3 to 8 times slower.</remarks>
internal static class CoordinateLoop
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Step<T, TMap>(ref TMap map, int vectors, in Iterate<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, ICoordinateMap<T>
    {
        var values = new Places<T>(x, vectors);
        int i = 0;
        for (; i <= values.Length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Coordinates<T> c = values.Load(i, Vector256<T>.Count);
            map.Step(ref c);
            values.Store(c, i, Vector256<T>.Count);
        }

        if (i < values.Length)
        {
            Coordinates<T> c = values.Load(i, values.Length - i);
            map.Step(ref c);
            values.Store(c, i, values.Length - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Jvp<T, TMap>(ref TMap map, int vectors, in Iterate<T> x, in Iterate<T> tangent)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, ICoordinateMap<T>
    {
        var values = new Places<T>(x, vectors);
        var tangents = new Places<T>(tangent, vectors);
        values.RequireSameLength(tangents);
        int i = 0;
        for (; i <= values.Length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Coordinates<T> c = values.Load(i, Vector256<T>.Count), d = tangents.Load(i, Vector256<T>.Count);
            map.Jvp(c, ref d);
            tangents.Store(d, i, Vector256<T>.Count);
        }

        if (i < values.Length)
        {
            Coordinates<T> c = values.Load(i, values.Length - i), d = tangents.Load(i, values.Length - i);
            map.Jvp(c, ref d);
            tangents.Store(d, i, values.Length - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Vjp<T, TMap>(ref TMap map, int vectors, in Iterate<T> x, in Iterate<T> cotangent)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, ICoordinateMap<T>
    {
        var values = new Places<T>(x, vectors);
        var cotangents = new Places<T>(cotangent, vectors);
        values.RequireSameLength(cotangents);
        int i = 0;
        for (; i <= values.Length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Coordinates<T> c = values.Load(i, Vector256<T>.Count), a = cotangents.Load(i, Vector256<T>.Count);
            map.Vjp(c, ref a);
            cotangents.Store(a, i, Vector256<T>.Count);
            cotangents.StoreGradient(a, i, Vector256<T>.Count);
        }

        if (i < values.Length)
        {
            Coordinates<T> c = values.Load(i, values.Length - i), a = cotangents.Load(i, values.Length - i);
            map.Vjp(c, ref a);
            cotangents.Store(a, i, values.Length - i);
            cotangents.StoreGradient(a, i, values.Length - i);
        }
    }

    /// <summary>Where theta, the gradient and the state vectors begin.</summary>
    private readonly ref struct Places<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly ref T _theta;
        private readonly ref T _gradient;
        private readonly ref T _state;
        private readonly int _vectors;

        public Places(in Iterate<T> x, int vectors)
        {
            Length = x.Theta.Length;
            if (x.Gradient.Length != Length)
                throw new ArgumentException($"The gradient has length {x.Gradient.Length}, expected {Length} as theta.", nameof(x));
            if (x.State.Length < (long)vectors * Length)
                throw new ArgumentException($"The state has length {x.State.Length}, expected at least {vectors} x {Length}.", nameof(x));
            _vectors = vectors;
            _theta = ref MemoryMarshal.GetReference(x.Theta);
            _gradient = ref MemoryMarshal.GetReference(x.Gradient);
            _state = ref MemoryMarshal.GetReference(x.State);
        }

        public int Length { get; }

        public void RequireSameLength(in Places<T> other)
        {
            if (other.Length != Length)
                throw new ArgumentException($"Tangent or cotangent has length {other.Length}, expected {Length} as theta.", nameof(other));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Coordinates<T> Load(int i, int count)
        {
            Coordinates<T> c = default;
            c.Theta = Load(ref _theta, i, count);
            c.Gradient = Load(ref _gradient, i, count);
            if (_vectors > 0)
                c.S0 = Load(ref _state, i, count);
            if (_vectors > 1)
                c.S1 = Load(ref Unsafe.Add(ref _state, Length), i, count);
            if (_vectors > 2)
                c.S2 = Load(ref Unsafe.Add(ref _state, 2 * (nint)Length), i, count);
            return c;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(in Coordinates<T> c, int i, int count)
        {
            Store(c.Theta, ref _theta, i, count);
            if (_vectors > 0)
                Store(c.S0, ref _state, i, count);
            if (_vectors > 1)
                Store(c.S1, ref Unsafe.Add(ref _state, Length), i, count);
            if (_vectors > 2)
                Store(c.S2, ref Unsafe.Add(ref _state, 2 * (nint)Length), i, count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void StoreGradient(in Coordinates<T> c, int i, int count) => Store(c.Gradient, ref _gradient, i, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<T> Load(ref T first, int i, int count) =>
            count == Vector256<T>.Count ? Vector256.LoadUnsafe(ref first, (nuint)i) : LoadPart(ref first, i, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Store(Vector256<T> v, ref T first, int i, int count)
        {
            if (count == Vector256<T>.Count)
                v.StoreUnsafe(ref first, (nuint)i);
            else
                StorePart(v, ref first, i, count);
        }

        private static Vector256<T> LoadPart(ref T first, int i, int count)
        {
            Span<T> lanes = stackalloc T[Vector256<T>.Count];
            lanes.Clear();
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref first, i), count).CopyTo(lanes);
            return Vector256.Create<T>(lanes);
        }

        private static void StorePart(Vector256<T> v, ref T first, int i, int count)
        {
            Span<T> lanes = stackalloc T[Vector256<T>.Count];
            v.CopyTo(lanes);
            lanes[..count].CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref first, i), count));
        }
    }
}
