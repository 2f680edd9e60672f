using System.Numerics;

namespace MetaMirror.Objectives;

/// <summary>L(x, y) = (a - x)^2 + b (y - x^2)^2: a curved valley with its minimum 0 at (a, a^2). Not convex.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="a">a. Default: 1.</param>
/// <param name="b">b. Default: 100.</param>
public sealed class Rosenbrock<T>(double a = 1, double b = 100) : Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _a = T.CreateChecked(a);
    private readonly T _b = T.CreateChecked(b);

    /// <inheritdoc/>
    public override ParameterLayout Layout { get; } = ParameterLayout.Vector(2);

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient)
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        T two = T.CreateChecked(2);
        T u = _a - theta[0];
        T v = theta[1] - (theta[0] * theta[0]);
        if (!gradient.IsEmpty)
        {
            gradient[0] = -(two * u) - (two * two * _b * theta[0] * v);
            gradient[1] = two * _b * v;
        }

        return double.CreateTruncating((u * u) + (_b * v * v));
    }

    /// <inheritdoc/>
    public override void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products)
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        T two = T.CreateChecked(2), four = T.CreateChecked(4);
        T hxx = two + (T.CreateChecked(12) * _b * theta[0] * theta[0]) - (four * _b * theta[1]);
        T hxy = -(four * _b * theta[0]);
        T hyy = two * _b;
        for (int j = 0; j < count; j++)
        {
            T vx = tangents[2 * j], vy = tangents[(2 * j) + 1];
            products[2 * j] = (hxx * vx) + (hxy * vy);
            products[(2 * j) + 1] = (hxy * vx) + (hyy * vy);
        }
    }
}
