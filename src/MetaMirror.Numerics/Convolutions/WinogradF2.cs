using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// F(2, 3): two outputs of a filter with three taps from four inputs by four multiplications, y = Aᵀ[(G g) ⊙ (Bᵀ d)]
/// (Winograd 1980; Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, section 4.1).
/// </summary>
internal static unsafe class WinogradF2<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Bᵀ: (d0 − d2, d1 + d2, d2 − d1, d1 − d3).</summary>
    public readonly struct Data : IWinogradMap<T>
    {
        public static int Inputs => 4;

        public static int Outputs => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TVector, TSimd>(T* x, nint xStep, T* y, nint yStep)
            where TVector : struct
            where TSimd : ISimd<T, TVector>
        {
            TVector d0 = TSimd.Load(x), d1 = TSimd.Load(x + xStep), d2 = TSimd.Load(x + (2 * xStep)), d3 = TSimd.Load(x + (3 * xStep));
            TSimd.Store(TSimd.Subtract(d0, d2), y);
            TSimd.Store(TSimd.Add(d1, d2), y + yStep);
            TSimd.Store(TSimd.Subtract(d2, d1), y + (2 * yStep));
            TSimd.Store(TSimd.Subtract(d1, d3), y + (3 * yStep));
        }
    }

    /// <summary>G: (g0, (g0 + g1 + g2) / 2, (g0 − g1 + g2) / 2, g2).</summary>
    public readonly struct Kernel : IWinogradMap<T>
    {
        public static int Inputs => 3;

        public static int Outputs => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TVector, TSimd>(T* x, nint xStep, T* y, nint yStep)
            where TVector : struct
            where TSimd : ISimd<T, TVector>
        {
            TVector half = TSimd.Broadcast(T.One / (T.One + T.One));
            TVector g0 = TSimd.Load(x), g1 = TSimd.Load(x + xStep), g2 = TSimd.Load(x + (2 * xStep));
            TVector even = TSimd.Multiply(half, TSimd.Add(g0, g2)), odd = TSimd.Multiply(half, g1);
            TSimd.Store(g0, y);
            TSimd.Store(TSimd.Add(even, odd), y + yStep);
            TSimd.Store(TSimd.Subtract(even, odd), y + (2 * yStep));
            TSimd.Store(g2, y + (3 * yStep));
        }
    }

    /// <summary>Aᵀ: (m0 + m1 + m2, m1 − m2 − m3).</summary>
    public readonly struct Output : IWinogradMap<T>
    {
        public static int Inputs => 4;

        public static int Outputs => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TVector, TSimd>(T* x, nint xStep, T* y, nint yStep)
            where TVector : struct
            where TSimd : ISimd<T, TVector>
        {
            TVector m0 = TSimd.Load(x), m1 = TSimd.Load(x + xStep), m2 = TSimd.Load(x + (2 * xStep)), m3 = TSimd.Load(x + (3 * xStep));
            TSimd.Store(TSimd.Add(m0, TSimd.Add(m1, m2)), y);
            TSimd.Store(TSimd.Subtract(TSimd.Subtract(m1, m2), m3), y + yStep);
        }
    }

    /// <summary>A: (y0, y0 + y1, y0 − y1, −y1).</summary>
    public readonly struct OutputAdjoint : IWinogradMap<T>
    {
        public static int Inputs => 2;

        public static int Outputs => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TVector, TSimd>(T* x, nint xStep, T* y, nint yStep)
            where TVector : struct
            where TSimd : ISimd<T, TVector>
        {
            TVector y0 = TSimd.Load(x), y1 = TSimd.Load(x + xStep);
            TSimd.Store(y0, y);
            TSimd.Store(TSimd.Add(y0, y1), y + yStep);
            TSimd.Store(TSimd.Subtract(y0, y1), y + (2 * yStep));
            TSimd.Store(TSimd.Subtract(default, y1), y + (3 * yStep));
        }
    }

    /// <summary>Gᵀ: (u0 + (u1 + u2) / 2, (u1 − u2) / 2, (u1 + u2) / 2 + u3).</summary>
    public readonly struct KernelAdjoint : IWinogradMap<T>
    {
        public static int Inputs => 4;

        public static int Outputs => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TVector, TSimd>(T* x, nint xStep, T* y, nint yStep)
            where TVector : struct
            where TSimd : ISimd<T, TVector>
        {
            TVector half = TSimd.Broadcast(T.One / (T.One + T.One));
            TVector u0 = TSimd.Load(x), u1 = TSimd.Load(x + xStep), u2 = TSimd.Load(x + (2 * xStep)), u3 = TSimd.Load(x + (3 * xStep));
            TVector even = TSimd.Multiply(half, TSimd.Add(u1, u2)), odd = TSimd.Multiply(half, TSimd.Subtract(u1, u2));
            TSimd.Store(TSimd.Add(u0, even), y);
            TSimd.Store(odd, y + yStep);
            TSimd.Store(TSimd.Add(even, u3), y + (2 * yStep));
        }
    }
}
