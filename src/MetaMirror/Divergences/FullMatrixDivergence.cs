using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Divergences.Factors;

namespace MetaMirror.Divergences;

/// <summary>phi(theta) = 1/2 theta^T P theta with one dense P = C C^T over all parameters, for problems of at most 1,024: step theta - eta P^-1 g.</summary>
/// <remarks>Meta-parameters: <c>metric.diagonal</c> and <c>metric.lower</c>, the Cholesky factor C with a positive diagonal.
/// Differs from the paper: MetaMD v1 has diagonals only.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class FullMatrixDivergence<T> : FactoredDivergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const string Metric = "metric";

    private readonly double _initial;
    private readonly ImmutableArray<T> _start;

    /// <summary>P starts at <paramref name="initial"/> times the identity.</summary>
    /// <exception cref="ArgumentOutOfRangeException">initial is not positive and finite.</exception>
    public FullMatrixDivergence(double initial = 1)
    {
        if (!(initial > 0) || !double.IsFinite(initial))
            throw new ArgumentOutOfRangeException(nameof(initial), initial, "initial must be positive and finite.");
        _initial = initial;
    }

    private FullMatrixDivergence(T[] start)
        : this() => _start = [.. start];

    /// <summary>Largest number of parameters.</summary>
    public static int LargestOrder => DenseFactor<T>.Limit;

    /// <inheritdoc/>
    public override string Name => "full-matrix";

    /// <summary>Starts at a given P.</summary>
    /// <param name="metric">Shape [n, n], row-major.</param>
    /// <param name="n">Number of parameters, 1 to 1,024.</param>
    /// <exception cref="ArgumentException">P has the wrong length, or is not finite, symmetric and positive definite, or n is out of range.</exception>
    public static FullMatrixDivergence<T> FromMetric(ReadOnlySpan<double> metric, int n)
    {
        if (n < 1 || n > LargestOrder)
            throw new ArgumentException($"n must be 1 to {LargestOrder}, but is {n}.", nameof(n));
        string? problem = DenseFactor<T>.Instance.TryStart(metric, n, out T[] start);
        return problem is null && Array.TrueForAll(start, T.IsFinite)
            ? new FullMatrixDivergence<T>(start)
            : throw new ArgumentException($"Full metric: {problem ?? $"its values overflow {typeof(T).Name}"}.", nameof(metric));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are no parameters or more than 1,024, or not as many as the given P has.</exception>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        int n = layout.Length;
        if (n < 1 || n > LargestOrder)
            throw new ArgumentException($"{Name} is for 1 to {LargestOrder} parameters, found {n} ({layout}); a Kronecker metric has no such limit.", nameof(layout));
        if (!_start.IsDefault && _start.Length != DenseFactor<T>.Instance.MetaLength(n))
            throw new ArgumentException($"{Name} starts at a metric of another order than the {n} parameters of {layout}.", nameof(layout));
        return [.. DenseFactor<T>.Instance.Specs(Metric, n, _start.IsDefault ? DenseFactor<T>.Instance.Scaled(n, _initial) : [.. _start])];
    }

    private protected override int BlockCount(ParameterLayout layout) => 1;

    private protected override FactorBlock<T> BlockAt(ParameterLayout layout, int index) =>
        new(Metric, 0, layout.Length, 1, DenseFactor<T>.Instance, IdentityFactor<T>.Instance);
}
