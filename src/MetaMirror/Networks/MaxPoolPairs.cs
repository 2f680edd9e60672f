using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Networks;

/// <summary>
/// Windows of 2x2 that do not overlap, in float: a vector of windows is two vectors of each of two rows, parted into even and odd columns. The last vector of
/// a row ends where the row does and may repeat windows of the one before.
/// </summary>
internal static unsafe class MaxPoolPairs
{
    /// <summary>Whether a row holds a vector of windows.</summary>
    public static bool CanTake(FeatureShape input) => Vector128.IsHardwareAccelerated && input.Columns / 2 >= Vector128<float>.Count;

    public static void Value(FeatureShape shape, ReadOnlySpan<float> x, Span<float> y, Span<float> s)
    {
        fixed (float* px = x, py = y, ps = s)
        {
            int planes = x.Length / (shape.Rows * shape.Columns);
            if (Wide(shape))
                Value<Vector256<float>, Pairs256>(shape, planes, px, py, ps);
            else
                Value<Vector128<float>, Pairs128>(shape, planes, px, py, ps);
        }
    }

    public static void Gather(FeatureShape shape, ReadOnlySpan<float> s, ReadOnlySpan<float> dx, Span<float> dy)
    {
        fixed (float* ps = s, px = dx, py = dy)
        {
            int planes = dx.Length / (shape.Rows * shape.Columns);
            if (Wide(shape))
                Gather<Vector256<float>, Pairs256>(shape, planes, ps, px, py);
            else
                Gather<Vector128<float>, Pairs128>(shape, planes, ps, px, py);
        }
    }

    public static void Scatter(FeatureShape shape, ReadOnlySpan<float> s, ReadOnlySpan<float> ay, Span<float> ax)
    {
        // A last row or column without a partner is in no window.
        if (((shape.Rows | shape.Columns) & 1) != 0)
            ax.Clear();
        fixed (float* ps = s, py = ay, px = ax)
        {
            int planes = ax.Length / (shape.Rows * shape.Columns);
            if (Wide(shape))
                Scatter<Vector256<float>, Pairs256>(shape, planes, ps, py, px);
            else
                Scatter<Vector128<float>, Pairs128>(shape, planes, ps, py, px);
        }
    }

    private static bool Wide(FeatureShape shape) => Vector256.IsHardwareAccelerated && shape.Columns / 2 >= Vector256<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Value<TVector, TPairs>(FeatureShape shape, int planes, float* x, float* y, float* s)
        where TVector : struct
        where TPairs : struct, IPairs<TVector>
    {
        int columns = shape.Columns, outputRows = shape.Rows / 2, outputColumns = columns / 2, last = outputColumns - TPairs.Count;
        TVector one = TPairs.Broadcast(1), below = TPairs.Broadcast(columns), both = TPairs.Broadcast(columns + 1);
        for (int plane = 0; plane < planes; plane++, x += shape.Rows * columns)
        {
            for (int i = 0; i < outputRows; i++, y += outputColumns)
            {
                float* top = x + (2 * i * columns), bottom = top + columns;
                for (int j = 0; j < outputColumns; j += TPairs.Count)
                {
                    int k = Math.Min(j, last);
                    TVector t = TPairs.Load(top + (2 * k)), u = TPairs.Load(top + (2 * k) + TPairs.Count);
                    TVector v = TPairs.Load(bottom + (2 * k)), w = TPairs.Load(bottom + (2 * k) + TPairs.Count);
                    TVector max = TPairs.Evens(t, u), at = TPairs.Broadcast(0);
                    Better<TVector, TPairs>(TPairs.Odds(t, u), one, ref max, ref at);
                    Better<TVector, TPairs>(TPairs.Evens(v, w), below, ref max, ref at);
                    Better<TVector, TPairs>(TPairs.Odds(v, w), both, ref max, ref at);
                    TPairs.Store(max, y + k);
                    if (s != null)
                        TPairs.Store(at, s + k);
                }

                if (s != null)
                    s += outputColumns;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Gather<TVector, TPairs>(FeatureShape shape, int planes, float* s, float* dx, float* dy)
        where TVector : struct
        where TPairs : struct, IPairs<TVector>
    {
        int columns = shape.Columns, outputRows = shape.Rows / 2, outputColumns = columns / 2, last = outputColumns - TPairs.Count;
        TVector one = TPairs.Broadcast(1), below = TPairs.Broadcast(columns), both = TPairs.Broadcast(columns + 1);
        for (int plane = 0; plane < planes; plane++, dx += shape.Rows * columns)
        {
            for (int i = 0; i < outputRows; i++, dy += outputColumns, s += outputColumns)
            {
                float* top = dx + (2 * i * columns), bottom = top + columns;
                for (int j = 0; j < outputColumns; j += TPairs.Count)
                {
                    int k = Math.Min(j, last);
                    TVector at = TPairs.Load(s + k);
                    TVector t = TPairs.Load(top + (2 * k)), u = TPairs.Load(top + (2 * k) + TPairs.Count);
                    TVector v = TPairs.Load(bottom + (2 * k)), w = TPairs.Load(bottom + (2 * k) + TPairs.Count);
                    TVector y = TPairs.Evens(t, u);
                    y = TPairs.Select(TPairs.Same(at, one), TPairs.Odds(t, u), y);
                    y = TPairs.Select(TPairs.Same(at, below), TPairs.Evens(v, w), y);
                    y = TPairs.Select(TPairs.Same(at, both), TPairs.Odds(v, w), y);
                    TPairs.Store(y, dy + k);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Scatter<TVector, TPairs>(FeatureShape shape, int planes, float* s, float* ay, float* ax)
        where TVector : struct
        where TPairs : struct, IPairs<TVector>
    {
        int columns = shape.Columns, outputRows = shape.Rows / 2, outputColumns = columns / 2, last = outputColumns - TPairs.Count;
        TVector zero = TPairs.Broadcast(0), one = TPairs.Broadcast(1), below = TPairs.Broadcast(columns), both = TPairs.Broadcast(columns + 1);
        for (int plane = 0; plane < planes; plane++, ax += shape.Rows * columns)
        {
            for (int i = 0; i < outputRows; i++, ay += outputColumns, s += outputColumns)
            {
                float* top = ax + (2 * i * columns), bottom = top + columns;
                for (int j = 0; j < outputColumns; j += TPairs.Count)
                {
                    int k = Math.Min(j, last);
                    TVector at = TPairs.Load(s + k), a = TPairs.Load(ay + k);
                    Interleave<TVector, TPairs>(TPairs.Select(TPairs.Same(at, zero), a, zero), TPairs.Select(TPairs.Same(at, one), a, zero), top + (2 * k));
                    Interleave<TVector, TPairs>(TPairs.Select(TPairs.Same(at, below), a, zero), TPairs.Select(TPairs.Same(at, both), a, zero), bottom + (2 * k));
                }
            }
        }
    }

    /// <summary>A later number wins if it is larger, or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Better<TVector, TPairs>(TVector x, TVector place, ref TVector max, ref TVector at)
        where TVector : struct
        where TPairs : struct, IPairs<TVector>
    {
        TVector wins = TPairs.GreaterOrNaN(x, max);
        max = TPairs.Select(wins, x, max);
        at = TPairs.Select(wins, place, at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave<TVector, TPairs>(TVector evens, TVector odds, float* to)
        where TVector : struct
        where TPairs : struct, IPairs<TVector>
    {
        TPairs.Store(TPairs.InterleaveLower(evens, odds), to);
        TPairs.Store(TPairs.InterleaveUpper(evens, odds), to + TPairs.Count);
    }
}
