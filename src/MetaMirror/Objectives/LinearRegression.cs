using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Numerics;

namespace MetaMirror.Objectives;

/// <summary>
/// L(w, b) = 1/2 mean_i (w^T x_i + b - y_i)^2, with the factor 1/2 (networks' <c>MeanSquaredError</c> has none). Convex; H = X^T X / n.
/// Parameters: weight [1 x features], bias [1].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LinearRegression<T> : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly LinearScores<T> _scores;
    private readonly Dataset<T> _data;
    private readonly T[] _z;
    private readonly T[] _dz;

    /// <summary>Regression on a data set with one real target.</summary>
    /// <param name="data">Examples.</param>
    /// <param name="batches">Mini-batches. Default: every batch is the whole set.</param>
    /// <param name="bias">Whether there is an intercept b. Default: true.</param>
    /// <exception cref="ArgumentException">The data set is empty, or has not one real target.</exception>
    public LinearRegression(Dataset<T> data, Minibatches? batches = null, bool bias = true)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Outputs != 1)
            throw new ArgumentException($"Data set '{data.Name}' has {data.Outputs} real targets per example, expected 1.", nameof(data));
        _data = data;
        _scores = new LinearScores<T>(data, 1, batches, bias);
        _z = new T[_scores.Capacity];
        _dz = new T[_scores.Capacity];
    }

    /// <inheritdoc/>
    public override ParameterLayout Layout => _scores.Layout;

    /// <inheritdoc/>
    public override LossCurvature Curvature(ReadOnlySpan<T> meta) => new(IsConvex: true, 0, 1 * _scores.LargestCurvature());

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient)
    {
        _scores.Load(batch);
        _scores.Scores(theta, _z);
        int n = _scores.Rows;
        Span<T> r = _z.AsSpan(0, n);
        for (int i = 0; i < n; i++)
            r[i] -= _data.Targets[_scores.Example(i)];
        double loss = 0.5 * Vectors.SquaredNorm<T>(r) / n;
        if (!gradient.IsEmpty)
        {
            Vectors.Scale(T.One / T.CreateChecked(n), r);
            _scores.Pull(r, gradient);
        }

        return loss;
    }

    /// <inheritdoc/>
    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        _scores.Load(batch);
        int n = Layout.Length;
        for (int j = 0; j < count; j++)
        {
            _scores.Scores(tangents.Slice(j * n, n), _z);
            Vectors.Scale(T.One / T.CreateChecked(_scores.Rows), _z.AsSpan(0, _scores.Rows));
            _scores.Pull(_z, products.Slice(j * n, n));
        }
    }

    /// <inheritdoc/>
    public override bool MatchesOutputs => true;

    /// <inheritdoc/>
    public override double MatchOutputs(ReadOnlySpan<T> theta, ReadOnlySpan<T> target, in BatchKey batch, Span<T> gradient, double share = 1)
    {
        _scores.Load(batch);
        _scores.Scores(target, _dz);
        _scores.Scores(theta, _z);
        int rows = MatchedRows(_scores.Rows, share, batch);
        Span<T> z = _z.AsSpan(0, rows);
        _z.AsSpan(rows).Clear();
        double sum = OutputDivergence.Normal(1, z, _dz.AsSpan(0, rows), T.One / T.CreateChecked(rows), z);
        _scores.Pull(_z, gradient);
        return sum / rows;
    }
}
