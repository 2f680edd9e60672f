using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// The largest eigenvalues of a large symmetric matrix and their vectors by block subspace iteration: a Chebyshev filter of the unwanted
/// interval (Zhou and Saad, "A Chebyshev-Davidson algorithm", 2007), Gram-Schmidt done twice, Rayleigh-Ritz. All work is products.
/// </summary>
/// <remarks>Memory 4 (rank + extra) n and 3 (rank + extra)²; nothing is allocated after construction.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class LeadingEigen<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int LeastDegree = 2;
    private const int LargestDegree = 10;

    private readonly int _b;
    private readonly double[] _small;
    private readonly double[] _smallVectors;
    private readonly double[] _values;
    private readonly T[] _turn;
    private readonly T[] _scratch;
    private T[] _x;
    private T[] _image;
    private T[] _spare;

    /// <summary>Plans work on matrices of one order.</summary>
    /// <param name="n">Order.</param>
    /// <param name="rank">Eigenpairs wanted, from 1 to n.</param>
    /// <param name="extra">More vectors in the block, for speed; cut to what fits. Default: half the rank, and at least 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public LeadingEigen(int n, int rank, int? extra = null)
    {
        Require.SupportedElement<T>();
        Order = Require.InRange(n, 1, int.MaxValue, nameof(n));
        Rank = Require.InRange(rank, 1, n, nameof(rank));
        _b = Math.Min(n, rank + Require.InRange(extra ?? Math.Max(8, rank / 2), 0, int.MaxValue - rank, nameof(extra)));
        (_x, _image, _spare) = (new T[_b * n], new T[_b * n], new T[_b * n]);
        _scratch = new T[Math.Max(n, OrthonormalRows.Scratch(_b))];
        (_small, _smallVectors, _turn, _values) = (new double[_b * _b], new double[_b * _b], new T[_b * _b], new double[_b]);
    }

    /// <summary>n.</summary>
    public int Order { get; }

    /// <summary>Eigenpairs wanted.</summary>
    public int Rank { get; }

    /// <summary>values ← the largest eigenvalues, descending; row i of vectors ← unit eigenvector of value i, its entry of largest magnitude positive.</summary>
    /// <param name="a">Shape [n, n], symmetric up to rounding.</param>
    /// <param name="lowest">No eigenvalue lies below it except by rounding: 0 for a positive semidefinite matrix, −‖A‖_∞ for any.</param>
    /// <param name="tolerance">Of the residuals, relative to the largest |λ|. Something like 1e-9 in double, 1e-4 in float.</param>
    /// <param name="maximumProducts">Products of A with the block at most.</param>
    /// <param name="values">Shape [rank]; overwritten, also by what did not converge.</param>
    /// <param name="vectors">Shape [rank, n]; overwritten, orthonormal also if not converged.</param>
    /// <exception cref="ArgumentException">A shape is wrong, or a is not finite and symmetric.</exception>
    public LeadingEigenReport Compute(ReadOnlySpan<T> a, double lowest, double tolerance, int maximumProducts, Span<T> values, Span<T> vectors)
    {
        Symmetry.RequireSymmetric(a, Order, nameof(a));
        Require.Length(Rank, values.Length, nameof(values), "rank");
        Require.Shape(Rank, Order, vectors.Length, nameof(vectors), "rank x n");
        if (!double.IsFinite(lowest) || !(tolerance >= 0))
            throw new ArgumentException(FormattableString.Invariant($"The lower end must be finite and the tolerance from 0, but they are {lowest} and {tolerance}."), nameof(lowest));
        var stream = new RandomStream(new StreamKey(0, 0, 0, StreamPurpose.Noise, 1));
        stream.FillNormal<T>(_x);
        int products = 0;
        for (int iteration = 1; ; iteration++)
        {
            OrthonormalRows.Orthonormalize(_x, _b, Order, [], _scratch);
            Gemm.Multiply<T>(false, false, _b, Order, Order, T.One, _x, a, T.Zero, _image);
            products++;
            RayleighRitz();
            double residual = Residual();
            bool converged = residual <= tolerance;
            if (converged || products >= maximumProducts || _b == Order)
            {
                Write(values, vectors);
                return new LeadingEigenReport(converged || _b == Order, iteration, products, residual);
            }

            products += Filter(a, lowest, maximumProducts - products);
        }
    }

    /// <summary>Rows of X and of X A become the Ritz vectors, largest value first, and their images.</summary>
    private void RayleighRitz()
    {
        int n = Order;
        Gemm.Multiply<T>(false, true, _b, _b, n, T.One, _image, _x, T.Zero, _turn);
        for (int i = 0; i < _b; i++)
        {
            for (int j = 0; j <= i; j++)
                _small[(i * _b) + j] = _small[(j * _b) + i] = 0.5 * (double.CreateTruncating(_turn[(i * _b) + j]) + double.CreateTruncating(_turn[(j * _b) + i]));
        }

        SymmetricEigen.Decompose(_small, _b, _values, _smallVectors);
        _values.AsSpan().Reverse();
        for (int i = 0; i < _b; i++)
        {
            for (int j = 0; j < _b; j++)
                _turn[(i * _b) + j] = T.CreateTruncating(_smallVectors[(j * _b) + _b - 1 - i]);
        }

        Gemm.Multiply<T>(false, false, _b, n, _b, T.One, _turn, _x, T.Zero, _spare);
        (_x, _spare) = (_spare, _x);
        Gemm.Multiply<T>(false, false, _b, n, _b, T.One, _turn, _image, T.Zero, _spare);
        (_image, _spare) = (_spare, _image);
    }

    private double Residual()
    {
        int n = Order;
        double worst = 0;
        for (int i = 0; i < Rank; i++)
        {
            Span<T> change = _scratch.AsSpan(0, n);
            Vectors.LinearCombination<T>(T.One, _image.AsSpan(i * n, n), T.CreateTruncating(-_values[i]), _x.AsSpan(i * n, n), change);
            worst = Math.Max(worst, Vectors.SquaredNorm<T>(change));
        }

        double scale = Math.Max(Math.Abs(_values[0]), Math.Abs(_values[^1]));
        return scale == 0 ? 0 : Math.Sqrt(worst) / scale;
    }

    /// <summary>X ← X p(A) with p small on [lowest, smallest Ritz value] and scaled to 1 at the largest; the first product is at hand.</summary>
    private int Filter(ReadOnlySpan<T> a, double lowest, int productsLeft)
    {
        int n = Order;
        double cut = _values[^1];
        double half = 0.5 * (cut - lowest), center = 0.5 * (cut + lowest);
        if (!(half > 1e-12 * Math.Max(Math.Abs(_values[0]), Math.Abs(lowest))))
        {
            // The block's end is at the floor of the spectrum: what is left out is nothing, and one product suffices.
            (_x, _image) = (_image, _x);
            return 0;
        }

        int degree = Math.Min(Degree(half, center), productsLeft);
        double sigma1 = half / (_values[0] - center), sigma = sigma1;
        if (!(sigma1 is > 0 and < 1))
        {
            (_x, _image) = (_image, _x);
            return 0;
        }

        // Y_1 = (A − c) σ/e X; Y_{k+1} = 2 σ'/e (A − c) Y_k − σ σ' Y_{k−1}, σ' = 1 / (2/σ_1 − σ).
        Vectors.LinearCombination<T>(T.CreateTruncating(sigma / half), _image, T.CreateTruncating(-center * sigma / half), _x, _image);
        for (int k = 1; k < degree; k++)
        {
            double next = 1 / ((2 / sigma1) - sigma);
            Gemm.Multiply<T>(false, false, _b, n, n, T.CreateTruncating(2 * next / half), _image, a, T.CreateTruncating(-sigma * next), _x);
            Vectors.AddScaled<T>(T.CreateTruncating(-2 * center * next / half), _image, _x);
            (_x, _image) = (_image, _x);
            sigma = next;
        }

        (_x, _image) = (_image, _x);
        return degree - 1;
    }

    /// <summary>As high as leaves the wanted vectors digits beside the largest one, which grows by acosh per degree.</summary>
    private int Degree(double half, double center)
    {
        double Growth(double value) => Math.Acosh(Math.Max(1, (value - center) / half));
        double spread = Growth(_values[0]) - Growth(_values[Rank - 1]);
        double digits = typeof(T) == typeof(float) ? Math.Log(1e3) : Math.Log(1e8);
        return spread <= 0 ? LargestDegree : (int)Math.Clamp(digits / spread, LeastDegree, LargestDegree);
    }

    private void Write(Span<T> values, Span<T> vectors)
    {
        int n = Order;
        for (int i = 0; i < Rank; i++)
        {
            values[i] = T.CreateTruncating(_values[i]);
            Span<T> vector = vectors.Slice(i * n, n);
            _x.AsSpan(i * n, n).CopyTo(vector);
            int largest = 0;
            for (int j = 1; j < n; j++)
            {
                if (T.Abs(vector[j]) > T.Abs(vector[largest]))
                    largest = j;
            }

            if (vector[largest] < T.Zero)
                Vectors.Scale(-T.One, vector);
        }
    }
}
