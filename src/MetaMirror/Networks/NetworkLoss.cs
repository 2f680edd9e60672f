using System.Numerics;
using MetaMirror.Datasets;

namespace MetaMirror.Networks;

/// <summary>
/// The end of a network: a sum over rows of l(z, y), z the network's outputs, y the targets, with its gradient and its Hessian in z. The
/// factor <c>scale</c> (1/n for a mean) multiplies both derivatives, not the value.
/// </summary>
public abstract class NetworkLoss
{
    /// <summary>The name of the loss.</summary>
    public abstract override string ToString();

    /// <summary>An upper bound on the Hessian's eigenvalues in a row's outputs z, if l is convex in z; null (the default) where that is not known.</summary>
    /// <param name="outputs">Number of outputs.</param>
    public virtual double? LargestCurvature(int outputs) => null;

    /// <summary>Throws unless the data's targets suit a network with this many outputs.</summary>
    /// <exception cref="ArgumentException">They don't; the message says what was expected and found.</exception>
    public abstract void RequireTargets<T>(Dataset<T> data, int outputs)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Gives sum_i l(z_i, y_i), and writes a = scale dl/dz.</summary>
    /// <param name="v">Outputs and targets.</param>
    /// <param name="scale">Factor of the derivative.</param>
    /// <param name="a">Shape of z, overwritten.</param>
    public abstract double Value<T>(in LossValues<T> v, T scale, Span<T> a)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>da = scale (d2l/dz2) dz.</summary>
    /// <param name="v">Outputs and targets.</param>
    /// <param name="scale">Factor of the derivative.</param>
    /// <param name="a">What <see cref="Value"/> wrote.</param>
    /// <param name="dz">Tangent of z.</param>
    /// <param name="da">Shape of z, overwritten.</param>
    public abstract void Tangent<T>(in LossValues<T> v, T scale, ReadOnlySpan<T> a, ReadOnlySpan<T> dz, Span<T> da)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Whether outputs of two points can be compared by <see cref="Divergence"/>. Default: false.</summary>
    public virtual bool HasDivergence => false;

    /// <summary>Gives sum_i KL(p(y_i) || p(z_i)) of the distributions that outputs stand for, whose negative log-likelihood the loss is, and writes a = scale dKL/dz.</summary>
    /// <param name="outputs">Outputs per row.</param>
    /// <param name="z">Outputs, shape [rows x outputs].</param>
    /// <param name="y">Target outputs, shape [rows x outputs].</param>
    /// <param name="scale">Factor of the derivative.</param>
    /// <param name="a">Shape of z, overwritten.</param>
    /// <exception cref="ArgumentException">The loss has none: <see cref="HasDivergence"/> is false.</exception>
    public virtual double Divergence<T>(int outputs, ReadOnlySpan<T> z, ReadOnlySpan<T> y, T scale, Span<T> a)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        throw new ArgumentException($"The loss '{this}' has no divergence between outputs; {nameof(HasDivergence)} is false.", nameof(z));

    /// <summary>Number of rows whose class is named right, or -1 for real targets.</summary>
    public abstract int CountRight<T>(in LossValues<T> v)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>The usual loss for these targets: mean squared error for real ones, binary cross-entropy for two classes and one output, else softmax cross-entropy.</summary>
    public static NetworkLoss For<T>(Dataset<T> data, int outputs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(data);
        NetworkLoss loss = !data.IsClassification ? new MeanSquaredError()
            : outputs == 1 ? new BinaryCrossEntropy()
            : new SoftmaxCrossEntropy();
        loss.RequireTargets(data, outputs);
        return loss;
    }
}

/// <summary>A network's outputs and the targets beside them.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="rows">Number of rows.</param>
/// <param name="z">Outputs, shape [rows x outputs].</param>
/// <param name="labels">Classes, shape [rows]; empty for real targets.</param>
/// <param name="targets">Real targets, shape [rows x outputs]; empty for classes.</param>
public readonly ref struct LossValues<T>(int rows, ReadOnlySpan<T> z, ReadOnlySpan<int> labels, ReadOnlySpan<T> targets)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Number of rows.</summary>
    public int Rows { get; } = rows;

    /// <summary>Outputs per row.</summary>
    public int Outputs => Z.Length / Rows;

    /// <summary>Outputs, shape [Rows x Outputs].</summary>
    public ReadOnlySpan<T> Z { get; } = z;

    /// <summary>Classes, shape [Rows]; empty for real targets.</summary>
    public ReadOnlySpan<int> Labels { get; } = labels;

    /// <summary>Real targets, shape [Rows x Outputs]; empty for classes.</summary>
    public ReadOnlySpan<T> Targets { get; } = targets;
}
