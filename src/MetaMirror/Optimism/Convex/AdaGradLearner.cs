using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Optimism.Convex;

/// <summary>
/// AdaGrad, route (a) of PAPERS 3.4: Algorithms 2 and 4 with 1/2 ||w||^2_{B_t}, B_t = diag(e + sqrt(sum_{s&lt;=t} (alpha_s g_s)^2)) / r, for the Euclidean regularizer:
/// w_{t+1} = -B_t^-1 (sum alpha_s g_s + alpha_{t+1} g~_{t+1}). With varphi = w this is AdaGrad by dual averaging; route (b) is <see cref="RegretLeader"/>.
/// </summary>
/// <remarks>Everywhere only: radial scaling onto a ball is not the argmin of a diagonal regularizer. The bounds of PAPERS 3.3 are for Euclidean ones.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AdaGradLearner<T> : ConvexMetaLearner<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _rate;
    private readonly T _offset;
    private T[] _center = [];
    private T[] _sum = [];
    private T[] _squares = [];

    /// <summary>Takes r and e.</summary>
    /// <param name="rate">r, positive and finite.</param>
    /// <param name="offset">e, at least 0; at 0 a coordinate without gradients stays at 0. Default: 0.</param>
    /// <param name="domain">W. Default: everywhere.</param>
    /// <exception cref="ArgumentException">W is not everywhere.</exception>
    /// <exception cref="ArgumentOutOfRangeException">r or e is out of its range.</exception>
    public AdaGradLearner(double rate, double offset = 0, MetaDomain<T>? domain = null)
    {
        Given.Positive(rate, nameof(rate));
        if (!(offset >= 0) || !double.IsFinite(offset))
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "Expected a finite number of at least 0.");
        if (domain is not null and not Everywhere<T>)
            throw new ArgumentException($"Expected W everywhere, found '{domain.Name}': its projection is not the argmin of a diagonal regularizer.", nameof(domain));
        Domain = domain ?? new Everywhere<T>();
        (_rate, _offset) = (T.CreateChecked(rate), T.CreateChecked(offset));
    }

    /// <inheritdoc/>
    public override string Name => "AdaGrad";

    /// <inheritdoc/>
    public override MetaDomain<T> Domain { get; }

    /// <inheritdoc/>
    public override ReadOnlySpan<T> Center => _center;

    /// <inheritdoc/>
    public override double? RegularizedBy(int step) => null;

    /// <inheritdoc/>
    /// <remarks>w_1 = 0: nothing is known of B_0, so a first hint has no effect.</remarks>
    public override void Begin(double weight, ReadOnlySpan<T> hint, Span<T> w)
    {
        (_center, _sum, _squares) = (new T[w.Length], new T[w.Length], new T[w.Length]);
        w.Clear();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Advance(in ConvexStep<T> step, Span<T> w)
    {
        T alpha = T.CreateChecked(step.Weight), next = T.CreateChecked(step.NextWeight);
        ReadOnlySpan<T> g = step.MetaGradient, hint = step.NextHint;
        for (int i = 0; i < w.Length; i++)
        {
            T weighted = alpha * g[i];
            _sum[i] += weighted;
            _squares[i] += weighted * weighted;
            T b = _offset + T.Sqrt(_squares[i]);
            w[i] = b > T.Zero ? -_rate * (_sum[i] + (next * hint[i])) / b : T.Zero;
        }
    }
}
