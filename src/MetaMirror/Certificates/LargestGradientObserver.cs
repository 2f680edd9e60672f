using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Numerics;

namespace MetaMirror.Certificates;

/// <summary>The largest ||g_t||_2 of a run: a Lipschitz constant as far as the run went.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LargestGradientObserver<T> : DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The largest norm.</summary>
    public double Largest { get; private set; }

    /// <inheritdoc/>
    public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state) =>
        Largest = Math.Max(Largest, Math.Sqrt(Vectors.SquaredNorm(point.Gradient)));
}
