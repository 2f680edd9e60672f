using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences.Factors;

/// <summary>
/// The algebra of one tensor with the metric L kron R (PAPERS 2.4). A product from the right is one from the left on the transposed matrix, R being symmetric.
/// Y = L^-1 G R^-1 throughout.
/// </summary>
internal readonly ref struct FactorPair<T>(int rows, int columns, Span<T> buffers, FactorView<T> left, FactorView<T> right)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly FactorView<T> _left = left;
    private readonly FactorView<T> _right = right;
    private readonly Span<T> _buffers = buffers;

    public FactorView<T> Left => _left;

    public FactorView<T> Right => _right;

    /// <summary>theta -= eta Y.</summary>
    public void Step(T eta, ReadOnlySpan<T> g, Span<T> theta)
    {
        Span<T> y = Buffer(0);
        Precondition(g, y);
        Vectors.AddScaled(-eta, y, theta);
    }

    /// <summary>dtheta -= deta Y + eta L^-1 (dG - dL L^-1 G - G R^-1 dR) R^-1.</summary>
    public void Jvp(T eta, T dEta, ReadOnlySpan<T> g, ReadOnlySpan<T> dG, ReadOnlySpan<T> dLeft, ReadOnlySpan<T> dRight, Span<T> dTheta)
    {
        Span<T> y = Buffer(0), h = Buffer(1), z = Buffer(2), product = Buffer(3), transposed = Buffer(4), tangent = Buffer(5);
        dG.CopyTo(z);
        g.CopyTo(h);
        _left.Solve(h, columns);
        _left.MultiplyTangent(dLeft, h, g, columns, y);
        Vectors.AddScaled(-T.One, y, z);
        if (!_right.IsIdentity)
        {
            Transposition.Copy(rows, columns, g, product);
            product.CopyTo(transposed);
            _right.Solve(transposed, rows);
            _right.MultiplyTangent(dRight, transposed, product, rows, tangent);
            Transposition.Copy<T>(columns, rows, tangent, y);
            Vectors.AddScaled(-T.One, y, z);
        }

        Precondition(z, y);
        Vectors.AddScaled(-eta, y, dTheta);
        Precondition(g, y);
        Vectors.AddScaled(-dEta, y, dTheta);
    }

    /// <summary>The transpose of <see cref="Jvp"/>; returns &lt;aTheta, Y&gt;, of which aEta is the negative.</summary>
    /// <remarks>aG -= eta L^-1 a R^-1; aL += eta sym(L^-1 a Y^T); aR += eta sym(Y^T a R^-1).</remarks>
    public double Vjp(T eta, ReadOnlySpan<T> g, ReadOnlySpan<T> a, Span<T> aG, Span<T> aLeft, Span<T> aRight)
    {
        Span<T> y = Buffer(0), b = Buffer(1), p = Buffer(2), transposed = Buffer(3), other = Buffer(5);
        Precondition(g, y);
        double slope = Vectors.Dot(a, y), inner = double.CreateTruncating(eta) * slope;
        a.CopyTo(b);
        _left.Solve(b, columns);
        _left.AddGradient(eta, inner, b, y, columns, aLeft);
        if (_right.IsIdentity)
        {
            Vectors.AddScaled(-eta, b, aG);
            return slope;
        }

        Transposition.Copy(rows, columns, a, transposed);
        _right.Solve(transposed, rows);
        Transposition.Copy<T>(rows, columns, y, other);
        _right.AddGradient(eta, inner, transposed, other, rows, aRight);
        Transposition.Copy<T>(columns, rows, transposed, p);
        _left.Solve(p, columns);
        Vectors.AddScaled(-eta, p, aG);
        return slope;
    }

    /// <summary>y = L w R; returns &lt;w, L w R&gt;.</summary>
    public double Apply(ReadOnlySpan<T> w, Span<T> y)
    {
        MultiplyRight(w, Buffer(1));
        _left.Multiply(Buffer(1), columns, y);
        return Vectors.Dot(w, y);
    }

    /// <summary>A buffer for the difference of two points; <see cref="Apply"/> and <see cref="AddQuadraticGradient"/> leave it alone.</summary>
    public Span<T> Difference(ReadOnlySpan<T> point, ReadOnlySpan<T> reference)
    {
        Span<T> d = Buffer(6);
        Vectors.Subtract(point, reference, d);
        return d;
    }

    /// <summary>A buffer for the result of <see cref="Apply"/> or <see cref="Dual"/>.</summary>
    public Span<T> Result => Buffer(0);

    /// <summary>Adds the gradient of weight/2 &lt;d, L d R&gt; in the factors: aL += weight/2 d R d^T, aR += weight/2 d^T L d.</summary>
    public void AddQuadraticGradient(T weight, ReadOnlySpan<T> d, Span<T> aLeft, Span<T> aRight)
    {
        Span<T> product = Buffer(1), transposed = Buffer(2), other = Buffer(3);
        T half = weight / (T.One + T.One);
        MultiplyRight(d, product);
        _left.Multiply(product, columns, other);
        double inner = double.CreateTruncating(half) * Vectors.Dot<T>(d, other);
        _left.AddGradient(half, inner, d, product, columns, aLeft);
        if (_right.IsIdentity)
            return;
        _left.Multiply(d, columns, product);
        Transposition.Copy<T>(rows, columns, product, transposed);
        Transposition.Copy(rows, columns, d, other);
        _right.AddGradient(half, inner, other, transposed, rows, aRight);
    }

    /// <summary>y = Y; returns &lt;g, Y&gt;.</summary>
    public double Dual(ReadOnlySpan<T> g, Span<T> y)
    {
        Precondition(g, y);
        return Vectors.Dot(g, y);
    }

    /// <summary>Adds the gradient of weight &lt;g, Y&gt; in the factors: aL -= weight sym(L^-1 G Y^T), aR -= weight sym(Y^T G R^-1).</summary>
    public void AddDualGradient(T weight, ReadOnlySpan<T> g, Span<T> aLeft, Span<T> aRight)
    {
        Span<T> y = Buffer(0), b = Buffer(1), transposed = Buffer(2), other = Buffer(5);
        double inner = -double.CreateTruncating(weight) * Dual(g, y);
        g.CopyTo(b);
        _left.Solve(b, columns);
        _left.AddGradient(-weight, inner, b, y, columns, aLeft);
        if (_right.IsIdentity)
            return;
        Transposition.Copy(rows, columns, g, transposed);
        _right.Solve(transposed, rows);
        Transposition.Copy<T>(rows, columns, y, other);
        _right.AddGradient(-weight, inner, transposed, other, rows, aRight);
    }

    /// <summary>y = L^-1 x R^-1; uses buffer 4.</summary>
    private void Precondition(ReadOnlySpan<T> x, Span<T> y)
    {
        if (_right.IsIdentity)
        {
            x.CopyTo(y);
        }
        else
        {
            Span<T> t = Buffer(4);
            Transposition.Copy(rows, columns, x, t);
            _right.Solve(t, rows);
            Transposition.Copy<T>(columns, rows, t, y);
        }

        _left.Solve(y, columns);
    }

    /// <summary>y = x R; uses buffers 4 and 5.</summary>
    private void MultiplyRight(ReadOnlySpan<T> x, Span<T> y)
    {
        if (_right.IsIdentity)
        {
            x.CopyTo(y);
            return;
        }

        Span<T> t = Buffer(4), product = Buffer(5);
        Transposition.Copy(rows, columns, x, t);
        _right.Multiply(t, rows, product);
        Transposition.Copy<T>(columns, rows, product, y);
    }

    private Span<T> Buffer(int index) => _buffers.Slice(index * rows * columns, rows * columns);
}
