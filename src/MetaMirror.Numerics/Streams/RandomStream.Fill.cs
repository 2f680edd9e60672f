using System.Numerics;

namespace MetaMirror.Numerics;

public partial struct RandomStream
{
    /// <summary>indices_i ← uniform in {0, …, bound − 1}, with replacement, in order (<see cref="NextBounded"/>).</summary>
    /// <param name="indices">Shape [n]; overwritten.</param>
    /// <param name="bound">Number of values, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">bound is below 1.</exception>
    public void Fill(Span<int> indices, int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        foreach (ref int index in indices)
            index = (int)NextBounded((uint)bound);
    }

    /// <summary>values_i ← standard normal, in order (<see cref="NextNormal"/>), rounded to T.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="values">Shape [n]; overwritten.</param>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public void FillNormal<T>(Span<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        foreach (ref T value in values)
            value = T.CreateTruncating(NextNormal());
    }

    /// <summary>values_i ← low + (high − low)·U_i with U_i uniform in [0, 1) (<see cref="NextDouble"/>), rounded to T.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="values">Shape [n]; overwritten.</param>
    /// <param name="low">Lower end, finite.</param>
    /// <param name="high">Upper end, finite, at least low; rounding to T may give it.</param>
    /// <exception cref="ArgumentOutOfRangeException">An end is not finite, or low exceeds high.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public void FillUniform<T>(Span<T> values, double low, double high)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        if (!double.IsFinite(low) || !double.IsFinite(high) || low > high)
            throw new ArgumentOutOfRangeException(
                nameof(low), low, FormattableString.Invariant($"Ends must be finite with low <= high, but are {low} and {high}."));
        foreach (ref T value in values)
            value = T.CreateTruncating(low + ((high - low) * NextDouble()));
    }

    /// <summary>A uniform random order (Fisher-Yates from the last element down).</summary>
    /// <param name="items">Shape [n]; permuted in place.</param>
    public void Shuffle(Span<int> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = (int)NextBounded((uint)i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
