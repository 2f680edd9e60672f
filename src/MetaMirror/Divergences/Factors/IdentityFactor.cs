using System.Numerics;

namespace MetaMirror.Divergences.Factors;

/// <summary>F = I: no meta-parameters, nothing to do.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class IdentityFactor<T> : Factor<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static IdentityFactor<T> Instance { get; } = new();

    public override FactorKind Kind => FactorKind.Identity;

    public override int MetaLength(int n) => 0;

    public override int WorkLength(int n, int k) => 0;

    public override IEnumerable<MetaParameterSpec<T>> Specs(string name, int n, T[] start) => [];

    public override T[] Scaled(int n, double p) => [];

    public override string? TryStart(ReadOnlySpan<double> f, int n, out T[] start)
    {
        start = [];
        return f.IsEmpty ? null : $"expected no values, since the factor is the identity, found {f.Length}";
    }

    public override void Write(ReadOnlySpan<T> meta, int n, Span<double> destination)
    {
        destination.Clear();
        for (int i = 0; i < n; i++)
            destination[(i * n) + i] = 1;
    }

    public override void Multiply(ReadOnlySpan<T> meta, int n, ReadOnlySpan<T> x, int k, Span<T> y, Span<T> work) => x.CopyTo(y);

    public override void Solve(ReadOnlySpan<T> meta, int n, Span<T> x, int k, Span<T> work)
    {
        // F^-1 x = x.
    }

    public override void MultiplyTangent(ReadOnlySpan<T> meta, ReadOnlySpan<T> dMeta, int n, ReadOnlySpan<T> x, int k, Span<T> y, Span<T> work) => y.Clear();

    public override void AddGradient(ReadOnlySpan<T> meta, int n, T weight, ReadOnlySpan<T> a, ReadOnlySpan<T> b, int k, Span<T> aMeta, Span<T> work)
    {
        // Nothing to differentiate by.
    }

    public override double Trace(ReadOnlySpan<T> meta, int n) => n;

    public override double TraceTangent(ReadOnlySpan<T> meta, ReadOnlySpan<T> dMeta, int n) => 0;

    public override void AddTraceGradient(ReadOnlySpan<T> meta, int n, T weight, Span<T> aMeta)
    {
        // Nothing to differentiate by.
    }

    public override double LogDeterminant(ReadOnlySpan<T> meta, int n) => 0;

    public override double SmallestEigenvalue(ReadOnlySpan<T> meta, int n) => 1;

    public override void AddSmallestEigenvalueGradient(ReadOnlySpan<T> meta, int n, T weight, Span<T> aMeta, Span<T> work)
    {
        // Nothing to differentiate by.
    }
}
