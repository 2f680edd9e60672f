using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Networks;

/// <summary>y = max(x, 0), with derivative 0 at 0 as in PyTorch. Nothing is kept: y says where x is above 0.</summary>
public sealed class ReLU : Layer
{
    /// <inheritdoc/>
    public override string ToString() => "ReLU";

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input) => input;

    /// <summary>y = x unless x is 0 or less: NaN stays NaN.</summary>
    public override void Value<T>(in LayerValues<T> v) => UnlessNegative(v.Input, v.Output);

    /// <summary>dy = dx where y is above 0, else 0.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d) => WherePositive(v.Output, d.Input, d.Output);

    /// <summary>ax = ay where y is above 0, else 0.</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a) => WherePositive(v.Output, a.Output, a.Input);

    /// <summary>dax = day where y is above 0, else 0.</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da) =>
        WherePositive(v.Output, da.Output, da.Input);

    /// <summary>b = a where y > 0, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe void WherePositive<T>(ReadOnlySpan<T> where, ReadOnlySpan<T> from, Span<T> to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* y = where, a = from[..where.Length], b = to[..where.Length])
        {
            nint i = 0, n = where.Length;
            if (Vector512.IsHardwareAccelerated)
            {
                for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count)
                    Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.Load(y + i), Vector512<T>.Zero), Vector512.Load(a + i), Vector512<T>.Zero).Store(b + i);
            }

            for (; i <= n - Vector256<T>.Count; i += Vector256<T>.Count)
                Vector256.ConditionalSelect(Vector256.GreaterThan(Vector256.Load(y + i), Vector256<T>.Zero), Vector256.Load(a + i), Vector256<T>.Zero).Store(b + i);
            for (; i < n; i++)
                b[i] = y[i] > T.Zero ? a[i] : T.Zero;
        }
    }

    /// <summary>b = 0 where a is 0 or less, else a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe void UnlessNegative<T>(ReadOnlySpan<T> from, Span<T> to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* a = from, b = to[..from.Length])
        {
            nint i = 0, n = from.Length;
            if (Vector512.IsHardwareAccelerated)
            {
                for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count)
                    Vector512.ConditionalSelect(Vector512.LessThanOrEqual(Vector512.Load(a + i), Vector512<T>.Zero), Vector512<T>.Zero, Vector512.Load(a + i)).Store(b + i);
            }

            for (; i <= n - Vector256<T>.Count; i += Vector256<T>.Count)
                Vector256.ConditionalSelect(Vector256.LessThanOrEqual(Vector256.Load(a + i), Vector256<T>.Zero), Vector256<T>.Zero, Vector256.Load(a + i)).Store(b + i);
            for (; i < n; i++)
                b[i] = a[i] <= T.Zero ? T.Zero : a[i];
        }
    }
}
