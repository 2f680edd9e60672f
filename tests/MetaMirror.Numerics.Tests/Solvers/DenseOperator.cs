using System.Numerics;

namespace MetaMirror.Numerics.Tests.Solvers;

/// <summary>A matrix as an operator that counts its products.</summary>
internal sealed class DenseOperator<T>(T[] a, int n, bool transpose = false) : LinearOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Products { get; private set; }

    public override int Length => n;

    public static DenseOperator<T> Of(double[] a, bool transpose = false) =>
        new([.. a.Select(T.CreateTruncating)], (int)Math.Round(Math.Sqrt(a.Length)), transpose);

    public override void Apply(ReadOnlySpan<T> x, Span<T> y)
    {
        Products++;
        Gemm.MultiplyVector(transpose, n, n, T.One, a, x, T.Zero, y);
    }
}
