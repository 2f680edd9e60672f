using System.Numerics;
using MetaMirror.Datasets;

namespace MetaMirror.Objectives;

/// <summary>
/// L(W, b) = mean_i [logsumexp(z_i) - z_{i, y_i}], z_i = W x_i + b: multinomial logistic regression. Convex;
/// dL/dz_i = (p_i - e_{y_i}) / n, and its derivative (diag(p_i) - p_i p_i^T) dz_i / n, p = softmax(z). Parameters: weight [classes x features], bias [classes].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SoftmaxRegression<T> : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly LinearScores<T> _scores;
    private readonly Dataset<T> _data;
    private readonly T[] _z;
    private readonly T[] _dz;

    /// <summary>Regression on a data set with classes.</summary>
    /// <param name="data">Examples.</param>
    /// <param name="batches">Mini-batches. Default: every batch is the whole set.</param>
    /// <param name="bias">Whether there are intercepts b. Default: true.</param>
    /// <exception cref="ArgumentException">The data set is empty, or has no classes.</exception>
    public SoftmaxRegression(Dataset<T> data, Minibatches? batches = null, bool bias = true)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!data.IsClassification)
            throw new ArgumentException($"Data set '{data.Name}' has real targets, expected classes.", nameof(data));
        _data = data;
        _scores = new LinearScores<T>(data, data.Classes, batches, bias);
        _z = new T[checked(_scores.Capacity * data.Classes)];
        _dz = new T[_z.Length];
    }

    /// <inheritdoc/>
    public override ParameterLayout Layout => _scores.Layout;

    /// <inheritdoc/>
    public override LossCurvature Curvature(ReadOnlySpan<T> meta) => new(IsConvex: true, 0, 0.5 * _scores.LargestCurvature());

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient)
    {
        _scores.Load(batch);
        _scores.Scores(theta, _z);
        int rows = _scores.Rows, k = _data.Classes;
        T scale = T.One / T.CreateChecked(rows);
        double sum = 0;
        for (int i = 0; i < rows; i++)
        {
            Span<T> row = _z.AsSpan(i * k, k);
            int y = _data.Labels[_scores.Example(i)];
            sum += Softmax(row, y);
            row[y] -= T.One;
            for (int c = 0; c < k; c++)
                row[c] *= scale;
        }

        if (!gradient.IsEmpty)
            _scores.Pull(_z, gradient);
        return sum / rows;
    }

    /// <inheritdoc/>
    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        _scores.Load(batch);
        _scores.Scores(theta, _z);
        int rows = _scores.Rows, k = _data.Classes, n = Layout.Length;
        T scale = T.One / T.CreateChecked(rows);
        for (int i = 0; i < rows; i++)
            Softmax(_z.AsSpan(i * k, k), 0);
        for (int j = 0; j < count; j++)
        {
            _scores.Scores(tangents.Slice(j * n, n), _dz);
            for (int i = 0; i < rows; i++)
                Curve(_z.AsSpan(i * k, k), scale, _dz.AsSpan(i * k, k));
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
        int rows = MatchedRows(_scores.Rows, share, batch), length = rows * _data.Classes;
        Span<T> dz = _dz.AsSpan(0, length);
        _dz.AsSpan(length).Clear();
        double sum = OutputDivergence.Softmax(_data.Classes, _z.AsSpan(0, length), dz, T.One / T.CreateChecked(rows), dz);
        _scores.Pull(_dz, gradient);
        return sum / rows;
    }

    /// <summary>z becomes softmax(z); gives logsumexp(z) - z_y. All scores are shifted by the largest first, so that nothing overflows or cancels.</summary>
    private static double Softmax(Span<T> z, int y)
    {
        T max = z[0];
        foreach (T score in z)
            max = T.Max(max, score);
        double right = double.CreateTruncating(z[y] - max);
        T sum = T.Zero;
        foreach (ref T score in z)
        {
            score = T.Exp(score - max);
            sum += score;
        }

        foreach (ref T score in z)
            score /= sum;
        return Math.Log(double.CreateTruncating(sum)) - right;
    }

    /// <summary>dz becomes scale (diag(p) - p p^T) dz.</summary>
    private static void Curve(ReadOnlySpan<T> p, T scale, Span<T> dz)
    {
        T mean = T.Zero;
        for (int c = 0; c < p.Length; c++)
            mean += p[c] * dz[c];
        for (int c = 0; c < p.Length; c++)
            dz[c] = scale * p[c] * (dz[c] - mean);
    }
}
