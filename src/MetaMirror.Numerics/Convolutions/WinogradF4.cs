using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>
/// F(4, 3): four outputs of a filter with three taps from six inputs by six multiplications, y = Aᵀ[(G g) ⊙ (Bᵀ d)], by the
/// polynomials' values at 0, ±a, ±b and infinity (Toom and Cook; Lavin and Gray 2016, section 4.3).
/// </summary>
/// <remarks>Differs from the paper: points ±5/8, ±3/2 instead of ±1, ±2, which halves the rounding errors; the points and their powers up to the
/// third are exact in binary.</remarks>
internal static unsafe class WinogradF4<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double A = 0.625, B = 1.5, A2 = A * A, B2 = B * B, A3 = A * A2, B3 = B * B2;

    /// <summary>One over the products of the differences of a point to the others.</summary>
    private const double G0 = 1 / (A2 * B2), Ga = 1 / (2 * A2 * (A2 - B2)), Gb = 1 / (2 * B2 * (B2 - A2));

    /// <summary>Bᵀ: the coefficients of Π (x − other points), and of x (x² − a²)(x² − b²) for infinity.</summary>
    public readonly struct Data : IWinogradMap<T>
    {
        public static int Inputs => 6;

        public static int Outputs => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TVector, TSimd>(T* x, nint xStep, T* y, nint yStep)
            where TVector : struct
            where TSimd : ISimd<T, TVector>
        {
            TVector a = TSimd.Broadcast(T.CreateTruncating(A)), minusA = TSimd.Broadcast(T.CreateTruncating(-A)), minusA2 = TSimd.Broadcast(T.CreateTruncating(-A2));
            TVector b = TSimd.Broadcast(T.CreateTruncating(B)), minusB = TSimd.Broadcast(T.CreateTruncating(-B)), minusB2 = TSimd.Broadcast(T.CreateTruncating(-B2));
            TVector product = TSimd.Broadcast(T.CreateTruncating(A2 * B2)), minusSum = TSimd.Broadcast(T.CreateTruncating(-(A2 + B2)));
            TVector d0 = TSimd.Load(x), d1 = TSimd.Load(x + xStep), d2 = TSimd.Load(x + (2 * xStep));
            TVector d3 = TSimd.Load(x + (3 * xStep)), d4 = TSimd.Load(x + (4 * xStep)), d5 = TSimd.Load(x + (5 * xStep));
            TSimd.Store(TSimd.MultiplyAdd(product, d0, TSimd.MultiplyAdd(minusSum, d2, d4)), y);
            TVector even = TSimd.MultiplyAdd(minusB2, d2, d4), odd = TSimd.MultiplyAdd(minusB2, d1, d3);
            TSimd.Store(TSimd.MultiplyAdd(a, odd, even), y + yStep);
            TSimd.Store(TSimd.MultiplyAdd(minusA, odd, even), y + (2 * yStep));
            (even, odd) = (TSimd.MultiplyAdd(minusA2, d2, d4), TSimd.MultiplyAdd(minusA2, d1, d3));
            TSimd.Store(TSimd.MultiplyAdd(b, odd, even), y + (3 * yStep));
            TSimd.Store(TSimd.MultiplyAdd(minusB, odd, even), y + (4 * yStep));
            TSimd.Store(TSimd.MultiplyAdd(product, d1, TSimd.MultiplyAdd(minusSum, d3, d5)), y + (5 * yStep));
        }
    }

    /// <summary>G: (1, p, p²) over the product of the differences of p to the other points; (0, 0, 1) for infinity.</summary>
    public readonly struct Kernel : IWinogradMap<T>
    {
        public static int Inputs => 3;

        public static int Outputs => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TVector, TSimd>(T* x, nint xStep, T* y, nint yStep)
            where TVector : struct
            where TSimd : ISimd<T, TVector>
        {
            TVector g0 = TSimd.Load(x), g1 = TSimd.Load(x + xStep), g2 = TSimd.Load(x + (2 * xStep));
            TSimd.Store(TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(G0)), g0), y);
            TVector even = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(Ga)), TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(A2)), g2, g0));
            TVector odd = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(Ga * A)), g1);
            TSimd.Store(TSimd.Add(even, odd), y + yStep);
            TSimd.Store(TSimd.Subtract(even, odd), y + (2 * yStep));
            even = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(Gb)), TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(B2)), g2, g0));
            odd = TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(Gb * B)), g1);
            TSimd.Store(TSimd.Add(even, odd), y + (3 * yStep));
            TSimd.Store(TSimd.Subtract(even, odd), y + (4 * yStep));
            TSimd.Store(g2, y + (5 * yStep));
        }
    }

    /// <summary>Aᵀ: powers 0 … 3 of the points; infinity counts in the last row alone.</summary>
    public readonly struct Output : IWinogradMap<T>
    {
        public static int Inputs => 6;

        public static int Outputs => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TVector, TSimd>(T* x, nint xStep, T* y, nint yStep)
            where TVector : struct
            where TSimd : ISimd<T, TVector>
        {
            TVector m0 = TSimd.Load(x), m1 = TSimd.Load(x + xStep), m2 = TSimd.Load(x + (2 * xStep));
            TVector m3 = TSimd.Load(x + (3 * xStep)), m4 = TSimd.Load(x + (4 * xStep)), m5 = TSimd.Load(x + (5 * xStep));
            TVector evenA = TSimd.Add(m1, m2), oddA = TSimd.Subtract(m1, m2), evenB = TSimd.Add(m3, m4), oddB = TSimd.Subtract(m3, m4);
            TSimd.Store(TSimd.Add(m0, TSimd.Add(evenA, evenB)), y);
            TSimd.Store(Sum<TVector, TSimd>(A, oddA, B, oddB), y + yStep);
            TSimd.Store(Sum<TVector, TSimd>(A2, evenA, B2, evenB), y + (2 * yStep));
            TSimd.Store(TSimd.Add(Sum<TVector, TSimd>(A3, oddA, B3, oddB), m5), y + (3 * yStep));
        }
    }

    /// <summary>A: values at the points of the polynomial with coefficients y0 … y3; y3 for infinity.</summary>
    public readonly struct OutputAdjoint : IWinogradMap<T>
    {
        public static int Inputs => 4;

        public static int Outputs => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TVector, TSimd>(T* x, nint xStep, T* y, nint yStep)
            where TVector : struct
            where TSimd : ISimd<T, TVector>
        {
            TVector y0 = TSimd.Load(x), y1 = TSimd.Load(x + xStep), y2 = TSimd.Load(x + (2 * xStep)), y3 = TSimd.Load(x + (3 * xStep));
            TSimd.Store(y0, y);
            TVector even = TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(A2)), y2, y0), odd = Sum<TVector, TSimd>(A, y1, A3, y3);
            TSimd.Store(TSimd.Add(even, odd), y + yStep);
            TSimd.Store(TSimd.Subtract(even, odd), y + (2 * yStep));
            (even, odd) = (TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(B2)), y2, y0), Sum<TVector, TSimd>(B, y1, B3, y3));
            TSimd.Store(TSimd.Add(even, odd), y + (3 * yStep));
            TSimd.Store(TSimd.Subtract(even, odd), y + (4 * yStep));
            TSimd.Store(y3, y + (5 * yStep));
        }
    }

    /// <summary>Gᵀ.</summary>
    public readonly struct KernelAdjoint : IWinogradMap<T>
    {
        public static int Inputs => 6;

        public static int Outputs => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<TVector, TSimd>(T* x, nint xStep, T* y, nint yStep)
            where TVector : struct
            where TSimd : ISimd<T, TVector>
        {
            TVector u0 = TSimd.Load(x), u1 = TSimd.Load(x + xStep), u2 = TSimd.Load(x + (2 * xStep));
            TVector u3 = TSimd.Load(x + (3 * xStep)), u4 = TSimd.Load(x + (4 * xStep)), u5 = TSimd.Load(x + (5 * xStep));
            TVector evenA = TSimd.Add(u1, u2), oddA = TSimd.Subtract(u1, u2), evenB = TSimd.Add(u3, u4), oddB = TSimd.Subtract(u3, u4);
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(G0)), u0, Sum<TVector, TSimd>(Ga, evenA, Gb, evenB)), y);
            TSimd.Store(Sum<TVector, TSimd>(Ga * A, oddA, Gb * B, oddB), y + yStep);
            TSimd.Store(TSimd.Add(Sum<TVector, TSimd>(Ga * A2, evenA, Gb * B2, evenB), u5), y + (2 * yStep));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Sum<TVector, TSimd>(double a, TVector x, double b, TVector y)
        where TVector : struct
        where TSimd : ISimd<T, TVector> =>
        TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(a)), x, TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(b)), y));
}
