using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>
/// One pass over theta, gradient and up to three state vectors. The width is 256 bits on every machine, so that sums over coordinates
/// have the same bits everywhere; the last group is filled up with zeros, where maps are finite and cotangents vanish.
/// </summary>
/// <remarks>
/// The loops are compiled fully at the first call and never inlined (inlined into a caller by profile, the group stays in memory: 3 to 8 times
/// slower), and hold no call (a group whose address is taken stays in memory too: twice slower): the last group is copied into a place of its own.
/// </remarks>
internal static unsafe class CoordinateLoop
{
    /// <summary>Takes the step with 0 to 3 state vectors.</summary>
    public static void Step<T, TMap>(ref TMap map, int vectors, in Iterate<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, IStepMap<T>
    {
        if (vectors == 0)
            Step<T, TMap, NoState>(ref map, x);
        else if (vectors == 1)
            Step<T, TMap, OneState>(ref map, x);
        else if (vectors == 2)
            Step<T, TMap, TwoStates>(ref map, x);
        else
            Step<T, TMap, ThreeStates>(ref map, x);
    }

    /// <summary>Its tangent.</summary>
    public static void Jvp<T, TMap>(ref TMap map, int vectors, in Iterate<T> x, in Iterate<T> tangent)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, ICoordinateMap<T>
    {
        if (vectors == 0)
            Jvp<T, TMap, NoState>(ref map, x, tangent);
        else if (vectors == 1)
            Jvp<T, TMap, OneState>(ref map, x, tangent);
        else if (vectors == 2)
            Jvp<T, TMap, TwoStates>(ref map, x, tangent);
        else
            Jvp<T, TMap, ThreeStates>(ref map, x, tangent);
    }

    /// <summary>Its cotangent.</summary>
    public static void Vjp<T, TMap>(ref TMap map, int vectors, in Iterate<T> x, in Iterate<T> cotangent)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, ICoordinateMap<T>
    {
        if (vectors == 0)
            Vjp<T, TMap, NoState>(ref map, x, cotangent);
        else if (vectors == 1)
            Vjp<T, TMap, OneState>(ref map, x, cotangent);
        else if (vectors == 2)
            Vjp<T, TMap, TwoStates>(ref map, x, cotangent);
        else
            Vjp<T, TMap, ThreeStates>(ref map, x, cotangent);
    }

    private static void Step<T, TMap, TVectors>(ref TMap map, in Iterate<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, IStepMap<T>
        where TVectors : struct, IStateVectors
    {
        RequireLengths(TVectors.Count, x.Theta.Length, x);
        int n = x.Theta.Length, rest = n % Vector256<T>.Count;
        T* last = stackalloc T[CoordinatePlaces<T>.LastLength];
        fixed (T* theta = x.Theta, gradient = x.Gradient, state = x.State)
        {
            var values = new CoordinatePlaces<T>(theta, gradient, state, n, TVectors.Count);
            StepLoop<T, TMap, TVectors>(ref map, values, n - rest);
            if (rest == 0)
                return;
            CoordinatePlaces<T> end = values.Last(n - rest, rest, last);
            StepLoop<T, TMap, TVectors>(ref map, end, rest);
            values.PutBack(n - rest, rest, last, withGradient: false);
        }
    }

    private static void Jvp<T, TMap, TVectors>(ref TMap map, in Iterate<T> x, in Iterate<T> tangent)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, ICoordinateMap<T>
        where TVectors : struct, IStateVectors
    {
        Require(TVectors.Count, x, tangent);
        int n = x.Theta.Length, rest = n % Vector256<T>.Count;
        T* last = stackalloc T[2 * CoordinatePlaces<T>.LastLength], lastTangent = last + CoordinatePlaces<T>.LastLength;
        fixed (T* theta = x.Theta, gradient = x.Gradient, state = x.State, dTheta = tangent.Theta, dGradient = tangent.Gradient, dState = tangent.State)
        {
            var values = new CoordinatePlaces<T>(theta, gradient, state, n, TVectors.Count);
            var tangents = new CoordinatePlaces<T>(dTheta, dGradient, dState, n, TVectors.Count);
            JvpLoop<T, TMap, TVectors>(ref map, values, tangents, n - rest);
            if (rest == 0)
                return;
            CoordinatePlaces<T> end = values.Last(n - rest, rest, last), endTangents = tangents.Last(n - rest, rest, lastTangent);
            JvpLoop<T, TMap, TVectors>(ref map, end, endTangents, rest);
            tangents.PutBack(n - rest, rest, lastTangent, withGradient: false);
        }
    }

    private static void Vjp<T, TMap, TVectors>(ref TMap map, in Iterate<T> x, in Iterate<T> cotangent)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, ICoordinateMap<T>
        where TVectors : struct, IStateVectors
    {
        Require(TVectors.Count, x, cotangent);
        int n = x.Theta.Length, rest = n % Vector256<T>.Count;
        T* last = stackalloc T[2 * CoordinatePlaces<T>.LastLength], lastCotangent = last + CoordinatePlaces<T>.LastLength;
        fixed (T* theta = x.Theta, gradient = x.Gradient, state = x.State, aTheta = cotangent.Theta, aGradient = cotangent.Gradient, aState = cotangent.State)
        {
            var values = new CoordinatePlaces<T>(theta, gradient, state, n, TVectors.Count);
            var cotangents = new CoordinatePlaces<T>(aTheta, aGradient, aState, n, TVectors.Count);
            VjpLoop<T, TMap, TVectors>(ref map, values, cotangents, n - rest);
            if (rest == 0)
                return;
            CoordinatePlaces<T> end = values.Last(n - rest, rest, last), endCotangents = cotangents.Last(n - rest, rest, lastCotangent);
            VjpLoop<T, TMap, TVectors>(ref map, end, endCotangents, rest);
            cotangents.PutBack(n - rest, rest, lastCotangent, withGradient: true);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void StepLoop<T, TMap, TVectors>(ref TMap map, in CoordinatePlaces<T> places, nint n)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, IStepMap<T>
        where TVectors : struct, IStateVectors
    {
        CoordinatePlaces<T> values = places;
        TMap factors = map;
        for (nint i = 0; i < n; i += Vector256<T>.Count)
        {
            Coordinates<T> c = values.Load<TVectors>(i);
            factors.Step(ref c);
            values.Store<TVectors>(c, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void JvpLoop<T, TMap, TVectors>(ref TMap map, in CoordinatePlaces<T> places, in CoordinatePlaces<T> tangentPlaces, nint n)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, ICoordinateMap<T>
        where TVectors : struct, IStateVectors
    {
        CoordinatePlaces<T> values = places, tangents = tangentPlaces;
        for (nint i = 0; i < n; i += Vector256<T>.Count)
        {
            Coordinates<T> c = values.Load<TVectors>(i), d = tangents.Load<TVectors>(i);
            map.Jvp(c, ref d);
            tangents.Store<TVectors>(d, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void VjpLoop<T, TMap, TVectors>(ref TMap map, in CoordinatePlaces<T> places, in CoordinatePlaces<T> cotangentPlaces, nint n)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TMap : struct, ICoordinateMap<T>
        where TVectors : struct, IStateVectors
    {
        CoordinatePlaces<T> values = places, cotangents = cotangentPlaces;
        for (nint i = 0; i < n; i += Vector256<T>.Count)
        {
            Coordinates<T> c = values.Load<TVectors>(i), a = cotangents.Load<TVectors>(i);
            map.Vjp(c, ref a);
            cotangents.Store<TVectors>(a, i);
            cotangents.StoreGradient(a, i);
        }
    }

    private static void Require<T>(int vectors, in Iterate<T> x, in Iterate<T> other)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = x.Theta.Length;
        if (other.Theta.Length != n)
            throw new ArgumentException($"Tangent or cotangent has length {other.Theta.Length}, expected {n} as theta.", nameof(other));
        RequireLengths(vectors, n, x);
        RequireLengths(vectors, n, other);
    }

    private static void RequireLengths<T>(int vectors, int n, in Iterate<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Gradient.Length != n)
            throw new ArgumentException($"The gradient has length {x.Gradient.Length}, expected {n} as theta.", nameof(x));
        if (x.State.Length < (long)vectors * n)
            throw new ArgumentException($"The state has length {x.State.Length}, expected at least {vectors} x {n}.", nameof(x));
    }
}
