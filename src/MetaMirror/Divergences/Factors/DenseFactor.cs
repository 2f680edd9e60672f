using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences.Factors;

/// <summary>
/// F = C C^T, C lower triangular with a positive diagonal. Meta-parameters: the diagonal [n] by its logarithm, then the rows below it
/// one after the other [n (n - 1) / 2]. F^-1 x is two triangular solves: since C itself is the parameter, nothing is ever factorized and there is nothing to cache.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class DenseFactor<T> : Factor<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Largest order: up to here a product with F costs no more than a forward and backward pass of a layer of that width.</summary>
    public const int Limit = 1024;

    /// <summary>M = a b^T costs 2 n^2 k, then (M + M^T) C 2 n^3; the other way is four products of 2 n^2 k.</summary>
    private const int ColumnsPerOrder = 3;

    /// <summary>Side of the squares in which a matrix is added to its transpose.</summary>
    private const int Square = 32;

    private static readonly T Two = T.One + T.One;

    public static DenseFactor<T> Instance { get; } = new();

    public override FactorKind Kind => FactorKind.Dense;

    public override int MetaLength(int n) => n + Below(n);

    public override int WorkLength(int n, int k) => checked((3 * n * n) + (n * k) + n);

    public override IEnumerable<MetaParameterSpec<T>> Specs(string name, int n, T[] start)
    {
        yield return new(name + ".diagonal", [n], MetaTransform.Log, [.. start.AsSpan(0, n)]);
        if (n > 1)
            yield return new(name + ".lower", [Below(n)], MetaTransform.Identity, [.. start.AsSpan(n)]);
    }

    public override T[] Scaled(int n, double p)
    {
        var start = new T[MetaLength(n)];
        start.AsSpan(0, n).Fill(T.CreateChecked(Math.Sqrt(p)));
        return start;
    }

    public override string? TryStart(ReadOnlySpan<double> f, int n, out T[] start)
    {
        start = new T[MetaLength(n)];
        double[] c = new double[n * n];
        string? problem = GivenMatrix.Problem(f, n);
        if (problem is not null)
            return problem;
        if (!Cholesky.TryFactor(f, n, c))
            return GivenMatrix.NotPositive(f, n);
        for (int i = 0, p = n; i < n; i++)
        {
            // A pivot that is left of a singular matrix by rounding alone.
            if (c[(i * n) + i] * c[(i * n) + i] <= GivenMatrix.Rounding(n) * f[(i * n) + i])
                return GivenMatrix.NotPositive(f, n);
            start[i] = T.CreateChecked(c[(i * n) + i]);
            for (int j = 0; j < i; j++)
                start[p++] = T.CreateChecked(c[(i * n) + j]);
        }

        return null;
    }

    public override void Write(ReadOnlySpan<T> meta, int n, Span<double> destination)
    {
        double[] rented = ArrayPool<double>.Shared.Rent(n * n);
        Span<double> c = rented.AsSpan(0, n * n);
        c.Clear();
        for (int i = 0, p = n; i < n; i++)
        {
            for (int j = 0; j < i; j++)
                c[(i * n) + j] = double.CreateTruncating(meta[p++]);
            c[(i * n) + i] = double.CreateTruncating(meta[i]);
        }

        Gemm.MultiplySelf<double>(false, n, n, 1, c, 0, destination);
        ArrayPool<double>.Shared.Return(rented);
    }

    public override void Multiply(ReadOnlySpan<T> meta, int n, ReadOnlySpan<T> x, int k, Span<T> y, Span<T> work)
    {
        Span<T> c = Unpack(meta, n, work), t = work.Slice(n * n, n * k);
        Gemm.Multiply(true, false, n, k, n, T.One, c, x, T.Zero, t);
        Gemm.Multiply(false, false, n, k, n, T.One, c, t, T.Zero, y);
    }

    public override void Solve(ReadOnlySpan<T> meta, int n, Span<T> x, int k, Span<T> work)
    {
        ReadOnlySpan<T> c = Unpack(meta, n, work);
        Triangular.Solve(false, n, k, c, x);
        Triangular.Solve(true, n, k, c, x);
    }

    /// <inheritdoc/>
    /// <remarks>dF = dC C^T + C dC^T.</remarks>
    public override void MultiplyTangent(ReadOnlySpan<T> meta, ReadOnlySpan<T> dMeta, int n, ReadOnlySpan<T> x, int k, Span<T> y, Span<T> work)
    {
        Span<T> c = Unpack(meta, n, work), d = Unpack(dMeta, n, work[(n * n)..]), t = work.Slice(2 * n * n, n * k);
        Gemm.Multiply(true, false, n, k, n, T.One, c, x, T.Zero, t);
        Gemm.Multiply(false, false, n, k, n, T.One, d, t, T.Zero, y);
        Gemm.Multiply(true, false, n, k, n, T.One, d, x, T.Zero, t);
        Gemm.Multiply(false, false, n, k, n, T.One, c, t, T.One, y);
    }

    /// <inheritdoc/>
    /// <remarks>aC += lower part of weight (a b^T + b a^T) C.</remarks>
    public override void AddGradient(ReadOnlySpan<T> meta, int n, T weight, ReadOnlySpan<T> a, ReadOnlySpan<T> b, int k, Span<T> aMeta, Span<T> work)
    {
        Span<T> c = Unpack(meta, n, work), gradient = work.Slice(n * n, n * n);
        if (ColumnsPerOrder * k < n)
        {
            Span<T> t = work.Slice(2 * n * n, k * n);
            Gemm.Multiply(true, false, k, n, n, T.One, b, c, T.Zero, t);
            Gemm.Multiply(false, false, n, n, k, weight, a, t, T.Zero, gradient);
            Gemm.Multiply(true, false, k, n, n, T.One, a, c, T.Zero, t);
            Gemm.Multiply(false, false, n, n, k, weight, b, t, T.One, gradient);
        }
        else
        {
            Span<T> m = work.Slice(2 * n * n, n * n);
            Gemm.Multiply(false, true, n, n, k, weight, a, b, T.Zero, m);
            AddTransposed(m, n);
            Gemm.Multiply(false, false, n, n, n, T.One, m, c, T.Zero, gradient);
        }

        AddPacked(gradient, n, aMeta);
    }

    public override double Trace(ReadOnlySpan<T> meta, int n) => Vectors.SquaredNorm(meta);

    public override double TraceTangent(ReadOnlySpan<T> meta, ReadOnlySpan<T> dMeta, int n) => 2 * Vectors.Dot(meta, dMeta);

    public override void AddTraceGradient(ReadOnlySpan<T> meta, int n, T weight, Span<T> aMeta) => Vectors.AddScaled(Two * weight, meta, aMeta);

    /// <inheritdoc/>
    /// <remarks>2 sum log C_ii.</remarks>
    public override double LogDeterminant(ReadOnlySpan<T> meta, int n) => 2 * DiagonalFactor<T>.Instance.LogDeterminant(meta[..n], n);

    public override double SmallestEigenvalue(ReadOnlySpan<T> meta, int n) => Smallest(meta, n, []);

    /// <inheritdoc/>
    /// <remarks>d lambda / dF = q q^T (PAPERS 2.4).</remarks>
    public override void AddSmallestEigenvalueGradient(ReadOnlySpan<T> meta, int n, T weight, Span<T> aMeta, Span<T> work)
    {
        Span<T> q = work[^n..];
        Smallest(meta, n, q);
        AddGradient(meta, n, weight, q, q, 1, aMeta, work[..^n]);
    }

    private static int Below(int n) => checked(n * (n - 1)) / 2;

    /// <summary>C as a full matrix, in the first n^2 of the work space.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Span<T> Unpack(ReadOnlySpan<T> meta, int n, Span<T> work)
    {
        Span<T> c = work[..(n * n)];
        c.Clear();
        for (int i = 0, p = n; i < n; p += i++)
        {
            meta.Slice(p, i).CopyTo(c.Slice(i * n, i));
            c[(i * n) + i] = meta[i];
        }

        return c;
    }

    /// <summary>m = m + m^T, a square at a time, since one of the two is read along columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTransposed(Span<T> m, int n)
    {
        for (int top = 0; top < n; top += Square)
        {
            for (int first = 0; first <= top; first += Square)
            {
                for (int i = top; i < Math.Min(top + Square, n); i++)
                {
                    for (int j = first; j < Math.Min(first + Square, i + 1); j++)
                        m[(i * n) + j] = m[(j * n) + i] = m[(i * n) + j] + m[(j * n) + i];
                }
            }
        }
    }

    /// <summary>Adds the lower triangle to the packed meta-parameters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPacked(ReadOnlySpan<T> gradient, int n, Span<T> aMeta)
    {
        for (int i = 0, p = n; i < n; p += i++)
        {
            aMeta[i] += gradient[(i * n) + i];
            Vectors.AddScaled(T.One, gradient.Slice(i * n, i), aMeta.Slice(p, i));
        }
    }

    private double Smallest(ReadOnlySpan<T> meta, int n, Span<T> q)
    {
        double[] rented = ArrayPool<double>.Shared.Rent((2 * n * n) + n);
        Span<double> f = rented.AsSpan(0, n * n), vectors = rented.AsSpan(n * n, n * n), values = rented.AsSpan(2 * n * n, n);
        Write(meta, n, f);
        SymmetricEigen.Decompose(f, n, values, vectors);
        for (int i = 0; i < q.Length; i++)
            q[i] = T.CreateTruncating(vectors[i * n]);
        double smallest = values[0];
        ArrayPool<double>.Shared.Return(rented);
        return smallest;
    }
}
