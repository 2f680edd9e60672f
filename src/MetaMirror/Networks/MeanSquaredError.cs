using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Networks;

/// <summary>l = ||z - y||^2 / outputs, so that the mean over rows is PyTorch's mse_loss, the mean over all entries (no factor 1/2). dl/dz = 2 (z - y) / outputs.</summary>
public sealed class MeanSquaredError : NetworkLoss
{
    /// <inheritdoc/>
    public override string ToString() => "mean squared error";

    /// <inheritdoc/>
    public override double? LargestCurvature(int outputs) => 2.0 / outputs;

    /// <inheritdoc/>
    public override void RequireTargets<T>(Datasets.Dataset<T> data, int outputs)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Outputs != outputs)
            throw new ArgumentException($"Mean squared error of {outputs} outputs needs {outputs} real targets, but data set '{data.Name}' has {data.Outputs}.", nameof(data));
    }

    /// <inheritdoc/>
    public override double Value<T>(in LossValues<T> v, T scale, Span<T> a)
    {
        Vectors.Subtract(v.Z, v.Targets, a);
        double loss = Vectors.SquaredNorm<T>(a) / v.Outputs;
        Vectors.Scale(Curvature(v, scale), a);
        return loss;
    }

    /// <inheritdoc/>
    public override void Tangent<T>(in LossValues<T> v, T scale, ReadOnlySpan<T> a, ReadOnlySpan<T> dz, Span<T> da)
    {
        dz.CopyTo(da);
        Vectors.Scale(Curvature(v, scale), da);
    }

    /// <inheritdoc/>
    public override bool HasDivergence => true;

    /// <inheritdoc/>
    public override double Divergence<T>(int outputs, ReadOnlySpan<T> z, ReadOnlySpan<T> y, T scale, Span<T> a) => OutputDivergence.Normal(2.0 / outputs, z, y, scale, a);

    /// <summary>-1: there are no classes.</summary>
    public override int CountRight<T>(in LossValues<T> v) => -1;

    private static T Curvature<T>(in LossValues<T> v, T scale)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => T.CreateChecked(2) * scale / T.CreateChecked(v.Outputs);
}
