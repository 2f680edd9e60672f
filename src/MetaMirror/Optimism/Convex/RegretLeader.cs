using System.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>
/// AdaGrad, route (b) of PAPERS 3.4: follow the leader on the upper bound of regret. The rate that was best for the gradients seen, p_t = argmin_p sum_s g_s^2 p / 2 + D^2 / (2 p)
/// = D / sqrt(sum_s g_s^2), for each coordinate: AdaGrad is the un-relaxed objective of MetaMD and ARUBA (PAPERS 6.6) with a constant displacement D, learned online.
/// </summary>
public static class RegretLeader
{
    /// <summary>The bound of one coordinate, U(p) = sum g^2 p / 2 + D^2 / (2 p).</summary>
    public static double Bound(double rate, double sumOfSquares, double displacement) => (sumOfSquares * rate / 2) + (displacement * displacement / (2 * rate));

    /// <summary>squares += g^2, p = D / sqrt(squares), x -= p g: one step of AdaGrad. A coordinate that has seen no gradient stays.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="displacement">D, positive.</param>
    /// <param name="gradient">Shape [n].</param>
    /// <param name="squares">sum_s g_s^2, shape [n], updated.</param>
    /// <param name="x">Shape [n], updated.</param>
    public static void Step<T>(double displacement, ReadOnlySpan<T> gradient, Span<T> squares, Span<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Given.Positive(displacement, nameof(displacement));
        Given.SameLength(gradient.Length, squares.Length, nameof(squares));
        Given.SameLength(gradient.Length, x.Length, nameof(x));
        T d = T.CreateChecked(displacement);
        for (int i = 0; i < x.Length; i++)
        {
            squares[i] += gradient[i] * gradient[i];
            if (squares[i] > T.Zero)
                x[i] -= d / T.Sqrt(squares[i]) * gradient[i];
        }
    }
}
