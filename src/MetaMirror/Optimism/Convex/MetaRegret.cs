using System.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>The meta-learner's regret sum alpha_t &lt;g_t, w_t - w*&gt; and its bound ||w* - c||^2 / (2 beta_T) + sum (beta_t / 2) alpha_t^2 ||g_t - g~_t||^2 (PAPERS 3.3), in double.</summary>
public sealed class MetaRegret
{
    private readonly double[] _sum;

    internal MetaRegret(int length) => _sum = new double[length];

    /// <summary>sum alpha_t &lt;g_t, w_t&gt;.</summary>
    public double Earned { get; private set; }

    /// <summary>sum (beta_t / 2) alpha_t^2 ||g_t - g~_t||^2; NaN for learners without beta.</summary>
    public double Variation { get; private set; }

    /// <summary>beta_T; NaN for learners without beta.</summary>
    public double LastRate { get; private set; } = double.NaN;

    /// <summary>Whether beta_t has never increased, as the bound needs.</summary>
    public bool RateNeverIncreased { get; private set; } = true;

    /// <summary>Sum of the sizes of all that was added: rounding errors are in proportion to it.</summary>
    public double Size { get; private set; }

    /// <summary>The regret against w*.</summary>
    /// <param name="comparator">w*, shape [m].</param>
    public double Against<T>(ReadOnlySpan<T> comparator)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double regret = Earned;
        for (int i = 0; i < _sum.Length; i++)
            regret -= _sum[i] * double.CreateChecked(comparator[i]);
        return regret;
    }

    /// <summary>The bound on it, for w* in W.</summary>
    /// <param name="squaredDistance">||w* - c||^2.</param>
    public double Bound(double squaredDistance) => (squaredDistance / (2 * LastRate)) + Variation;

    internal void Add<T>(double alpha, double? beta, ReadOnlySpan<T> metaGradient, ReadOnlySpan<T> hint, ReadOnlySpan<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double inner = 0, squares = 0, size = 0;
        for (int i = 0; i < _sum.Length; i++)
        {
            double g = double.CreateChecked(metaGradient[i]), missed = g - double.CreateChecked(hint[i]), wi = double.CreateChecked(w[i]);
            _sum[i] += alpha * g;
            inner += g * wi;
            size += Math.Abs(g * wi);
            squares += missed * missed;
        }

        double rate = beta ?? double.NaN;
        Earned += alpha * inner;
        Size += alpha * size;
        Variation += rate / 2 * alpha * alpha * squares;
        RateNeverIncreased &= !(rate > LastRate);
        LastRate = rate;
    }
}
