using System.Buffers;
using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences.Factors;

/// <summary>
/// F = d I + U U^T, U of shape [n, r], r below n: positive definite for every U. Meta-parameters: d by its logarithm, then U row-major.
/// F^-1 x = (x - U (d I_r + U^T U)^-1 U^T x) / d by Woodbury's identity, in O(n r k + n r^2).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LowRankFactor<T>(int rank, double spread, ulong seed) : Factor<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T Two = T.One + T.One;

    public override FactorKind Kind => FactorKind.LowRank;

    public override int MetaLength(int n) => 1 + checked(n * Rank(n));

    public override int WorkLength(int n, int k) => checked((Rank(n) * Rank(n)) + (Rank(n) * k));

    public override IEnumerable<MetaParameterSpec<T>> Specs(string name, int n, T[] start)
    {
        yield return new(name + ".identity", [], MetaTransform.Log, [start[0]]);
        if (Rank(n) > 0)
            yield return new(name + ".low_rank", [n, Rank(n)], MetaTransform.Identity, [.. start.AsSpan(1)]);
    }

    /// <inheritdoc/>
    /// <remarks>U = 0 would be a saddle that no gradient leaves: its columns start at random, spread sqrt(p) long.</remarks>
    public override T[] Scaled(int n, double p)
    {
        var start = new T[MetaLength(n)];
        var stream = new RandomStream(new StreamKey(seed, 0, 0, StreamPurpose.MetaParameters, (uint)n));
        start[0] = T.CreateChecked(p);
        for (int i = 1; i < start.Length; i++)
            start[i] = T.CreateChecked(spread * Math.Sqrt(p / n) * stream.NextNormal());
        return start;
    }

    /// <inheritdoc/>
    /// <remarks>U spans the eigenvectors of the r largest eigenvalues, d is the mean of the others: the nearest of this form in the Frobenius norm.</remarks>
    public override string? TryStart(ReadOnlySpan<double> f, int n, out T[] start)
    {
        start = new T[MetaLength(n)];
        string? problem = GivenMatrix.Problem(f, n);
        if (problem is not null)
            return problem;
        int r = Rank(n);
        double[] values = new double[n], vectors = new double[n * n];
        SymmetricEigen.Decompose(f, n, values, vectors);
        if (!(values[0] > GivenMatrix.Rounding(n) * values[^1]))
            return GivenMatrix.NotPositive(f, n);
        double d = Vectors.Sum<double>(values.AsSpan(0, n - r)) / (n - r);
        start[0] = T.CreateChecked(d);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < r; j++)
                start[1 + (i * r) + j] = T.CreateChecked(vectors[(i * n) + n - r + j] * Math.Sqrt(Math.Max(0, values[n - r + j] - d)));
        }

        return null;
    }

    public override void Write(ReadOnlySpan<T> meta, int n, Span<double> destination)
    {
        int r = Rank(n);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                destination[(i * n) + j] = Vectors.Dot(meta.Slice(1 + (i * r), r), meta.Slice(1 + (j * r), r)) + (i == j ? double.CreateTruncating(meta[0]) : 0);
        }
    }

    public override void Multiply(ReadOnlySpan<T> meta, int n, ReadOnlySpan<T> x, int k, Span<T> y, Span<T> work)
    {
        int r = Rank(n);
        Span<T> t = work[..(r * k)];
        x.CopyTo(y);
        Gemm.Multiply(true, false, r, k, n, T.One, meta[1..], x, T.Zero, t);
        Gemm.Multiply(false, false, n, k, r, T.One, meta[1..], t, meta[0], y);
    }

    public override void Solve(ReadOnlySpan<T> meta, int n, Span<T> x, int k, Span<T> work)
    {
        int r = Rank(n);
        T d = meta[0];
        Span<T> inner = work[..(r * r)], t = work.Slice(r * r, r * k);
        Gemm.MultiplySelf(true, r, n, T.One, meta[1..], T.Zero, inner);
        for (int i = 0; i < r; i++)
            inner[(i * r) + i] += d;

        // d I + U^T U fails only on values that are not finite: then x must not look like a result.
        if (!Cholesky.TryFactor(inner, r, inner))
        {
            x.Fill(T.NaN);
            return;
        }

        Gemm.Multiply(true, false, r, k, n, T.One, meta[1..], x, T.Zero, t);
        Triangular.Solve(false, r, k, inner, t);
        Triangular.Solve(true, r, k, inner, t);
        Gemm.Multiply(false, false, n, k, r, -T.One / d, meta[1..], t, T.One / d, x);
    }

    /// <inheritdoc/>
    /// <remarks>dF = dd I + dU U^T + U dU^T.</remarks>
    public override void MultiplyTangent(ReadOnlySpan<T> meta, ReadOnlySpan<T> dMeta, int n, ReadOnlySpan<T> x, int k, Span<T> y, Span<T> work)
    {
        int r = Rank(n);
        Span<T> t = work[..(r * k)];
        x.CopyTo(y);
        Gemm.Multiply(true, false, r, k, n, T.One, meta[1..], x, T.Zero, t);
        Gemm.Multiply(false, false, n, k, r, T.One, dMeta[1..], t, dMeta[0], y);
        Gemm.Multiply(true, false, r, k, n, T.One, dMeta[1..], x, T.Zero, t);
        Gemm.Multiply(false, false, n, k, r, T.One, meta[1..], t, T.One, y);
    }

    /// <inheritdoc/>
    /// <remarks>ad += weight &lt;a, b&gt;; aU += weight (a b^T + b a^T) U.</remarks>
    public override void AddGradient(ReadOnlySpan<T> meta, int n, T weight, ReadOnlySpan<T> a, ReadOnlySpan<T> b, int k, Span<T> aMeta, Span<T> work)
    {
        int r = Rank(n);
        Span<T> t = work[..(k * r)];
        aMeta[0] += weight * T.CreateTruncating(Vectors.Dot(a, b));
        Gemm.Multiply(true, false, k, r, n, T.One, b, meta[1..], T.Zero, t);
        Gemm.Multiply(false, false, n, r, k, weight, a, t, T.One, aMeta[1..]);
        Gemm.Multiply(true, false, k, r, n, T.One, a, meta[1..], T.Zero, t);
        Gemm.Multiply(false, false, n, r, k, weight, b, t, T.One, aMeta[1..]);
    }

    public override double Trace(ReadOnlySpan<T> meta, int n) => (n * double.CreateTruncating(meta[0])) + Vectors.SquaredNorm(meta[1..]);

    public override double TraceTangent(ReadOnlySpan<T> meta, ReadOnlySpan<T> dMeta, int n) =>
        (n * double.CreateTruncating(dMeta[0])) + (2 * Vectors.Dot(meta[1..], dMeta[1..]));

    public override void AddTraceGradient(ReadOnlySpan<T> meta, int n, T weight, Span<T> aMeta)
    {
        aMeta[0] += weight * T.CreateChecked(n);
        Vectors.AddScaled(Two * weight, meta[1..], aMeta[1..]);
    }

    /// <inheritdoc/>
    /// <remarks>(n - r) log d + log det(d I_r + U^T U), by Sylvester's identity; NaN on values that are not finite.</remarks>
    public override double LogDeterminant(ReadOnlySpan<T> meta, int n)
    {
        int r = Rank(n);
        double[] rented = ArrayPool<double>.Shared.Rent((n * r) + (r * r));
        Span<double> u = rented.AsSpan(0, n * r), inner = rented.AsSpan(n * r, r * r);
        double d = double.CreateTruncating(meta[0]), sum = (n - r) * Math.Log(d);
        for (int i = 0; i < u.Length; i++)
            u[i] = double.CreateTruncating(meta[1 + i]);
        Gemm.MultiplySelf<double>(true, r, n, 1, u, 0, inner);
        for (int i = 0; i < r; i++)
            inner[(i * r) + i] += d;
        if (!Cholesky.TryFactor<double>(inner, r, inner))
            sum = double.NaN;
        for (int i = 0; i < r; i++)
            sum += 2 * Math.Log(inner[(i * r) + i]);
        ArrayPool<double>.Shared.Return(rented);
        return sum;
    }

    /// <inheritdoc/>
    /// <remarks>d, exactly: r is below n, so some direction is orthogonal to U.</remarks>
    public override double SmallestEigenvalue(ReadOnlySpan<T> meta, int n) => double.CreateTruncating(meta[0]);

    public override void AddSmallestEigenvalueGradient(ReadOnlySpan<T> meta, int n, T weight, Span<T> aMeta, Span<T> work) => aMeta[0] += weight;

    private int Rank(int n) => Math.Max(0, Math.Min(rank, n - 1));
}
