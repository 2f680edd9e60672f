using System.Numerics;
using System.Numerics.Tensors;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences.Factors;

/// <summary>F = diag(p), p stored by its logarithm.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class DiagonalFactor<T> : Factor<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static DiagonalFactor<T> Instance { get; } = new();

    public override FactorKind Kind => FactorKind.Diagonal;

    public override int MetaLength(int n) => n;

    public override int WorkLength(int n, int k) => 0;

    public override IEnumerable<MetaParameterSpec<T>> Specs(string name, int n, T[] start) => [new(name, [n], MetaTransform.Log, [.. start])];

    public override T[] Scaled(int n, double p)
    {
        var start = new T[n];
        Array.Fill(start, T.CreateChecked(p));
        return start;
    }

    public override string? TryStart(ReadOnlySpan<double> f, int n, out T[] start)
    {
        start = new T[n];
        bool isFull = f.Length == (long)n * n && n > 1;
        if (!isFull && f.Length != n)
            return $"expected {n} entries of a diagonal, or {n} x {n} of a diagonal matrix, found {f.Length}";
        for (int i = 0; i < f.Length; i++)
        {
            bool onDiagonal = !isFull || i / n == i % n;
            if (onDiagonal ? !(f[i] > 0) || !double.IsFinite(f[i]) : f[i] != 0)
                return FormattableString.Invariant($"expected a positive finite diagonal{(isFull ? " and zeros beside it" : "")}, found {f[i]} at entry {i}");
            if (onDiagonal)
                start[isFull ? i / n : i] = T.CreateChecked(f[i]);
        }

        return null;
    }

    public override void Write(ReadOnlySpan<T> meta, int n, Span<double> destination)
    {
        destination.Clear();
        for (int i = 0; i < n; i++)
            destination[(i * n) + i] = double.CreateTruncating(meta[i]);
    }

    public override void Multiply(ReadOnlySpan<T> meta, int n, ReadOnlySpan<T> x, int k, Span<T> y, Span<T> work)
    {
        if (k == 1)
        {
            Vectors.Multiply(meta, x, y);
            return;
        }

        x.CopyTo(y);
        for (int i = 0; i < n; i++)
            Vectors.Scale(meta[i], y.Slice(i * k, k));
    }

    public override void Solve(ReadOnlySpan<T> meta, int n, Span<T> x, int k, Span<T> work)
    {
        if (k == 1)
        {
            TensorPrimitives.Divide(x, meta, x);
            return;
        }

        for (int i = 0; i < n; i++)
            Vectors.Scale(T.One / meta[i], x.Slice(i * k, k));
    }

    public override void MultiplyTangent(ReadOnlySpan<T> meta, ReadOnlySpan<T> dMeta, int n, ReadOnlySpan<T> x, int k, Span<T> y, Span<T> work) =>
        Multiply(dMeta, n, x, k, y, work);

    public override void AddGradient(ReadOnlySpan<T> meta, int n, T weight, ReadOnlySpan<T> a, ReadOnlySpan<T> b, int k, Span<T> aMeta, Span<T> work)
    {
        for (int i = 0; i < n; i++)
            aMeta[i] += weight * (k == 1 ? a[i] * b[i] : T.CreateTruncating(Vectors.Dot(a.Slice(i * k, k), b.Slice(i * k, k))));
    }

    public override double Trace(ReadOnlySpan<T> meta, int n) => Vectors.Sum(meta);

    public override double TraceTangent(ReadOnlySpan<T> meta, ReadOnlySpan<T> dMeta, int n) => Vectors.Sum(dMeta);

    public override void AddTraceGradient(ReadOnlySpan<T> meta, int n, T weight, Span<T> aMeta)
    {
        foreach (ref T entry in aMeta)
            entry += weight;
    }

    public override double LogDeterminant(ReadOnlySpan<T> meta, int n)
    {
        double sum = 0;
        foreach (T entry in meta)
            sum += Math.Log(double.CreateTruncating(entry));
        return sum;
    }

    public override double SmallestEigenvalue(ReadOnlySpan<T> meta, int n) => double.CreateTruncating(meta[TensorPrimitives.IndexOfMin(meta)]);

    public override void AddSmallestEigenvalueGradient(ReadOnlySpan<T> meta, int n, T weight, Span<T> aMeta, Span<T> work) =>
        aMeta[TensorPrimitives.IndexOfMin(meta)] += weight;
}
