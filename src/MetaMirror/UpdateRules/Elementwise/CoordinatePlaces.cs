using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>Number of state vectors, known when a loop is compiled: no branch is left in it.</summary>
internal interface IStateVectors
{
    static abstract int Count { get; }
}

internal readonly struct NoState : IStateVectors
{
    public static int Count => 0;
}

internal readonly struct OneState : IStateVectors
{
    public static int Count => 1;
}

internal readonly struct TwoStates : IStateVectors
{
    public static int Count => 2;
}

internal readonly struct ThreeStates : IStateVectors
{
    public static int Count => 3;
}

/// <summary>Where theta, the gradient and the state vectors begin.</summary>
internal readonly unsafe struct CoordinatePlaces<T>(T* theta, T* gradient, T* state, nint stride, int vectors)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostVectors = 5;
    private readonly T* _theta = theta;
    private readonly T* _gradient = gradient;
    private readonly T* _state0 = state;
    private readonly T* _state1 = state + stride;
    private readonly T* _state2 = state + (2 * stride);
    private readonly int _vectors = vectors;

    /// <summary>Elements of a place for one group of everything.</summary>
    public static int LastLength => MostVectors * Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Coordinates<T> Load<TVectors>(nint i)
        where TVectors : struct, IStateVectors
    {
        Coordinates<T> c = default;
        c.Theta = Vector256.Load(_theta + i);
        c.Gradient = Vector256.Load(_gradient + i);
        if (TVectors.Count > 0)
            c.S0 = Vector256.Load(_state0 + i);
        if (TVectors.Count > 1)
            c.S1 = Vector256.Load(_state1 + i);
        if (TVectors.Count > 2)
            c.S2 = Vector256.Load(_state2 + i);
        return c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TVectors>(in Coordinates<T> c, nint i)
        where TVectors : struct, IStateVectors
    {
        c.Theta.Store(_theta + i);
        if (TVectors.Count > 0)
            c.S0.Store(_state0 + i);
        if (TVectors.Count > 1)
            c.S1.Store(_state1 + i);
        if (TVectors.Count > 2)
            c.S2.Store(_state2 + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreGradient(in Coordinates<T> c, nint i) => c.Gradient.Store(_gradient + i);

    /// <summary>A copy of the last, not whole, group, filled up with zeros.</summary>
    public CoordinatePlaces<T> Last(int start, int count, T* place)
    {
        new Span<T>(place, LastLength).Clear();
        nint width = Vector256<T>.Count;
        Copy(_theta + start, place, count);
        Copy(_gradient + start, place + width, count);
        for (int v = 0; v < _vectors; v++)
            Copy(_state0 + (v * (_state1 - _state0)) + start, place + ((2 + v) * width), count);
        return new CoordinatePlaces<T>(place, place + width, place + (2 * width), width, _vectors);
    }

    /// <summary>The way back.</summary>
    public void PutBack(int start, int count, T* place, bool withGradient)
    {
        nint width = Vector256<T>.Count;
        Copy(place, _theta + start, count);
        if (withGradient)
            Copy(place + width, _gradient + start, count);
        for (int v = 0; v < _vectors; v++)
            Copy(place + ((2 + v) * width), _state0 + (v * (_state1 - _state0)) + start, count);
    }

    private static void Copy(T* source, T* destination, int count) => new ReadOnlySpan<T>(source, count).CopyTo(new Span<T>(destination, count));
}
