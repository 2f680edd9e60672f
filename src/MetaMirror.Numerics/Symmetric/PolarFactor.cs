using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// The orthogonal polar factor U of a square matrix M = U H, H = (MᵀM)^{1/2}, by scaled Newton-Schulz iterations X ← X (3I − ρ²XᵀX) ρ/2 from
/// X = M / ‖M‖: two products each. Directions of singular value s relative to the largest take about log(1/s) / log 2.25 of them.
/// </summary>
/// <remarks>
/// ρ as in Chen and Chow, "A stable scaling of Newton-Schulz" (2014), by the smallest singular value, which a power iteration beside follows;
/// at most 1.5, so that the largest ones keep their digits. Memory 3 n² + 2n; nothing is allocated after construction.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class PolarFactor<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MaximumIterations = 70;
    private const double LargestScale = 1.5;

    /// <summary>From this residual on the plain iteration converges quadratically by itself.</summary>
    private const double Near = 0.1;

    private readonly T[] _x;
    private readonly T[] _gram;
    private readonly T[] _next;
    private readonly T[] _weakest;
    private readonly T[] _image;
    private readonly double _tolerance;

    /// <summary>Plans work on matrices of one order.</summary>
    /// <param name="n">Order, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">n is negative.</exception>
    public PolarFactor(int n)
    {
        Require.SupportedElement<T>();
        Require.NotNegative(n, nameof(n));
        Order = n;
        (_x, _gram, _next) = (new T[n * n], new T[n * n], new T[n * n]);
        (_weakest, _image) = (new T[n], new T[n]);

        // Entries of XᵀX round by about u each: ‖·‖_F to n u.
        _tolerance = 8 * n * (typeof(T) == typeof(float) ? 6e-8 : 1.1e-16);
    }

    /// <summary>n.</summary>
    public int Order { get; }

    /// <summary>u ← U.</summary>
    /// <param name="m">Shape [n, n], regular.</param>
    /// <param name="u">Shape [n, n]; overwritten on success, else left as it was; may be m itself.</param>
    /// <exception cref="ArgumentException">A shape is wrong.</exception>
    public RootReport Compute(ReadOnlySpan<T> m, Span<T> u)
    {
        int n = Order;
        Require.Shape(n, n, m.Length, nameof(m), "n x n");
        Require.Shape(n, n, u.Length, nameof(u), "n x n");
        if (n == 0)
            return new RootReport(RootStatus.Converged, 0, 0);
        double norm = Norm(m);
        if (!(norm > 0) || !double.IsFinite(norm))
            return new RootReport(double.IsFinite(norm) ? RootStatus.Singular : RootStatus.Inaccurate, 0, double.IsFinite(norm) ? Math.Sqrt(n) : double.PositiveInfinity);
        for (int i = 0; i < m.Length; i++)
            _x[i] = T.CreateTruncating(double.CreateTruncating(m[i]) / norm);
        StartWeakest();
        double previous = double.PositiveInfinity;
        for (int k = 0; ; k++)
        {
            Gemm.MultiplySelf<T>(true, n, n, T.One, _x, T.Zero, _gram);
            double residual = Residual();
            if (!double.IsFinite(residual))
                return new RootReport(RootStatus.Inaccurate, k, residual);
            if (residual <= _tolerance)
            {
                _x.CopyTo(u);
                return new RootReport(RootStatus.Converged, k, residual);
            }

            if (previous < Near && residual > 0.5 * previous)
                return new RootReport(RootStatus.Inaccurate, k, residual);
            if (k == MaximumIterations)
                return new RootReport(RootStatus.Singular, k, residual);
            previous = residual;
            double rho = residual < Near ? 1 : Scale();
            T factor = T.CreateTruncating(-0.5 * rho * rho * rho);
            Vectors.Scale<T>(factor, _gram);
            for (int i = 0; i < n; i++)
                _gram[(i * n) + i] += T.CreateTruncating(1.5 * rho);
            Gemm.Multiply<T>(false, false, n, n, n, T.One, _x, _gram, T.Zero, _next);
            _next.CopyTo(_x.AsSpan());
        }
    }

    /// <summary>An upper bound of the largest singular value: the smaller one of ‖M‖_F and sqrt(‖M‖_1 ‖M‖_∞).</summary>
    private double Norm(ReadOnlySpan<T> m)
    {
        int n = Order;
        double rows = 0, largest = 0, columns = 0;
        double scale = Vectors.MaxAbs(m);
        if (!(scale > 0) || !double.IsFinite(scale))
            return scale;
        T one = T.CreateTruncating(1 / scale);
        double square = 0;
        _image.AsSpan().Clear();
        for (int i = 0; i < n; i++)
        {
            rows = 0;
            for (int j = 0; j < n; j++)
            {
                T size = T.Abs(m[(i * n) + j] * one);
                _image[j] += size;
                double value = double.CreateTruncating(size);
                rows += value;
                square += value * value;
            }

            largest = Math.Max(largest, rows);
        }

        foreach (T column in _image)
            columns = Math.Max(columns, double.CreateTruncating(column));
        return scale * Math.Min(Math.Sqrt(square), Math.Sqrt(largest * columns));
    }

    private double Residual()
    {
        int n = Order;
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            Span<T> row = _gram.AsSpan(i * n, n);
            T diagonal = row[i];
            row[i] -= T.One;
            sum += Vectors.SquaredNorm<T>(row);
            row[i] = diagonal;
        }

        return Math.Sqrt(sum);
    }

    private void StartWeakest()
    {
        var stream = new RandomStream(new StreamKey(0, 0, 0, StreamPurpose.Noise, 0));
        stream.FillNormal<T>(_weakest);
    }

    /// <summary>ρ by the Rayleigh quotient of XᵀX at a vector that tends to its weakest direction, which stays the same from step to step.</summary>
    private double Scale()
    {
        int n = Order;
        double square = 1;
        for (int turn = 0; turn < 2; turn++)
        {
            Vectors.Scale<T>(T.CreateTruncating(1 / Math.Sqrt(Math.Max(Vectors.SquaredNorm<T>(_weakest), double.Epsilon))), _weakest);
            Gemm.MultiplyVector<T>(false, n, n, T.One, _gram, _weakest, T.Zero, _image);
            square = Vectors.Dot<T>(_weakest, _image);
            Vectors.Subtract<T>(_weakest, _image, _weakest);
        }

        double least = Math.Sqrt(Math.Clamp(square, 0, 1));
        return Math.Min(LargestScale, Math.Sqrt(3 / (1 + least + (least * least))));
    }
}
