using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Objectives;

/// <summary>L(theta) = 1/2 theta^T A theta - b^T theta + c, dense. Without data: every batch is the same.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class QuadraticObjective<T> : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rounding of an eigenvalue per order of the matrix, relative to the largest, with room.</summary>
    private const double EigenRounding = 1e-14;

    private readonly T[] _a;
    private readonly T[] _b;
    private readonly T[] _product;
    private readonly double _c;

    /// <summary>Stores the symmetric part (A + A^T)/2, which is all the value depends on.</summary>
    /// <param name="a">A, shape [n x n].</param>
    /// <param name="b">b, shape [n].</param>
    /// <param name="c">c.</param>
    /// <param name="layout">Names of theta. Default: one vector "theta".</param>
    /// <exception cref="ArgumentException">Lengths disagree, or a number is not finite.</exception>
    public QuadraticObjective(ReadOnlySpan<T> a, ReadOnlySpan<T> b, double c = 0, ParameterLayout? layout = null)
    {
        int n = b.Length;
        if (a.Length != (long)n * n)
            throw new ArgumentException($"A has {a.Length} entries, expected {n} x {n} for b of length {n}.", nameof(a));
        RequireFinite(a, n, nameof(a));
        RequireFinite(b, 1, nameof(b));
        if (!double.IsFinite(c))
            throw new ArgumentException($"c is {c}, expected a finite number.", nameof(c));
        Layout = layout ?? ParameterLayout.Vector(n);
        Layout.RequireLength(n, nameof(b));
        _a = new T[n * n];
        T half = T.CreateChecked(0.5);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                _a[(i * n) + j] = half * (a[(i * n) + j] + a[(j * n) + i]);
        }

        _b = b.ToArray();
        _c = c;
        _product = new T[n];
    }

    /// <inheritdoc/>
    public override ParameterLayout Layout { get; }

    /// <summary>A, symmetric, shape [n x n].</summary>
    public ReadOnlySpan<T> A => _a;

    /// <summary>b, shape [n].</summary>
    public ReadOnlySpan<T> B => _b;

    /// <summary>The form of the meta-quadratics (MetaMD v1 section 5.1): theta^T Q theta - b^T theta, so A = Q + Q^T.</summary>
    /// <param name="q">Q, shape [n x n].</param>
    /// <param name="b">b, shape [n].</param>
    public static QuadraticObjective<T> FromQ(ReadOnlySpan<T> q, ReadOnlySpan<T> b)
    {
        T[] a = q.ToArray();
        Vectors.Scale(T.CreateChecked(2), a);
        return new QuadraticObjective<T>(a, b);
    }

    /// <inheritdoc/>
    /// <remarks>From A's eigenvalues, computed at each call. An eigenvalue below 0 by rounding alone counts as 0.</remarks>
    public override LossCurvature Curvature(ReadOnlySpan<T> meta)
    {
        int n = _b.Length;
        double[] a = [.. _a.Select(double.CreateChecked)], values = new double[n];
        SymmetricEigen.Decompose(a, n, values, new double[a.Length]);
        double size = Math.Max(Math.Abs(values[0]), Math.Abs(values[^1])), slack = n * EigenRounding * size;
        return values[0] < -slack ? LossCurvature.Unknown : new LossCurvature(true, Math.Max(0, values[0] - slack), Math.Max(0, values[^1] + slack));
    }

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient)
    {
        int n = _b.Length;
        Layout.RequireLength(theta.Length, nameof(theta));
        Gemm.MultiplyVector(false, n, n, T.One, _a, theta, T.Zero, _product);
        double loss = (0.5 * Vectors.Dot(theta, _product)) - Vectors.Dot<T>(theta, _b) + _c;
        if (!gradient.IsEmpty)
            Vectors.Subtract<T>(_product, _b, gradient);
        return loss;
    }

    /// <inheritdoc/>
    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        int n = _b.Length;
        for (int j = 0; j < count; j++)
            Gemm.MultiplyVector(false, n, n, T.One, _a, tangents.Slice(j * n, n), T.Zero, products.Slice(j * n, n));
    }

    private static void RequireFinite(ReadOnlySpan<T> values, int columns, string name)
    {
        int index = Vectors.IndexOfNonFinite(values);
        if (index >= 0)
            throw new ArgumentException($"{name} holds {values[index]} in row {index / columns}, column {index % columns}; expected finite numbers.", name);
    }
}
