using System.Numerics;

namespace MetaMirror.Numerics.Tests.Kernels;

public abstract class ElementwiseContract<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Longest = 256, Guard = 40;

    public static TheoryData<string> Names => new(ElementwiseCases<T>.All.Select(c => c.Name));

    private static ElementwiseCase<T> Case(string name) => ElementwiseCases<T>.All.Single(c => c.Name == name);

    [Theory]
    [MemberData(nameof(Names))]
    public void Equals_the_scalar_formula_at_every_length_and_offset(string name)
    {
        ElementwiseCase<T> operation = Case(name);
        for (int n = 0; n <= Longest; n++)
        {
            int offset = n % 5;
            T[] x = Draws.Normal<T>(n + offset, 1), y = Draws.Normal<T>(n + offset, 2), z = Draws.Normal<T>(n + Guard, 3), before = [.. z];
            operation.Run(x.AsSpan(offset), y.AsSpan(offset), z.AsSpan(offset, n));
            for (int i = 0; i < z.Length; i++)
            {
                bool inside = i >= offset && i < offset + n;
                T expected = inside ? operation.Formula(x[i], y[i], before[i]) : before[i];
                Assert.True(expected.Equals(z[i]), $"{operation} n = {n}, i = {i}: expected {expected}, found {z[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Works_in_place(string name)
    {
        ElementwiseCase<T> operation = Case(name);
        for (int n = 0; n <= 70; n++)
        {
            T[] x = Draws.Normal<T>(n, 4), z = [.. x];
            operation.Run(z, z, z);
            Assert.Equal(x.Select(v => operation.Formula(v, v, v)), z);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Passes_special_values_through_the_formula(string name)
    {
        ElementwiseCase<T> operation = Case(name);
        T[] special = [T.NaN, T.PositiveInfinity, T.NegativeInfinity, T.NegativeZero, T.Zero, T.Epsilon, T.One / T.Epsilon, T.One];
        for (int shift = 0; shift < special.Length; shift++)
        {
            T[] x = [.. Enumerable.Range(0, 67).Select(i => special[i % special.Length])];
            T[] y = [.. Enumerable.Range(0, 67).Select(i => special[(i + shift) % special.Length])];
            T[] z = [.. Enumerable.Range(0, 67).Select(i => special[(i / 8) % special.Length])], before = [.. z];
            operation.Run(x, y, z);
            for (int i = 0; i < z.Length; i++)
                Assert.Equal(operation.Formula(x[i], y[i], before[i]), z[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Refuses_shifted_overlaps_and_other_lengths(string name)
    {
        if (name == "Scale")
        {
            Vectors.Scale(T.One, Span<T>.Empty);
            return;
        }

        ElementwiseCase<T> operation = Case(name);
        var memory = new T[20];
        var overlap = Assert.Throws<ArgumentException>(() => operation.Run(memory.AsSpan(0, 8), memory.AsSpan(0, 8), memory.AsSpan(3, 8)));
        Assert.Contains("offset of 3", overlap.Message, StringComparison.Ordinal);
        var lengths = Assert.Throws<ArgumentException>(() => operation.Run(memory.AsSpan(0, 6), memory.AsSpan(0, 6), new T[5]));
        Assert.Contains("6", lengths.Message, StringComparison.Ordinal);
        Assert.Contains("5", lengths.Message, StringComparison.Ordinal);
    }
}

public sealed class ElementwiseSingleTests : ElementwiseContract<float>;

public sealed class ElementwiseDoubleTests : ElementwiseContract<double>;
