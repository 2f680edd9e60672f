using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>
/// Both sides of the identity from online learning to optimization (PAPERS 3.3), for any sequence: A_T (f(xbar_T) - f(u)) = sum alpha_t &lt;grad f(xbar_t), x_t - u&gt;
/// - sum alpha_t B_f(u, xbar_t) - sum A_{t-1} B_f(xbar_{t-1}, xbar_t). The two sums that are taken off are what hints and smoothness pay with.
/// </summary>
/// <remarks>Sums in double. u need not be a minimizer.</remarks>
public sealed class OnlineToBatch
{
    private double _loss;

    internal OnlineToBatch(double comparatorLoss) => ComparatorLoss = comparatorLoss;

    /// <summary>f(u).</summary>
    public double ComparatorLoss { get; }

    /// <summary>A_T.</summary>
    public double WeightSum { get; private set; }

    /// <summary>f(xbar_T) - f(u).</summary>
    public double Gap => _loss - ComparatorLoss;

    /// <summary>A_T (f(xbar_T) - f(u)).</summary>
    public double Left => WeightSum * Gap;

    /// <summary>sum alpha_t &lt;grad f(xbar_t), x_t - u&gt;, the linearized regret of the points.</summary>
    public double LinearRegret { get; private set; }

    /// <summary>sum alpha_t B_f(u, xbar_t).</summary>
    public double ToComparator { get; private set; }

    /// <summary>sum A_{t-1} B_f(xbar_{t-1}, xbar_t).</summary>
    public double BetweenAverages { get; private set; }

    /// <summary>The other side.</summary>
    public double Right => LinearRegret - ToComparator - BetweenAverages;

    /// <summary>Sum of the sizes of all that was added: rounding errors of the sides are in proportion to it.</summary>
    public double Size { get; private set; }

    internal void Add<T>(
        double alpha, double lossBefore, double loss, ReadOnlySpan<T> gradient, ReadOnlySpan<T> averageBefore, ReadOnlySpan<T> average, ReadOnlySpan<T> point, ReadOnlySpan<T> comparator)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double inner = 0, toComparator = 0, back = 0, size = 0;
        for (int i = 0; i < gradient.Length; i++)
        {
            double g = double.CreateChecked(gradient[i]), u = double.CreateChecked(comparator[i]), xbar = double.CreateChecked(average[i]);
            double x = double.CreateChecked(point[i]), before = double.CreateChecked(averageBefore[i]);
            inner += g * (x - u);
            toComparator += g * (xbar - u);
            back += g * (before - xbar);
            size += Math.Abs(g) * (Math.Abs(x) + Math.Abs(u) + Math.Abs(xbar) + Math.Abs(before));
        }

        LinearRegret += alpha * inner;
        ToComparator += alpha * (ComparatorLoss - loss + toComparator);
        if (WeightSum > 0)
            BetweenAverages += WeightSum * (lossBefore - loss - back);
        Size += (alpha + WeightSum) * (Math.Abs(loss) + Math.Abs(ComparatorLoss) + Math.Abs(lossBefore) + size);
        WeightSum += alpha;
        _loss = loss;
    }
}
