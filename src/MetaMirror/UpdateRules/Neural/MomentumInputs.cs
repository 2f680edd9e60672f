using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Neural;

/// <summary>Inputs of <see cref="MlpRule{T}"/>: the gradient and its momenta after the step, m_k' = beta_k m_k + (1 - beta_k) g, each times r = (eps + mean of its squares in the tensor)^(-1/2).</summary>
internal sealed class MomentumInputs<T>(ImmutableArray<double> decays, T epsilon)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ImmutableArray<T> _decays = [.. decays.Select(T.CreateTruncating)];

    /// <summary>Number of inputs.</summary>
    public int Count => 1 + _decays.Length;

    /// <summary>r of inputs with a mean of squares.</summary>
    public T Scale(double meanSquare) => T.One / T.Sqrt(epsilon + T.CreateTruncating(meanSquare));

    /// <summary>Input k before it is scaled, of n coordinates from a start; tangents likewise.</summary>
    public void Raw(int k, ReadOnlySpan<T> gradient, ReadOnlySpan<T> state, int start, int n, Span<T> raw)
    {
        ReadOnlySpan<T> g = gradient.Slice(start, n);
        if (k == 0)
            g.CopyTo(raw);
        else
            Vectors.LinearCombination(_decays[k - 1], Momentum(k, state, gradient.Length, start, n), T.One - _decays[k - 1], g, raw);
    }

    /// <summary>The momentum of an input among the state, of n coordinates from a start.</summary>
    public Span<T> Momentum(int k, Span<T> state, int length, int start, int n) => state.Slice(((k - 1) * length) + start, n);

    /// <summary>Where the cotangent of an input gathers: that of the gradient or of the momentum after the step.</summary>
    public Span<T> Gathered(int k, in Iterate<T> cotangent, int start, int n) =>
        k == 0 ? cotangent.Gradient.Slice(start, n) : Momentum(k, cotangent.State, cotangent.Gradient.Length, start, n);

    /// <summary>From the cotangent of m_k' to those of m_k and g.</summary>
    public void PullBack(int k, in Iterate<T> cotangent, int start, int n)
    {
        if (k == 0)
            return;
        Span<T> a = Momentum(k, cotangent.State, cotangent.Gradient.Length, start, n);
        Vectors.AddScaled<T>(T.One - _decays[k - 1], a, cotangent.Gradient.Slice(start, n));
        Vectors.Scale(_decays[k - 1], a);
    }

    private static ReadOnlySpan<T> Momentum(int k, ReadOnlySpan<T> state, int length, int start, int n) => state.Slice(((k - 1) * length) + start, n);
}
