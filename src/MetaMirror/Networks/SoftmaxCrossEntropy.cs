using System.Numerics.Tensors;
using MetaMirror.Objectives;

namespace MetaMirror.Networks;

/// <summary>
/// l = logsumexp(z) - z_y for classes y: PyTorch's cross_entropy. Scores are shifted by their largest first: finite and exact for any finite scores.
/// With p = softmax(z): dl/dz = p - e_y, and (d2l/dz2) dz = p * (dz - p^T dz).
/// </summary>
public sealed class SoftmaxCrossEntropy : NetworkLoss
{
    /// <inheritdoc/>
    public override string ToString() => "softmax cross-entropy";

    /// <inheritdoc/>
    public override double? LargestCurvature(int outputs) => 0.5;

    /// <inheritdoc/>
    public override void RequireTargets<T>(Datasets.Dataset<T> data, int outputs)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Classes != outputs)
            throw new ArgumentException($"Softmax cross-entropy of {outputs} outputs needs {outputs} classes, but data set '{data.Name}' has {data.Classes}.", nameof(data));
    }

    /// <inheritdoc/>
    public override double Value<T>(in LossValues<T> v, T scale, Span<T> a)
    {
        int k = v.Outputs;
        double loss = 0;
        for (int i = 0; i < v.Rows; i++)
        {
            ReadOnlySpan<T> z = v.Z.Slice(i * k, k);
            Span<T> shifted = a.Slice(i * k, k);
            T max = z[0];
            foreach (T score in z)
                max = T.Max(max, score);
            for (int c = 0; c < k; c++)
                shifted[c] = z[c] - max;
            loss -= double.CreateTruncating(shifted[v.Labels[i]]);
        }

        // One pass over all rows: the exponential is by far the dearest part.
        TensorPrimitives.Exp<T>(a, a);
        for (int i = 0; i < v.Rows; i++)
        {
            Span<T> p = a.Slice(i * k, k);
            T sum = T.Zero;
            foreach (T e in p)
                sum += e;
            loss += Math.Log(double.CreateTruncating(sum));
            T factor = scale / sum;
            foreach (ref T e in p)
                e *= factor;
            p[v.Labels[i]] -= scale;
        }

        return loss;
    }

    /// <inheritdoc/>
    public override void Tangent<T>(in LossValues<T> v, T scale, ReadOnlySpan<T> a, ReadOnlySpan<T> dz, Span<T> da)
    {
        int k = v.Outputs;
        T inverse = T.One / scale;
        for (int i = 0; i < v.Rows; i++)
        {
            ReadOnlySpan<T> t = dz.Slice(i * k, k);
            Span<T> d = da.Slice(i * k, k);

            // scale p = a + scale e_y.
            a.Slice(i * k, k).CopyTo(d);
            d[v.Labels[i]] += scale;
            T mean = T.Zero;
            for (int c = 0; c < k; c++)
                mean += d[c] * t[c];
            mean *= inverse;
            for (int c = 0; c < k; c++)
                d[c] *= t[c] - mean;
        }
    }

    /// <inheritdoc/>
    public override bool HasDivergence => true;

    /// <inheritdoc/>
    public override double Divergence<T>(int outputs, ReadOnlySpan<T> z, ReadOnlySpan<T> y, T scale, Span<T> a) => OutputDivergence.Softmax(outputs, z, y, scale, a);

    /// <summary>Rows whose largest score (the first of equals) is their class's.</summary>
    public override int CountRight<T>(in LossValues<T> v)
    {
        int k = v.Outputs, right = 0;
        for (int i = 0; i < v.Rows; i++)
        {
            ReadOnlySpan<T> z = v.Z.Slice(i * k, k);
            int best = 0;
            for (int c = 1; c < k; c++)
            {
                if (z[c] > z[best])
                    best = c;
            }

            right += best == v.Labels[i] ? 1 : 0;
        }

        return right;
    }
}
