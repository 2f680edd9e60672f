using System.Numerics;

namespace MetaMirror.Objectives;

/// <summary>A user's loss: gives L(theta) on the batch and writes dL/dtheta unless <paramref name="gradient"/> is empty.</summary>
/// <typeparam name="T">float or double.</typeparam>
public delegate double LossAndGradient<T>(ReadOnlySpan<T> theta, in BatchKey batch, Span<T> gradient)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>A user's product H v of the Hessian at theta on the batch, written to <paramref name="product"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
public delegate void HessianVector<T>(ReadOnlySpan<T> theta, in BatchKey batch, ReadOnlySpan<T> v, Span<T> product)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>
/// An objective from delegates. Without a Hessian-vector delegate its products are central differences of the gradients
/// (<see cref="FiniteDifferenceHessian{T}"/>).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class DelegateObjective<T> : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly LossAndGradient<T> _evaluate;
    private readonly HessianVector<T>? _hessianVector;
    private readonly FiniteDifferenceHessian<T> _differences;

    /// <summary>Wraps a loss.</summary>
    /// <param name="layout">Names and shapes of theta.</param>
    /// <param name="evaluate">Loss and gradient.</param>
    /// <param name="hessianVector">Exact products, if at hand.</param>
    public DelegateObjective(ParameterLayout layout, LossAndGradient<T> evaluate, HessianVector<T>? hessianVector = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(evaluate);
        Layout = layout;
        _evaluate = evaluate;
        _hessianVector = hessianVector;
        _differences = new FiniteDifferenceHessian<T>(this);
    }

    /// <inheritdoc/>
    public override ParameterLayout Layout { get; }

    /// <summary>Whether products are exact.</summary>
    public bool HasExactProducts => _hessianVector is not null;

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient)
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        return _evaluate(theta, batch, gradient);
    }

    /// <inheritdoc/>
    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        if (_hessianVector is null)
        {
            _differences.HessianVectorProducts(theta, meta, batch, count, tangents, products);
            return;
        }

        int n = theta.Length;
        for (int j = 0; j < count; j++)
            _hessianVector(theta, batch, tangents.Slice(j * n, n), products.Slice(j * n, n));
    }
}
