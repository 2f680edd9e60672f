using MetaMirror.Objectives;

namespace MetaMirror.Networks;

/// <summary>
/// l = log(1 + exp(z)) - y z for classes y in {0, 1} and one output: PyTorch's binary_cross_entropy_with_logits. With s = sigmoid(z):
/// dl/dz = s - y, d2l/dz2 = s (1 - s).
/// </summary>
public sealed class BinaryCrossEntropy : NetworkLoss
{
    /// <inheritdoc/>
    public override string ToString() => "binary cross-entropy";

    /// <inheritdoc/>
    public override double? LargestCurvature(int outputs) => 0.25;

    /// <inheritdoc/>
    public override void RequireTargets<T>(Datasets.Dataset<T> data, int outputs)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Classes != 2 || outputs != 1)
            throw new ArgumentException($"Binary cross-entropy needs 1 output and 2 classes, but there are {outputs} outputs and data set '{data.Name}' has {data.Classes} classes.", nameof(data));
    }

    /// <inheritdoc/>
    public override double Value<T>(in LossValues<T> v, T scale, Span<T> a) => LogisticPass.Value(v.Z, v.Labels, double.CreateTruncating(scale), a);

    /// <inheritdoc/>
    public override void Tangent<T>(in LossValues<T> v, T scale, ReadOnlySpan<T> a, ReadOnlySpan<T> dz, Span<T> da)
    {
        for (int i = 0; i < v.Rows; i++)
        {
            // |a| / scale is the probability q of the wrong class, and s (1 - s) = q (1 - q) without cancellation.
            T q = T.Abs(a[i]);
            da[i] = q * (T.One - (q / scale)) * dz[i];
        }
    }

    /// <inheritdoc/>
    public override bool HasDivergence => true;

    /// <inheritdoc/>
    public override double Divergence<T>(int outputs, ReadOnlySpan<T> z, ReadOnlySpan<T> y, T scale, Span<T> a) => OutputDivergence.Logistic(z, y, scale, a);

    /// <summary>Rows with z above 0 and class 1, or z at most 0 and class 0.</summary>
    public override int CountRight<T>(in LossValues<T> v)
    {
        int right = 0;
        for (int i = 0; i < v.Rows; i++)
            right += v.Z[i] > T.Zero == (v.Labels[i] == 1) ? 1 : 0;
        return right;
    }
}
