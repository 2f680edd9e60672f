using System.Numerics;

namespace MetaMirror.Numerics.Tests.Kernels;

/// <summary>A vector operation in the form z ← f(x, y, z), beside the scalar formula it must equal bit for bit.</summary>
public sealed record ElementwiseCase<T>(string Name, ElementwiseCase<T>.Operation Run, Func<T, T, T, T> Formula)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public delegate void Operation(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z);

    public override string ToString() => $"{Name}<{typeof(T).Name}>";
}

/// <summary>A new elementwise operation joins every contract by one line here.</summary>
public static class ElementwiseCases<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T A = T.CreateTruncating(0.7), B = T.CreateTruncating(-1.3);

    public static IReadOnlyList<ElementwiseCase<T>> All { get; } =
    [
        new("AddScaled", (x, y, z) => Vectors.AddScaled(A, x, z), (x, y, z) => z + (A * x)),
        new("Scale", (x, y, z) => Vectors.Scale(A, z), (x, y, z) => A * z),
        new("Multiply", (x, y, z) => Vectors.Multiply(x, y, z), (x, y, z) => x * y),
        new("MultiplyAdd", (x, y, z) => Vectors.MultiplyAdd(x, y, z), (x, y, z) => z + (x * y)),
        new("Subtract", (x, y, z) => Vectors.Subtract(x, y, z), (x, y, z) => x - y),
        new("WherePositive", (x, y, z) => Vectors.WherePositive(x, y, z), (x, y, z) => x > T.Zero ? y : T.Zero),
        new("PositivePart", (x, y, z) => Vectors.PositivePart(x, z), (x, y, z) => x <= T.Zero ? T.Zero : x),
        new("LinearCombination", (x, y, z) => Vectors.LinearCombination(A, x, B, y, z), (x, y, z) => (A * x) + (B * y)),
    ];
}
