using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Numerics;

namespace MetaMirror.Objectives;

/// <summary>
/// L(w, b) = mean_i [log(1 + exp(z_i)) - y_i z_i], z_i = w^T x_i + b, y_i in {0, 1}: binary cross-entropy with logits. Convex;
/// H = X^T diag(s (1 - s)) X / n, s = sigmoid(z). Parameters: weight [1 x features], bias [1].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LogisticRegression<T> : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly LinearScores<T> _scores;
    private readonly T[] _z;
    private readonly T[] _dz;

    /// <summary>Regression on a data set with two classes.</summary>
    /// <param name="data">Examples.</param>
    /// <param name="batches">Mini-batches. Default: every batch is the whole set.</param>
    /// <param name="bias">Whether there is an intercept b. Default: true.</param>
    /// <exception cref="ArgumentException">The data set is empty, or has not two classes.</exception>
    public LogisticRegression(Dataset<T> data, Minibatches? batches = null, bool bias = true)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Classes != 2)
            throw new ArgumentException($"Data set '{data.Name}' has {data.Classes} classes, expected 2.", nameof(data));
        _scores = new LinearScores<T>(data, 1, batches, bias);
        _z = new T[_scores.Capacity];
        _dz = new T[_scores.Capacity];
    }

    /// <inheritdoc/>
    public override ParameterLayout Layout => _scores.Layout;

    /// <inheritdoc/>
    public override LossCurvature Curvature(ReadOnlySpan<T> meta) => new(IsConvex: true, 0, 0.25 * _scores.LargestCurvature());

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient)
    {
        _scores.Load(batch);
        _scores.Scores(theta, _z);
        int n = _scores.Rows;
        double sum = LogisticPass.Value(_z.AsSpan(0, n), _scores.Labels, 1.0 / n, _z.AsSpan(0, n));
        if (!gradient.IsEmpty)
            _scores.Pull(_z, gradient);
        return sum / n;
    }

    /// <inheritdoc/>
    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        _scores.Load(batch);
        _scores.Scores(theta, _z);
        int rows = _scores.Rows, n = Layout.Length;
        Span<T> h = _z.AsSpan(0, rows), dz = _dz.AsSpan(0, rows);
        LogisticPass.Curvature(h, 1.0 / rows, h);
        for (int j = 0; j < count; j++)
        {
            _scores.Scores(tangents.Slice(j * n, n), _dz);
            Vectors.Multiply<T>(h, dz, dz);
            _scores.Pull(_dz, products.Slice(j * n, n));
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
        Span<T> dz = _dz.AsSpan(0, rows);
        _dz.AsSpan(rows).Clear();
        double sum = OutputDivergence.Logistic(_z.AsSpan(0, rows), dz, T.One / T.CreateChecked(rows), dz);
        _scores.Pull(_dz, gradient);
        return sum / rows;
    }
}
