using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Three loops, for products of a few elements.</summary>
internal static unsafe class DirectGemm
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, T beta, Strided<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool readsC = !T.IsZero(beta);
        for (nint i = 0; i < m; i++)
        {
            for (nint j = 0; j < n; j++)
            {
                T* x = a.Start + (i * a.Row);
                T* y = b.Start + (j * b.Column);
                T* z = c.Start + (i * c.Row) + j;
                T sum = T.Zero;
                for (nint p = 0; p < k; p++)
                    sum += x[p * a.Column] * y[p * b.Row];
                *z = readsC ? (alpha * sum) + (beta * *z) : alpha * sum;
            }
        }
    }
}
