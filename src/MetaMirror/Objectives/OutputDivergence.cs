using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace MetaMirror.Objectives;

/// <summary>
/// KL(p(y) || p(z)) of the distributions behind outputs z and target outputs y, and scale times its gradient in z. For l(z, label) = Psi(z) - z_label it is the Bregman
/// divergence Psi(z) - Psi(y) - &lt;Psi'(y), z - y&gt;, its gradient Psi'(z) - Psi'(y). Summed in double; the gradient may be written over y.
/// </summary>
internal static class OutputDivergence
{
    /// <summary>Exponentials are taken together for so many classes.</summary>
    private const int Piece = 128;

    /// <summary>Categorical: Psi = logsumexp, Psi' = softmax.</summary>
    /// <param name="classes">k.</param>
    /// <param name="z">Shape [rows x k].</param>
    /// <param name="y">Shape [rows x k].</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="a">Shape [rows x k], overwritten.</param>
    /// <returns>Sum over rows.</returns>
    public static double Softmax<T>(int classes, ReadOnlySpan<T> z, ReadOnlySpan<T> y, T scale, Span<T> a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isShort = classes <= CategoricalRows.Most;
        int together = isShort ? CategoricalRows.Most / classes * classes : classes;
        double sum = 0;
        for (int start = 0; start < z.Length; start += together)
        {
            int length = Math.Min(together, z.Length - start);
            ReadOnlySpan<T> zRows = z.Slice(start, length), yRows = y.Slice(start, length);
            Span<T> aRows = a.Slice(start, length);
            sum += isShort ? CategoricalRows.Divergence(classes, zRows, yRows, scale, aRows) : LongRow(zRows, yRows, scale, aRows);
        }

        return sum;
    }

    /// <summary>A row of many pieces.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double LongRow<T>(ReadOnlySpan<T> z, ReadOnlySpan<T> y, T scale, Span<T> a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> p = stackalloc T[Piece], q = stackalloc T[Piece];
        double factor = double.CreateTruncating(scale);
        (T zMax, double zSum) = Exponentials(z, p);
        (T yMax, double ySum) = Exponentials(y, q);
        double sum = double.CreateTruncating(zMax) - double.CreateTruncating(yMax) + Math.Log(zSum / ySum);
        for (int piece = 0; piece < z.Length; piece += Piece)
        {
            int length = Math.Min(Piece, z.Length - piece);
            Exponentials(z.Slice(piece, length), zMax, p);
            Exponentials(y.Slice(piece, length), yMax, q);
            for (int c = 0; c < length; c++)
            {
                double share = double.CreateTruncating(q[c]) / ySum;
                sum -= share * (double.CreateTruncating(z[piece + c]) - double.CreateTruncating(y[piece + c]));
                a[piece + c] = T.CreateTruncating(factor * ((double.CreateTruncating(p[c]) / zSum) - share));
            }
        }

        return Math.Max(sum, 0);
    }

    /// <summary>Bernoulli with one output: Psi = log(1 + exp(z)), Psi' = sigmoid.</summary>
    /// <param name="z">Shape [rows].</param>
    /// <param name="y">Shape [rows].</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="a">Shape [rows], overwritten.</param>
    /// <returns>Sum over rows.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Logistic<T>(ReadOnlySpan<T> z, ReadOnlySpan<T> y, T scale, Span<T> a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0, factor = double.CreateTruncating(scale);
        for (int i = 0; i < z.Length; i++)
        {
            double zi = double.CreateTruncating(z[i]), yi = double.CreateTruncating(y[i]), q = Sigmoid(yi);
            sum += Math.Max(Bregman(zi, yi, q), 0);
            a[i] = T.CreateTruncating(factor * Difference(zi, yi));
        }

        return sum;
    }

    /// <summary>Normal: Psi = weight / 2 ||z||^2, Psi' = weight z.</summary>
    /// <param name="weight">Curvature of the loss in an output.</param>
    /// <param name="z">Outputs.</param>
    /// <param name="y">Target outputs.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="a">Shape of z, overwritten.</param>
    /// <returns>Sum over rows.</returns>
    public static double Normal<T>(double weight, ReadOnlySpan<T> z, ReadOnlySpan<T> y, T scale, Span<T> a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Numerics.Vectors.Subtract(z, y, a);
        double sum = 0.5 * weight * Numerics.Vectors.SquaredNorm<T>(a);
        Numerics.Vectors.Scale(T.CreateTruncating(weight) * scale, a);
        return sum;
    }

    /// <summary>The largest score and the sum of exp(score - largest).</summary>
    private static (T Largest, double Sum) Exponentials<T>(ReadOnlySpan<T> z, Span<T> work)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T max = z[0];
        foreach (T score in z)
            max = T.Max(max, score);
        double sum = 0;
        for (int piece = 0; piece < z.Length; piece += Piece)
            sum += Exponentials(z.Slice(piece, Math.Min(Piece, z.Length - piece)), max, work);
        return (max, sum);
    }

    /// <summary>exp(score - largest) to the front of the work space; gives their sum.</summary>
    private static double Exponentials<T>(ReadOnlySpan<T> z, T max, Span<T> work)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> e = work[..z.Length];
        TensorPrimitives.Subtract(z, max, e);
        TensorPrimitives.Exp<T>(e, e);
        double sum = 0;
        foreach (T value in e)
            sum += double.CreateTruncating(value);
        return sum;
    }

    /// <summary>softplus(z) - softplus(y) - q (z - y), q = sigmoid(y). Both scores are turned so that y is at most 0 (the divergence is the same): no large parts cancel then.</summary>
    private static double Bregman(double z, double y, double q)
    {
        if (y > 0)
            (z, y, q) = (-z, -y, Sigmoid(-y));
        return Math.Max(z, 0) + LogisticPass.LogOnePlus(Math.Exp(-Math.Abs(z))) - LogisticPass.LogOnePlus(Math.Exp(y)) - (q * (z - y));
    }

    /// <summary>sigmoid(z) - sigmoid(y) = sigmoid(-y) - sigmoid(-z): of large scores the small tails are subtracted, not numbers next to 1.</summary>
    private static double Difference(double z, double y) => z + y > 0 ? Sigmoid(-y) - Sigmoid(-z) : Sigmoid(z) - Sigmoid(y);

    private static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return (x >= 0 ? 1 : e) / (1 + e);
    }
}
