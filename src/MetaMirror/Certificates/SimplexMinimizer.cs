using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Certificates;

/// <summary>
/// A nearly optimal point of a convex loss on a product of simplices, one per tensor: projected gradients with Barzilai and Borwein's step (Birgin, Martinez and Raydan 2000), halved
/// until the loss falls below the largest of the last few. How near it is, is known: l(x) - l(u) &lt;= &lt;g, x - u&gt; &lt;= gap = sum_b (&lt;g_b, x_b&gt; - min_i g_b,i) for all u on the simplices.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SimplexMinimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostSteps = 20_000;
    private const int MostHalvings = 40;
    private const int Memory = 10;
    private const double Armijo = 1e-4;
    private const double LeastStep = 1e-12;
    private const double LargestStep = 1e12;

    private readonly Objective<T> _objective;
    private readonly T[] _meta;
    private readonly T[] _direction;
    private readonly T[] _scratch;

    public SimplexMinimizer(Objective<T> objective, ReadOnlySpan<T> meta)
    {
        (_objective, _meta) = (objective, meta.ToArray());
        _direction = new T[objective.Layout.Length];
        _scratch = new T[objective.Layout.Length];
    }

    /// <summary>Minimizes from a point on the simplices until the gap is so small a share of the first one, or nothing moves.</summary>
    public (T[] Point, double Loss, double GradientNorm, double Gap, double FirstGap) Run(ReadOnlySpan<T> start, double share, CancellationToken cancellationToken)
    {
        int n = start.Length;
        T[] x = start.ToArray(), g = new T[n], next = new T[n], nextGradient = new T[n];
        Project(x);
        double loss = _objective.Evaluate(x, _meta, BatchKey.Full, g), gap = Gap(x, g), first = gap, step = 1 / Math.Max(LeastStep, Math.Sqrt(Vectors.SquaredNorm<T>(g)));
        var recent = new double[Memory];
        Array.Fill(recent, loss);
        for (int k = 0; k < MostSteps && gap > share * first; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Vectors.LinearCombination(T.One, x, T.CreateTruncating(-step), g, _direction);
            Project(_direction);
            Vectors.Subtract<T>(_direction, x, _direction);
            double slope = Vectors.Dot<T>(g, _direction), scale = 1, trial = double.PositiveInfinity, limit = recent.Max();
            bool moved = false;
            for (int halving = 0; halving < MostHalvings && !moved && slope < 0; halving++, scale /= 2)
            {
                // Convex combinations of points on the simplices: x + scale (P(x - step g) - x).
                Vectors.LinearCombination(T.One, x, T.CreateTruncating(scale), _direction, next);
                trial = _objective.Evaluate(next, _meta, BatchKey.Full, nextGradient);
                moved = trial <= limit + (Armijo * scale * slope);
            }

            if (!moved)
                break;
            Vectors.Subtract<T>(next, x, _direction);
            Vectors.Subtract<T>(nextGradient, g, _scratch);
            double along = Vectors.Dot<T>(_direction, _scratch), length = Vectors.SquaredNorm<T>(_direction);
            step = along > 0 ? Math.Clamp(length / along, LeastStep, LargestStep) : LargestStep;
            (x, next, g, nextGradient) = (next, x, nextGradient, g);
            loss = trial;
            recent[k % Memory] = loss;
            gap = Gap(x, g);
        }

        // Rounding of many steps is taken back.
        Project(x);
        loss = _objective.Evaluate(x, _meta, BatchKey.Full, g);
        return (x, loss, Math.Sqrt(Vectors.SquaredNorm<T>(g)), Gap(x, g), first);
    }

    private void Project(Span<T> x)
    {
        foreach (ParameterBlock block in _objective.Layout.Blocks)
        {
            if (block.Length > 0)
                BregmanProjections.OntoSimplex(x.Slice(block.Offset, block.Length), _scratch);
        }
    }

    private double Gap(ReadOnlySpan<T> x, ReadOnlySpan<T> g)
    {
        double gap = 0;
        foreach (ParameterBlock block in _objective.Layout.Blocks)
        {
            double least = double.PositiveInfinity;
            for (int i = block.Offset; i < block.Offset + block.Length; i++)
                least = Math.Min(least, double.CreateTruncating(g[i]));

            // sum x_i (g_i - min g): no cancellation, whatever the gradient's mean.
            for (int i = block.Offset; i < block.Offset + block.Length; i++)
                gap += double.CreateTruncating(x[i]) * (double.CreateTruncating(g[i]) - least);
        }

        return gap;
    }
}
