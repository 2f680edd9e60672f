using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// C ← A B + β C by one step of Strassen's method in Winograd's form: seven products of blocks of half the size instead of eight (Higham 2002, "Accuracy and Stability of
/// Numerical Algorithms", section 23.2). Sums of A's blocks are made first; for each panel of columns, packed blocks of B are summed where they lie in the cache.
/// </summary>
/// <remarks>
/// With S1 = A21 + A22, S2 = S1 - A11, S3 = A11 - A21, S4 = A12 - S2 and T1 = B12 - B11, T2 = B22 - T1, T3 = B22 - B12, T4 = T2 - B21:
/// U = A11 B11 + S2 T2, C11 = A11 B11 + A12 B21, C12 = U + S1 T1 + S4 B22, C21 = U + S3 T3 - A22 T4, C22 = U + S3 T3 + S1 T1. To first order in the unit roundoff u,
/// with h = k / 2: |error| ≤ (18 h² + 89 h) u max|A| max|B|, where the usual product has 4 h² instead.
/// </remarks>
internal sealed unsafe class StrassenGemm<T, TVector, TSimd>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    /// <summary>Rows of A whose sums are one item.</summary>
    private const int SumRows = 16;

    [ThreadStatic]
    private static StrassenGemm<T, TVector, TSimd>? instance;

    private readonly Action<int, int> sums, panels;
    private int m, n, k, row;
    private Strided<T> a, b, c;
    private T beta;
    private T[] memory = [];

    private StrassenGemm() => (sums, panels) = (Sums, Panels);

    private static int Width => 2 * TSimd.Count;

    /// <summary>C[m, n] ← A B + β C; A and C have column stride 1, and the shape fits (<see cref="StrassenPlan.Fits"/>).</summary>
    public static void Multiply(WorkerTeam? team, int m, int n, int k, Strided<T> a, Strided<T> b, T beta, Strided<T> c)
    {
        // Taken out while in use: a body that multiplies again on this thread then gets its own.
        StrassenGemm<T, TVector, TSimd> job = instance ?? new StrassenGemm<T, TVector, TSimd>();
        instance = null;
        (job.m, job.n, job.k, job.a, job.b, job.beta, job.c) = (m / 2, n / 2, k / 2, a, b, beta, c);
        job.row = (job.k + TSimd.Count - 1) / TSimd.Count * TSimd.Count;
        int length = (4 * job.m * job.row) + TSimd.Count;
        if (job.memory.Length < length)
            job.memory = GC.AllocateUninitializedArray<T>(length, pinned: true);
        TeamItems.Run(team, (job.m + SumRows - 1) / SumRows, job.sums);
        TeamItems.Run(team, (job.n + Width - 1) / Width, job.panels);
        instance = job;
    }

    /// <summary>S1 to S4 are for i = 0 to 3.</summary>
    private Strided<T> S(int i)
    {
        nuint line = (nuint)(TSimd.Count * sizeof(T)), start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        return new Strided<T>((T*)((start + line - 1) / line * line) + ((nint)i * m * row), row, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sums(int item, int worker)
    {
        for (int i = item * SumRows; i < Math.Min(m, (item + 1) * SumRows); i++)
        {
            T* a11 = a.From(i, 0).Start, a12 = a11 + k, a21 = a.From(m + i, 0).Start, a22 = a21 + k;
            T* s1 = S(0).From(i, 0).Start, s2 = S(1).From(i, 0).Start, s3 = S(2).From(i, 0).Start, s4 = S(3).From(i, 0).Start;
            nint p = 0;
            for (; p <= k - TSimd.Count; p += TSimd.Count)
            {
                TVector x11 = TSimd.Load(a11 + p), x21 = TSimd.Load(a21 + p), one = TSimd.Add(x21, TSimd.Load(a22 + p)), two = TSimd.Subtract(one, x11);
                TSimd.Store(one, s1 + p);
                TSimd.Store(two, s2 + p);
                TSimd.Store(TSimd.Subtract(x11, x21), s3 + p);
                TSimd.Store(TSimd.Subtract(TSimd.Load(a12 + p), two), s4 + p);
            }

            for (; p < k; p++)
            {
                s1[p] = a21[p] + a22[p];
                s2[p] = s1[p] - a11[p];
                s3[p] = a11[p] - a21[p];
                s4[p] = a12[p] - s2[p];
            }
        }
    }

    /// <summary>One panel of columns of each half of C.</summary>
    private void Panels(int item, int worker)
    {
        int column = item * Width, block = k * Width;
        T* packed = PackingBuffer.Get<T>((8 * block) + (2 * m * Width));
        for (int q = 0; q < 4; q++)
            Panel.Pack(b.From(q / 2 * k, (q % 2 * n) + column), k, Width, Width, packed + (q * block));
        SumPanels(packed, block);
        Strided<T> B(int i) => new(packed + (i * block), Width, 1);
        var u = new Strided<T>(packed + (8 * block), Width, 1);
        var v = new Strided<T>(packed + (8 * block) + (m * Width), Width, 1);
        Strided<T> c11 = c.From(0, column), c12 = c.From(0, n + column), c21 = c.From(m, column), c22 = c.From(m, n + column);
        Strided<T> a11 = a, a12 = a.From(0, k), a22 = a.From(m, k);

        Product(T.One, a11, B(0), T.Zero, u);
        Product(T.One, a12, B(2), beta, c11);
        Add(T.One, u, null, c11);
        Product(T.One, S(1), B(5), T.One, u);
        Product(T.One, S(0), B(4), T.Zero, v);
        Product(T.One, S(3), B(3), beta, c12);
        Add(T.One, u, v.Start, c12);
        Product(T.One, S(2), B(6), T.One, u);
        Product(-T.One, a22, B(7), beta, c21);
        Add(T.One, u, null, c21);
        Add(beta, u, v.Start, c22);
    }

    private void Product(T alpha, Strided<T> left, Strided<T> panel, T old, Strided<T> output) =>
        BlockedGemm.Rows<T, TVector, TSimd>(m, Width, k, alpha, left, panel, old, output);

    /// <summary>T1 to T4 behind the packed blocks B11, B12, B21 and B22.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumPanels(T* b11, int block)
    {
        T* b12 = b11 + block, b21 = b12 + block, b22 = b21 + block, t1 = b22 + block, t2 = t1 + block, t3 = t2 + block, t4 = t3 + block;
        for (nint p = 0; p < block; p += TSimd.Count)
        {
            TVector x12 = TSimd.Load(b12 + p), x22 = TSimd.Load(b22 + p), one = TSimd.Subtract(x12, TSimd.Load(b11 + p)), two = TSimd.Subtract(x22, one);
            TSimd.Store(one, t1 + p);
            TSimd.Store(two, t2 + p);
            TSimd.Store(TSimd.Subtract(x22, x12), t3 + p);
            TSimd.Store(TSimd.Subtract(two, TSimd.Load(b21 + p)), t4 + p);
        }
    }

    /// <summary>output ← old output + x + y, y like x or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(T old, Strided<T> x, T* y, Strided<T> output)
    {
        bool reads = !T.IsZero(old);
        TVector factor = TSimd.Broadcast(old);
        for (nint i = 0; i < m; i++)
        {
            T* from = x.Start + (i * Width), to = output.Start + (i * output.Row);
            for (nint j = 0; j < Width; j += TSimd.Count)
            {
                TVector sum = TSimd.Load(from + j);
                if (y is not null)
                    sum = TSimd.Add(sum, TSimd.Load(y + (i * Width) + j));
                if (reads)
                    sum = TSimd.MultiplyAdd(factor, TSimd.Load(to + j), sum);
                TSimd.Store(sum, to + j);
            }
        }
    }
}
