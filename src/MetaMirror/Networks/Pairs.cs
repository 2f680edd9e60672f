using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Networks;

/// <summary>What pooling by pairs needs of a vector type of floats. A pair is taken as one number of 64 bits, its first float the lower half.</summary>
internal unsafe interface IPairs<TVector>
    where TVector : struct
{
    static abstract int Count { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    /// <summary>The first float of each pair of x and then of y.</summary>
    static abstract TVector Evens(TVector x, TVector y);

    /// <summary>The second float of each pair.</summary>
    static abstract TVector Odds(TVector x, TVector y);

    /// <summary>The lower half of the pairs (x_i, y_i).</summary>
    static abstract TVector InterleaveLower(TVector x, TVector y);

    /// <summary>The upper half of the pairs (x_i, y_i).</summary>
    static abstract TVector InterleaveUpper(TVector x, TVector y);

    /// <summary>All bits where x > y or x is NaN.</summary>
    static abstract TVector GreaterOrNaN(TVector x, TVector y);

    /// <summary>All bits where x = y.</summary>
    static abstract TVector Same(TVector x, TVector y);

    static abstract TVector Select(TVector mask, TVector x, TVector y);
}

/// <summary>Eight floats.</summary>
internal readonly unsafe struct Pairs256 : IPairs<Vector256<float>>
{
    public static int Count => Vector256<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Evens(Vector256<float> x, Vector256<float> y) => Vector256.Narrow(x.AsUInt64(), y.AsUInt64()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Odds(Vector256<float> x, Vector256<float> y) => Vector256.Narrow(x.AsUInt64() >> 32, y.AsUInt64() >> 32).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> InterleaveLower(Vector256<float> x, Vector256<float> y) =>
        (Vector256.WidenLower(x.AsUInt32()) | (Vector256.WidenLower(y.AsUInt32()) << 32)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> InterleaveUpper(Vector256<float> x, Vector256<float> y) =>
        (Vector256.WidenUpper(x.AsUInt32()) | (Vector256.WidenUpper(y.AsUInt32()) << 32)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> GreaterOrNaN(Vector256<float> x, Vector256<float> y) => Vector256.GreaterThan(x, y) | ~Vector256.Equals(x, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Same(Vector256<float> x, Vector256<float> y) => Vector256.Equals(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Select(Vector256<float> mask, Vector256<float> x, Vector256<float> y) => Vector256.ConditionalSelect(mask, x, y);
}

/// <summary>Four floats.</summary>
internal readonly unsafe struct Pairs128 : IPairs<Vector128<float>>
{
    public static int Count => Vector128<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Evens(Vector128<float> x, Vector128<float> y) => Vector128.Narrow(x.AsUInt64(), y.AsUInt64()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Odds(Vector128<float> x, Vector128<float> y) => Vector128.Narrow(x.AsUInt64() >> 32, y.AsUInt64() >> 32).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> InterleaveLower(Vector128<float> x, Vector128<float> y) =>
        (Vector128.WidenLower(x.AsUInt32()) | (Vector128.WidenLower(y.AsUInt32()) << 32)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> InterleaveUpper(Vector128<float> x, Vector128<float> y) =>
        (Vector128.WidenUpper(x.AsUInt32()) | (Vector128.WidenUpper(y.AsUInt32()) << 32)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> GreaterOrNaN(Vector128<float> x, Vector128<float> y) => Vector128.GreaterThan(x, y) | ~Vector128.Equals(x, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Same(Vector128<float> x, Vector128<float> y) => Vector128.Equals(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Select(Vector128<float> mask, Vector128<float> x, Vector128<float> y) => Vector128.ConditionalSelect(mask, x, y);
}
