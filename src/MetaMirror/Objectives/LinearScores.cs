using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Numerics;

namespace MetaMirror.Objectives;

/// <summary>The linear part of the regressions: scores Z = X W^T + 1 b^T of a batch, and the transpose map from dL/dZ to (dL/dW, dL/db).</summary>
internal sealed class LinearScores<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Up to this many features are short rows.</summary>
    private const int MostTurnedFeatures = 64;

    private readonly Dataset<T> _data;
    private readonly Minibatches _batches;
    private readonly int _outputs;
    private readonly bool _bias;
    private readonly T[] _rows;
    private T[] _columns = [];
    private int[] _examples = [];
    private int[] _labels = [];

    public LinearScores(Dataset<T> data, int outputs, Minibatches? batches, bool bias)
    {
        if (data.Count == 0)
            throw new ArgumentException($"Data set '{data.Name}' has no examples.", nameof(data));
        if (batches is not null && batches.Count != data.Count)
            throw new ArgumentException($"The batches are drawn from {batches.Count} examples, but data set '{data.Name}' has {data.Count}.", nameof(batches));
        _data = data;
        _outputs = outputs;
        _bias = bias;
        _batches = batches ?? new Minibatches(data.Count, data.Count);
        _rows = new T[batches is null ? 0 : checked(_batches.MaximumSize * data.Features)];
        Capacity = Math.Max(data.Count, _batches.MaximumSize);
        Layout = bias ? new(("weight", [outputs, data.Features]), ("bias", [outputs])) : new(("weight", [outputs, data.Features]));
    }

    public ParameterLayout Layout { get; }

    /// <summary>Largest number of rows of a batch, the full one included.</summary>
    public int Capacity { get; }

    /// <summary>Rows of the loaded batch.</summary>
    public int Rows { get; private set; }

    /// <summary>Example number of row i of the loaded batch.</summary>
    public int Example(int row) => IsWhole ? row : _examples[row];

    /// <summary>Classes of the loaded batch.</summary>
    public ReadOnlySpan<int> Labels => IsWhole ? _data.Labels : _labels.AsSpan(0, Rows);

    private bool IsWhole { get; set; }

    private ReadOnlySpan<T> X => IsWhole ? _data.Inputs : _rows.AsSpan(0, Rows * _data.Features);

    /// <summary>Whether the batch is used by columns.</summary>
    private bool IsTurned => IsWhole && _columns.Length > 0;

    /// <summary>Without batches every key means the whole set; so does a full key.</summary>
    public void Load(in BatchKey batch)
    {
        IsWhole = batch.IsFull || _rows.Length == 0;
        Rows = _data.Count;
        if (IsWhole)
        {
            Turn();
            return;
        }

        ReadOnlySpan<int> drawn = _batches.Draw(batch);
        if (_examples.Length < drawn.Length)
        {
            _examples = new int[_batches.MaximumSize];
            _labels = new int[_data.IsClassification ? _batches.MaximumSize : 0];
        }

        drawn.CopyTo(_examples);
        Rows = drawn.Length;
        for (int i = 0; i < Rows; i++)
        {
            _data.Input(drawn[i]).CopyTo(_rows.AsSpan(i * _data.Features));
            if (_data.IsClassification)
                _labels[i] = _data.Labels[drawn[i]];
        }
    }

    /// <summary>z = X W^T + 1 b^T, shape [Rows x outputs].</summary>
    public void Scores(ReadOnlySpan<T> theta, Span<T> z)
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        int weights = _outputs * _data.Features;
        if (_bias)
        {
            for (int i = 0; i < Rows; i++)
                theta[weights..].CopyTo(z[(i * _outputs)..]);
        }

        if (IsTurned)
            Gemm.MultiplyVector<T>(true, _data.Features, Rows, T.One, _columns, theta[..weights], _bias ? T.One : T.Zero, z[..Rows]);
        else
            Gemm.Multiply(false, true, Rows, _outputs, _data.Features, T.One, X, theta[..weights], _bias ? T.One : T.Zero, z[..(Rows * _outputs)]);
    }

    /// <summary>gradient = (A^T X, A^T 1) for A = dL/dZ, shape [Rows x outputs].</summary>
    public void Pull(ReadOnlySpan<T> a, Span<T> gradient)
    {
        int weights = _outputs * _data.Features;
        if (IsTurned)
            Gemm.MultiplyVector<T>(false, _data.Features, Rows, T.One, _columns, a[..Rows], T.Zero, gradient[..weights]);
        else
            Gemm.Multiply(true, false, _outputs, _data.Features, Rows, T.One, a[..(Rows * _outputs)], X, T.Zero, gradient[..weights]);
        if (!_bias)
            return;
        Span<T> b = gradient[weights..];
        b.Clear();
        Vectors.AddRows(Rows, a[..(Rows * _outputs)], b);
    }

    /// <summary>An upper bound on the largest eigenvalue of mean x x^T over the whole set, x with a 1 for the intercept.</summary>
    public double LargestCurvature() => SecondMoments.Largest(_data, _bias);

    /// <summary>A whole set of few features is kept by columns too: sums over long columns fill vectors, those over short rows do not.</summary>
    private void Turn()
    {
        int features = _data.Features, count = _data.Count;
        if (_outputs != 1 || features > MostTurnedFeatures || _columns.Length > 0)
            return;
        _columns = new T[features * count];
        ReadOnlySpan<T> x = _data.Inputs;
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < features; j++)
                _columns[(j * count) + i] = x[(i * features) + j];
        }
    }
}
