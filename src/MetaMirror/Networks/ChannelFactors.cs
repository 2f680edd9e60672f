using System.Numerics;

namespace MetaMirror.Networks;

/// <summary>Six numbers per channel of a range: center m, and the factors of a sum of x - m, one and up to three other vectors.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="memory">Shape [6 x at least the range's count].</param>
internal readonly ref struct ChannelFactors<T>(Span<T> memory)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Vectors in it.</summary>
    public const int Kinds = 6;

    private readonly int _count = memory.Length / Kinds;
    private readonly Span<T> _memory = memory;

    /// <summary>All of them, one kind after the other.</summary>
    public ReadOnlySpan<T> Memory => _memory;

    /// <summary>m for channel c of the range.</summary>
    public void Center(int c, double m) => _memory[c] = T.CreateChecked(m);

    /// <summary>delta (x - m) + epsilon + alpha a + beta b + gamma d.</summary>
    public void Sum(int c, double delta, double epsilon, double alpha = 0, double beta = 0, double gamma = 0)
    {
        _memory[_count + c] = T.CreateChecked(delta);
        _memory[(2 * _count) + c] = T.CreateChecked(epsilon);
        _memory[(3 * _count) + c] = T.CreateChecked(alpha);
        _memory[(4 * _count) + c] = T.CreateChecked(beta);
        _memory[(5 * _count) + c] = T.CreateChecked(gamma);
    }
}
