using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Numerics;

namespace MetaMirror.MetaLearners;

/// <summary>
/// Collects <see cref="BoundStatistics"/> of a run's tails: from step k on, a run is a run from theta_k, with a bound of its own. Each tail is weighted by
/// 1 / (||Delta||_2 sqrt(sum_t ||g_t||_2^2)), which makes late, slow phases count as much as the first steps, and one run gives displacements in many directions.
/// </summary>
/// <remarks>The sums are those of a weighted mean of the tails' bounds: U is linear in A and G. A run that diverges adds nothing. Memory: T (n + n) values.
/// Differs from the paper: whole runs only.</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="statistics">Where the sums go.</param>
/// <param name="starts">Steps k at which tails begin, 0 for the whole run.</param>
public sealed class TailObserver<T>(BoundStatistics statistics, ImmutableArray<int> starts) : DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A difference below this share of its terms is mostly rounding.</summary>
    private static readonly double Rounding = Math.Sqrt(double.CreateChecked(T.BitIncrement(T.One) - T.One));

    private readonly List<T[]> _points = [];
    private readonly List<T[]> _gradients = [];
    private int _count;

    /// <summary>Where the sums go.</summary>
    public BoundStatistics Statistics { get; } = statistics;

    /// <summary>Seed, outer step and task of the run, which name its gradients; set before a run.</summary>
    public BatchKey Run { get; set; }

    /// <inheritdoc/>
    public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state)
    {
        if (point.Step == 0)
            _count = 0;
        if (_count == _points.Count)
        {
            _points.Add(new T[point.Theta.Length]);
            _gradients.Add(new T[point.Theta.Length]);
        }

        point.Theta.CopyTo(_points[_count]);
        point.Gradient.CopyTo(_gradients[_count]);
        _count++;
    }

    /// <inheritdoc/>
    public override void Finish(ReadOnlySpan<T> initial, ReadOnlySpan<T> final)
    {
        double[] left = new double[_count + 1];
        for (int t = _count - 1; t >= 0; t--)
            left[t] = left[t + 1] + Vectors.SquaredNorm<T>(_gradients[t]);
        double[] weights = new double[_count];
        double[] zero = new double[final.Length], moved = new double[final.Length];
        double least = Rounding * Rounding * Vectors.SquaredNorm(final);
        foreach (int k in starts.Where(k => k < _count))
        {
            for (int i = 0; i < moved.Length; i++)
                moved[i] = double.CreateChecked(final[i]) - double.CreateChecked(_points[k][i]);
            double size = Vectors.SquaredNorm<double>(moved);
            if (!(size > least && left[k] > 0))
                continue;
            double weight = 1 / Math.Sqrt(size * left[k]);
            weights[k] += weight;
            Vectors.Scale(Math.Sqrt(weight), moved.AsSpan());
            Statistics.AddRun<double>(zero, moved);
        }

        double sum = 0;
        for (int t = 0; t < _count; t++)
        {
            sum += weights[t];
            Statistics.AddGradient<T>(_gradients[t], Run.At(t), Math.Sqrt(sum));
        }
    }
}
